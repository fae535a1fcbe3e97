"""The register with its histories, workplaces, and the tally of figures."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import niangjia.core.fields
import niangjia.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coverage", "0001_initial"),
        ("org", "0003_standings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Month",
            fields=[
                ("node", models.UUIDField()),
                (
                    "subject",
                    models.PositiveSmallIntegerField(choices=[(1, "Employers"), (2, "Workplaces"), (3, "Unions")]),
                ),
                ("kind", models.CharField(max_length=14)),
                ("branch", models.CharField(max_length=11)),
                ("size", models.PositiveSmallIntegerField()),
                ("state", models.PositiveSmallIntegerField()),
                ("number", models.IntegerField()),
                ("workers", models.BigIntegerField()),
                ("month", models.DateField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "node",
                        "subject",
                        "month",
                        "kind",
                        "branch",
                        "size",
                        "state",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Now",
            fields=[
                ("node", models.UUIDField()),
                (
                    "subject",
                    models.PositiveSmallIntegerField(choices=[(1, "Employers"), (2, "Workplaces"), (3, "Unions")]),
                ),
                ("kind", models.CharField(max_length=14)),
                ("branch", models.CharField(max_length=11)),
                ("size", models.PositiveSmallIntegerField()),
                ("state", models.PositiveSmallIntegerField()),
                ("number", models.IntegerField()),
                ("workers", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "node",
                        "subject",
                        "kind",
                        "branch",
                        "size",
                        "state",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="employer",
            name="contact_name",
            field=models.BinaryField(default=b"", editable=True),
        ),
        migrations.AlterField(
            model_name="employer",
            name="contact_name",
            field=niangjia.core.fields.EncryptedField(default=b"", editable=True),
        ),
        migrations.AddField(
            model_name="employer",
            name="contact_phone",
            field=models.BinaryField(default=b"", editable=True),
        ),
        migrations.AlterField(
            model_name="employer",
            name="contact_phone",
            field=niangjia.core.fields.EncryptedField(default=b"", editable=True),
        ),
        migrations.AddField(
            model_name="employer",
            name="dispatched",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="employer",
            name="new_employment",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="employer",
            name="party_organization",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="employer",
            name="status",
            field=models.CharField(
                choices=[("open", "open"), ("closed", "closed"), ("shell", "shell without workers")],
                default="open",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="employer",
            name="workers_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("insurance", "Social insurance"),
                    ("tax", "Tax returns"),
                    ("report", "The employer's own report"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("node", models.UUIDField()),
                (
                    "subject",
                    models.PositiveSmallIntegerField(choices=[(1, "Employers"), (2, "Workplaces"), (3, "Unions")]),
                ),
                ("kind", models.CharField(max_length=14)),
                ("branch", models.CharField(max_length=11)),
                ("size", models.PositiveSmallIntegerField()),
                ("state", models.PositiveSmallIntegerField()),
                ("number", models.IntegerField()),
                ("workers", models.BigIntegerField()),
                ("valid_on", models.DateField()),
                ("recorded_on", models.DateField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "node",
                        "subject",
                        "valid_on",
                        "kind",
                        "branch",
                        "size",
                        "state",
                        "recorded_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("recorded_on__gt", models.F("valid_on"))),
                        fields=["node", "subject", "recorded_on"],
                        name="change_known_late",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("recorded_on__gte", models.F("valid_on"))),
                        name="change_is_not_known_before_it_is_true",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SizeRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=200)),
                ("confirmed_by", models.CharField(blank=True, max_length=100)),
                ("band", models.PositiveSmallIntegerField()),
                ("least", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["valid_from", "band"],
                "constraints": [
                    models.UniqueConstraint(fields=("band", "valid_from"), name="size_rule_one_per_band_and_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Workplace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_path", models.CharField(editable=False, max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("park", "Industrial park"),
                            ("community", "Community"),
                            ("building", "Commercial building"),
                        ],
                        max_length=9,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("union", "By a union"),
                            ("joint", "By a joint union"),
                            ("station", "By a rest station"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "union",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.organization"
                    ),
                ),
                (
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reaches", to="coverage.workplace"
                    ),
                ),
            ],
            options={
                "ordering": ["workplace", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="Inside",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stands", to="coverage.employer"
                    ),
                ),
                (
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inside", to="coverage.workplace"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="WorkplaceVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("park", "Industrial park"),
                            ("community", "Community"),
                            ("building", "Commercial building"),
                        ],
                        max_length=9,
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.organization"
                    ),
                ),
                (
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="coverage.workplace"
                    ),
                ),
            ],
            options={
                "ordering": ["workplace", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "how",
                    models.CharField(
                        choices=[("single", "By a union of its own"), ("joint", "By a joint union")], max_length=6
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="coverages", to="coverage.employer"
                    ),
                ),
                (
                    "union",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "valid_from"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at", None)),
                        expressions=[
                            ("employer", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="coverage_by_one_union_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="coverage_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployerVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "ownership",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("110", "State-owned"),
                            ("120", "Collective"),
                            ("159", "Limited liability company"),
                            ("169", "Joint-stock company"),
                            ("170", "Private"),
                            ("200", "Hong Kong, Macao or Taiwan"),
                            ("300", "Foreign"),
                            ("400", "Public institution"),
                            ("500", "Public authority"),
                            ("600", "Individual business"),
                            ("700", "Private non-enterprise unit"),
                        ],
                        max_length=3,
                    ),
                ),
                ("industry", models.CharField(blank=True, max_length=2)),
                ("workers", models.PositiveIntegerField(null=True)),
                ("workers_on", models.DateField(null=True)),
                (
                    "workers_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("insurance", "Social insurance"),
                            ("tax", "Tax returns"),
                            ("report", "The employer's own report"),
                        ],
                        max_length=10,
                    ),
                ),
                ("dispatched", models.PositiveIntegerField(null=True)),
                ("new_employment", models.PositiveIntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("closed", "closed"), ("shell", "shell without workers")],
                        default="open",
                        max_length=6,
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="coverage.employer"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "valid_from"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at", None)),
                        expressions=[
                            ("employer", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="employer_version_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="employer_version_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="workplace",
            index=models.Index(
                fields=["organization_path"], name="workplace_by_place", opclasses=["text_pattern_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="workplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True), fields=("code",), name="workplace_one_per_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="workplace",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="workplace_one_per_name_and_organization"
            ),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("superseded_at", None)),
                expressions=[
                    ("workplace", "="),
                    (
                        models.Func(
                            models.F("valid_from"),
                            models.F("valid_to"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="workplace_reached_in_one_way_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="reach_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="inside",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("superseded_at", None)),
                expressions=[
                    ("employer", "="),
                    (
                        models.Func(
                            models.F("valid_from"),
                            models.F("valid_to"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="employer_inside_one_workplace_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="inside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="inside_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="workplaceversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("superseded_at", None)),
                expressions=[
                    ("workplace", "="),
                    (
                        models.Func(
                            models.F("valid_from"),
                            models.F("valid_to"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="workplace_version_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="workplaceversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="workplace_version_ends_after_it_begins",
            ),
        ),
    ]

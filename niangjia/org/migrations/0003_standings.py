"""Where each unit hung and what it was, from when to when: the memory begins with what is known now."""

from typing import Any

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import niangjia.core.ids
from django.db import migrations, models
from django.utils import timezone


def remember(apps: Any, schema_editor: Any) -> None:
    Organization, Standing = apps.get_model("org", "Organization"), apps.get_model("org", "Standing")
    moment = timezone.now()

    def standings() -> Any:
        for unit in Organization.objects.iterator(2_000):
            said = {
                "unit": unit,
                "parent_id": unit.parent_id,
                "kind": unit.kind,
                "level": unit.level,
                "name": unit.name,
            }
            days = [(None, unit.opened_on, False)] if unit.opened_on else []
            if unit.opened_on != unit.closed_on or unit.opened_on is None:
                days.append((unit.opened_on, unit.closed_on, True))
            if unit.closed_on:
                days.append((unit.closed_on, None, False))
            for since, until, is_open in days:
                yield Standing(valid_from=since, valid_to=until, is_open=is_open, recorded_at=moment, **said)

    Standing.objects.bulk_create(standings(), batch_size=2_000)


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Standing",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("federation", "Federation of trade unions"),
                            ("committee", "Trade union committee"),
                            ("association", "Union association"),
                            ("work_committee", "Union work committee"),
                            ("single", "Primary union of one employer"),
                            ("joint", "Joint primary union"),
                            ("industrial", "Industrial union"),
                            ("pool", "Holding pool"),
                            ("branch", "Branch"),
                            ("group", "Group"),
                            ("prep_group", "Preparatory group"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("national", "National"),
                            ("province", "Province or municipality"),
                            ("district", "District or county"),
                            ("subdistrict", "Subdistrict or town"),
                            ("community", "Community, village or park"),
                            ("primary", "Primary union"),
                            ("part", "Branch or group"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("is_open", models.BooleanField()),
                (
                    "parent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.organization",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="org.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "valid_from"],
                "indexes": [models.Index(fields=["parent"], name="standing_by_parent")],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at", None)),
                        expressions=[
                            ("unit", "="),
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
                        name="standing_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="standing_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]

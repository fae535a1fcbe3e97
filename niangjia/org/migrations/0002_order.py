"""Units below their parent, siblings by code: until now the order was that of random labels."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    Organization = apps.get_model("org", "Organization")
    keys: dict[Any, str] = {}
    for unit in Organization.objects.order_by(models.functions.Length("path")).only("pk", "parent_id", "code"):
        keys[unit.pk] = unit.sort_key = f"{keys.get(unit.parent_id, '')}{unit.code}!"
        unit.save(update_fields=["sort_key"])


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]

    operations = [
        migrations.AddField(
            "organization",
            "sort_key",
            models.TextField(db_collation="C", editable=False, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterModelOptions("organization", options={"ordering": ["sort_key"]}),
        migrations.AddIndex("organization", models.Index(fields=["sort_key"], name="organization_in_order")),
    ]

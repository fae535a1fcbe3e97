"""The numbers of elections and terms that a new installation begins with, each with its source."""

from django.db import migrations

from niangjia.core.ids import uuid7
from niangjia.formation.first_rules import rows


def write(apps, schema_editor):
    rule = apps.get_model("formation", "RuleRow")
    rule.objects.bulk_create([rule(id=uuid7(), **fields) for fields in rows()])


class Migration(migrations.Migration):
    dependencies = [("formation", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

"""Two limits to begin with, as one province has them; each installation confirms or replaces them."""

from datetime import date

from django.db import migrations

from niangjia.core.ids import uuid7

SOURCE = "山东省送温暖资金使用办法，各省不同，请按本地规定核对"
LIMITS = (("per_gift", 300_000), ("per_year", 600_000))


def write(apps, schema_editor):
    limit = apps.get_model("benefits", "AmountLimit")
    for kind, amount in LIMITS:
        limit.objects.create(id=uuid7(), kind=kind, amount=amount, source=SOURCE, valid_from=date(2018, 1, 1))


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

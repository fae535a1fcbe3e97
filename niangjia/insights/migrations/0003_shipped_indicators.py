"""Enter the indicators to begin with."""

from typing import Any

from django.db import migrations

from niangjia.core.ids import uuid7
from niangjia.insights.shipped import SHIPPED


def write(apps: Any, schema_editor: Any) -> None:
    indicator = apps.get_model("insights", "Indicator")
    indicator.objects.bulk_create(indicator(id=uuid7(), **row) for row in SHIPPED)


class Migration(migrations.Migration):
    dependencies = [("insights", "0002_indicators")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

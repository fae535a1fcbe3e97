"""The function that books by terms reads the shares from its own variable, whose name no column has."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
FORMER = (SQL / "terms_1.sql").read_text(encoding="utf-8")
BY_TERMS = (SQL / "terms_2.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_counted_handouts")]

    operations = [migrations.RunSQL(BY_TERMS, FORMER)]

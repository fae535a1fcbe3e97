"""The function that books, and a hot row that has room to be rewritten in its own page."""

from pathlib import Path

from django.db import migrations, models

BOOK_BATCH = (Path(__file__).resolve().parent.parent / "sql" / "book_batch_1.sql").read_text(encoding="utf-8")
SIGNATURE = "bookings_book_batch(uuid, uuid, uuid[], uuid[], integer[])"


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0001_initial"),
        ("bookings", "0001_initial"),
        ("ledgers", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(BOOK_BATCH, f"DROP FUNCTION {SIGNATURE}"),
        migrations.AddIndex("passepoch", models.Index(fields=["scope_id"], name="pass_epoch_by_scope")),
        migrations.RunSQL(
            "ALTER TABLE bookings_offerstock SET (fillfactor = 10)",
            "ALTER TABLE bookings_offerstock RESET (fillfactor)",
        ),
    ]

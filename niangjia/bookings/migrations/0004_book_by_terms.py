"""The function that books, with shares, packs of several pieces, limits and draws."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
FORMER = (SQL / "book_batch_1.sql").read_text(encoding="utf-8")
BOOK_BATCH = (SQL / "book_batch_2.sql").read_text(encoding="utf-8")
TERMS = (SQL / "terms_1.sql").read_text(encoding="utf-8")
UNDO_TERMS = """
DROP FUNCTION bookings_book_by_terms(uuid, uuid, text, uuid, timestamptz, uuid[], uuid[], uuid[]);
DROP FUNCTION bookings_charge(uuid, uuid, integer);
DROP FUNCTION bookings_hold_tallies(uuid, uuid[]);
DROP FUNCTION bookings_subjects(uuid, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0003_allocation")]

    operations = [
        migrations.RunSQL(BOOK_BATCH, FORMER),
        migrations.RunSQL(TERMS, UNDO_TERMS),
    ]

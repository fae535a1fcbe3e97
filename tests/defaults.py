"""What the migrations have entered, for tests that come after one that has emptied the database.

It is kept beside the tables, in a schema that nothing else knows, and comes back as it was: without a service, and so
without a line in the history.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, transaction

APPS = ("coverage", "formation", "insights")
KEEP = 'CREATE TABLE IF NOT EXISTS defaults."{table}" AS SELECT {columns} FROM public."{table}"'
ENTER = 'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM defaults."{table}" ON CONFLICT DO NOTHING'


def keep_defaults() -> None:
    """To be called while the database is as the migrations have left it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS defaults")
        for table, columns in _tables():
            cursor.execute(KEEP.format(table=table, columns=columns))


def enter_defaults() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns in _tables():
            cursor.execute(ENTER.format(table=table, columns=columns))


def _tables() -> Iterator[tuple[str, str]]:
    """Each table with its columns, without those that the database computes."""
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields if not field.generated]
            yield model._meta.db_table, ", ".join(columns)

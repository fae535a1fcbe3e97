"""Thousands of rows in one statement: what ``bulk_create`` and ``bulk_update`` do, in a fraction of their time."""

from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS, connections, models


def copy_in(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert ``rows``, all new, all with their keys; within the caller's transaction. Nothing is refreshed.

    Fields whose default the database computes are left to it.
    """
    if not rows:
        return
    database = connections[DEFAULT_DB_ALIAS]  # not through the proxy: it is asked some forty times a row
    quote = database.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not field.has_db_default() and not field.generated]
    names = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
    with database.cursor() as cursor, database.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields])
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


def update_in(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of ``rows`` back, in one UPDATE; none of them may be an array."""
    if not rows:
        return
    database = connections[DEFAULT_DB_ALIAS]
    quote = database.ops.quote_name
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [model._meta.pk, *(by_name[name] for name in names)]
    columns = [quote(str(field.column)) for field in fields]
    kinds = [str(field.db_type(database)) for field in fields]
    values = [[field.get_db_prep_save(field.pre_save(row, add=False), database) for row in rows] for field in fields]
    changed = ", ".join(f"{column} = new.{column}" for column in columns[1:])
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} AS old SET {changed} FROM unnest({arrays})"  # noqa: S608 (names of our own columns)
            f" AS new ({', '.join(columns)}) WHERE old.{columns[0]} = new.{columns[0]}",
            values,
        )

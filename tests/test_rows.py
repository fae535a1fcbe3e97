"""A row written in one statement is the row that ``save`` would have written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from niangjia.audit.models import Entry
from niangjia.core import rows

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


def entry(**fields: Any) -> Entry:
    told: dict[str, Any] = {"word": "它", "count": 2, "none": None}
    return Entry(actor_name="周静宜", action="x.y", target_type="t", target_id="1", data=told, **fields)


def stored(row: Model) -> dict[str, Any]:
    found = type(row)._default_manager.get(pk=row.pk)
    return {field.attname: getattr(found, field.attname) for field in row._meta.concrete_fields if field.name != "id"}


def test_it_is_what_save_writes() -> None:
    ours, theirs = entry(at=THEN), entry(at=THEN)
    rows.insert(ours)
    theirs.save(force_insert=True)
    assert stored(ours) == stored(theirs)
    assert (ours._state.adding, ours._state.db) == (False, "default")


def test_what_the_database_computes_is_read_back() -> None:
    row = entry()
    rows.insert(row)
    assert row.at == Entry.objects.get(pk=row.pk).at


def test_what_is_given_is_not_left_to_the_database() -> None:
    row = entry(at=THEN)
    rows.insert(row)
    assert Entry.objects.get(pk=row.pk).at == THEN


def test_a_second_one_is_refused_or_left_out() -> None:
    first = entry(at=THEN)
    assert rows.insert_new(first)
    again = entry(id=first.pk)
    assert not rows.insert_new(again)
    assert again._state.adding
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(again)
    assert Entry.objects.get().at == THEN

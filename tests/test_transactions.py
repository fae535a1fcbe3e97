"""A service that another one calls is part of it; what is caught without a savepoint around it spoils the whole."""

from uuid import NAMESPACE_OID, uuid5

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError
from niangjia.core.transactions import whole

pytestmark = pytest.mark.django_db


@whole
def write(code: str, *, refuse: bool = False) -> None:
    Entry.objects.create(id=uuid5(NAMESPACE_OID, code), action=code, actor_name="周静宜")
    if refuse:
        raise DomainError("No.")


@whole
def write_two(first: str, second: str, *, refuse: bool = False) -> None:
    write(first)
    write(second, refuse=refuse)


@whole
def write_and_go_on(first: str, second: str, *, around: bool) -> None:
    """Goes on when the second is refused, with or without a savepoint around it."""
    write(first)
    try:
        if around:
            with transaction.atomic():
                write(second, refuse=True)
        else:
            write(second, refuse=True)
    except DomainError:
        write("after")


def codes() -> set[str]:
    return set(Entry.objects.values_list("action", flat=True))


def test_parts_have_no_savepoints_of_their_own() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        write_two("one", "two")
    verbs = [query["sql"].split()[0] for query in asked.captured_queries]
    assert verbs == ["SAVEPOINT", "INSERT", "INSERT", "RELEASE"]  # the one is the whole's, in the test's transaction


def test_when_a_part_refuses_nothing_is_left_of_the_whole() -> None:
    with pytest.raises(DomainError):
        write_two("one", "two", refuse=True)
    assert codes() == set()


def test_a_part_that_the_database_refuses_takes_the_whole_with_it() -> None:
    with pytest.raises(IntegrityError):
        write_two("one", "one")
    assert codes() == set()


def test_one_can_go_on_without_a_part_that_has_a_savepoint_around_it() -> None:
    write_and_go_on("one", "two", around=True)
    assert codes() == {"one", "after"}


def test_one_cannot_go_on_without_a_part_that_has_none() -> None:
    with pytest.raises(TransactionManagementError):
        write_and_go_on("one", "two", around=False)
    assert codes() == set()

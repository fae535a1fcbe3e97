"""Many rows in one COPY."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.core.bulk import copy_in
from niangjia.identity.models import User

pytestmark = pytest.mark.django_db


def test_rows_are_as_if_they_had_been_saved() -> None:
    users = [User(name="甲\t乙\n\\N", phone="13900000001"), User(name="丙", username="bing")]
    with CaptureQueriesContext(connection) as queries:
        copy_in(User, users)
    assert len(queries) <= 1
    first, second = User.objects.get(pk=users[0].pk), User.objects.get(pk=users[1].pk)
    assert (first.name, first.phone, first.username) == ("甲\t乙\n\\N", "13900000001", None)
    assert (second.username, second.is_active, second.created_at is None) == ("bing", True, False)
    users[0].name = "改"
    users[0].save()
    assert User.objects.count() == 2


def test_what_the_database_computes_is_left_to_it() -> None:
    copy_in(Entry, [Entry(action="a.b.c", data={"键": ["值", None]}, actor_name="甲")])
    entry = Entry.objects.get()
    assert entry.at is not None
    assert entry.data == {"键": ["值", None]}


def test_one_bad_row_leaves_none() -> None:
    with pytest.raises(IntegrityError, match="username"), transaction.atomic():
        copy_in(User, [User(name="甲", username="x"), User(name="乙", username="x")])
    assert not User.objects.exists()


def test_nothing_is_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        copy_in(User, [])
    assert len(queries) == 0

"""Writing and reading single entries."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy as _

from niangjia.audit import services, words
from niangjia.audit.models import Entry
from niangjia.audit.permissions import VIEW
from niangjia.identity.tests.factories import make_cast, person
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def test_an_entry_says_who_did_what_to_what_and_where(tree: Tree) -> None:
    actor, key = person("周敏"), uuid4()
    entry = services.record(actor, "test.thing.do", tree.unit, on=date(2026, 1, 12), price=Decimal("1.50"), key=key)
    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_name) == (actor.pk, "周敏")
    assert (entry.target_type, entry.target_id, entry.target_name) == (
        "org.organization",
        str(tree.unit.pk),
        "天桥街道总工会",
    )
    assert entry.organization_path == tree.unit.path
    assert entry.data == {"on": "2026-01-12", "price": "1.50", "key": str(key)}
    assert entry.at is not None


def test_the_system_signs_as_itself(tree: Tree) -> None:
    entry = services.record(None, "test.thing.do", tree.unit)
    assert (entry.actor_id, entry.actor_name) == (None, services.SYSTEM)


def test_the_place_may_be_named_for_a_thing_that_has_none() -> None:
    assert services.record(None, "test.thing.do", person("甲"), place="abc.").organization_path == "abc."
    assert services.record(None, "test.thing.do", person("乙")).organization_path == ""


def test_many_are_written_at_once(tree: Tree) -> None:
    targets = [(one, {"n": n}) for n, one in enumerate([tree.unit, tree.sibling, tree.primary])]
    with CaptureQueriesContext(connection) as queries:
        services.record_many(None, "test.thing.do", targets)
    assert len(queries) == 1
    assert [entry.data["n"] for entry in Entry.objects.filter(action="test.thing.do")] == [0, 1, 2]


def test_history_is_read_by_those_who_may_in_that_unit(tree: Tree) -> None:
    Entry.objects.all().delete()
    entry = services.record(None, "test.thing.do", tree.primary)
    Entry.objects.exclude(pk=entry.pk).delete()
    cast = make_cast(tree, VIEW)
    Entry.objects.exclude(pk=entry.pk).delete()
    seen = {who: list(Entry.objects.visible_to(user)) for who, user in cast}
    assert seen == {"member": [], "officer": [entry], "above": [entry], "elsewhere": [], "nobody": []}


def test_the_history_of_one_thing_is_only_its_own(tree: Tree) -> None:
    services.record(None, "test.thing.do", tree.sibling)
    entry = services.record(None, "test.thing.do", tree.unit)
    assert list(Entry.objects.about(tree.unit).filter(action="test.thing.do")) == [entry]
    assert Organization.objects.count() == 6


def test_an_action_without_words_speaks_for_itself() -> None:
    words.register({"test.thing.do": _("Done")})
    assert words.said("test.thing.do") == "已完成"
    assert words.said("test.thing.undo") == "test.thing.undo"
    del words._words["test.thing.do"]

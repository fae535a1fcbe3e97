"""The history on a page: what is shown, filtered and taken away, and that every action has words."""

import ast
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audit import services as audit
from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.audit.permissions import VIEW
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree() -> Tree:
    made = make_tree()
    Entry.objects.all().delete()
    return made


@pytest.fixture
def officer(tree: Tree) -> User:
    user = holder(VIEW, at=tree.unit, name="周敏")
    Entry.objects.all().delete()
    return user


def rows(response: Any) -> list[str]:
    return re.findall(r'data-label="操作">([^<]+)<', response.content.decode())


@pytest.mark.parametrize(
    ("who", "status", "shown"),
    [("member", 403, []), ("officer", 200, ["调整单位隶属"]), ("above", 200, ["调整单位隶属"]), ("elsewhere", 200, []),
     ("nobody", 403, [])],
)  # fmt: skip
def test_one_reads_the_history_of_ones_units(
    client: Client, tree: Tree, who: str, status: int, shown: list[str]
) -> None:
    user = getattr(make_cast(tree, VIEW), who)
    Entry.objects.all().delete()
    audit.record(None, "org.organization.move", tree.primary)
    client.force_login(user)
    response = client.get("/staff/history/")
    assert (response.status_code, rows(response)) == (status, shown)


def test_filters_narrow_it_by_who_what_when_and_about(client: Client, tree: Tree, officer: User) -> None:
    audit.record(officer, "org.organization.change", tree.unit)
    audit.record(None, "org.organization.close", tree.primary)
    old = audit.record(None, "org.organization.move", tree.unit)
    Entry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))
    client.force_login(officer)
    found = {
        query: rows(client.get(f"/staff/history/?{query}"))
        for query in (
            "who=周敏",
            "action=org.organization.close",
            "when=7",
            "when=30",
            "about=剧场",
            f"of=org.organization:{tree.primary.pk}",
            "action=no.such.thing",
        )
    }
    everything = ["调整单位隶属", "撤销单位", "修改单位信息"]
    assert found == {
        "who=周敏": ["修改单位信息"],
        "action=org.organization.close": ["撤销单位"],
        "when=7": ["撤销单位", "修改单位信息"],
        "when=30": everything,
        "about=剧场": ["撤销单位"],
        f"of=org.organization:{tree.primary.pk}": ["撤销单位"],
        "action=no.such.thing": everything,
    }


def test_taking_the_history_away_is_itself_history(client: Client, tree: Tree, officer: User) -> None:
    audit.record(None, "org.organization.move", tree.unit)
    client.force_login(officer)
    response = client.get("/staff/history/?format=xlsx")
    assert response.content[:2] == b"PK"
    entry = Entry.objects.get(action="portal.history.export")
    assert (entry.actor_id, entry.organization_path, entry.data["count"]) == (officer.pk, tree.unit.path, 1)


def test_nothing_is_taken_away_by_those_who_may_not_read(client: Client, tree: Tree) -> None:
    client.force_login(make_cast(tree, VIEW).nobody)
    Entry.objects.all().delete()
    assert client.get("/staff/history/?format=xlsx").status_code == 403
    assert not Entry.objects.exists()


def test_details_are_words_and_not_keys(client: Client, tree: Tree, officer: User) -> None:
    audit.record(
        None, "org.organization.move", tree.unit, reason="区划调整", old="abc.def.", ids=["x"], user=str(officer.pk)
    )
    client.force_login(officer)
    page = client.get("/staff/history/").content.decode()
    assert "区划调整" in page
    assert "abc.def." not in page
    assert str(officer.pk) not in page


def test_moments_and_days_are_written_as_people_write_them(client: Client, tree: Tree, officer: User) -> None:
    at = datetime(2026, 1, 12, 1, 0, 30, 123456, tzinfo=UTC)
    audit.record(None, "org.organization.move", tree.unit, at=at, on=date(2026, 1, 13), name="2026-01 批", number=7)
    client.force_login(officer)
    page = client.get("/staff/history/").content.decode()
    assert "时间 2026年1月12日（周一）9:00" in page
    assert "2026年1月13日" in page
    assert "2026-01 批" in page
    assert "2026-01-1" not in page


def test_the_page_asks_as_many_questions_for_three_entries_as_for_one(
    client: Client, tree: Tree, officer: User
) -> None:
    client.force_login(officer)
    audit.record(None, "org.organization.move", tree.unit)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/staff/history/")
        counts.append(len(queries))
        audit.record(None, "org.organization.move", tree.unit)
        audit.record(None, "org.organization.move", tree.unit)
    assert counts[0] == counts[1]


def actions_written() -> set[str]:
    """Every literal action that any source hands to ``record`` or ``record_many``."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        if "tests" in path.parts or "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"record", "record_many"}:
                literals = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                found |= {str(value) for value in literals if re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", str(value))}
    return found


def test_every_action_has_words() -> None:
    """A new action gets its words in ``portal/actions.py``."""
    written = actions_written()
    assert "identity.user.deactivate" in written, "the search finds what is there"
    assert written - set(words.known()) == set()

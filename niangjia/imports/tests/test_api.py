"""Rosters at the programs' door: uploaded, mapped, judged, written, and what nobody else may see of it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from niangjia.core import id_numbers
from niangjia.core.tests.programs import ask, told
from niangjia.identity.tests.factories import holder, person
from niangjia.imports.models import Batch, BatchStatus
from niangjia.imports.tests.files import xlsx
from niangjia.imports.tests.target import PERMISSION, Guests
from niangjia.jobs.queue import run_waiting
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
WHO = ("stranger", "nobody", "officer", "above", "elsewhere")
HEADERS = ("本人姓名", "证件编码", "联系方式(手机)")


def number(serial: int) -> str:
    first = f"11019919800506{serial:03}"
    return first + id_numbers.check_character(first)


def book(*rows: tuple[str, str, str]) -> bytes:
    return xlsx([HEADERS, *rows])


GOOD = ("王小明", number(2), "13800000001")
WRONG = ("李大力", number(4)[:-1] + ("0" if number(4)[-1] != "0" else "1"), "13800000002")


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def people(tree: Tree) -> dict[str, Any]:
    rights = (PERMISSION, org.VIEW)
    return {
        "stranger": None,
        "nobody": person(),
        "officer": holder(*rights, at=tree.unit),
        "above": holder(*rights, at=tree.district),
        "elsewhere": holder(*rights, at=tree.elsewhere),
    }


def upload(user: Any, unit: Any, content: bytes, *, target: str = "guests") -> Any:
    client = Client()
    if user:
        client.force_login(user)
    file = SimpleUploadedFile("名册.xlsx", content)
    return client.post("/api/v1/imports", {"organization_id": str(unit.pk), "target": target, "file": file})


def mapped(people: dict[str, Any], batch: str) -> Any:
    columns = ask(people["officer"], "GET", f"/imports/{batch}/columns").json()["items"]
    fields = {each["column"]: each["field"] for each in columns}
    return ask(people["officer"], "POST", f"/imports/{batch}/mapping", {"sheet": 0, "columns": fields})


@pytest.fixture
def batch(guests: Guests, tree: Tree, people: dict[str, Any]) -> str:
    """A file of one good and one wrong row, checked."""
    made: str = upload(people["officer"], tree.unit, book(GOOD, WRONG)).json()["id"]
    assert mapped(people, made).status_code == 202
    run_waiting()
    return made


TABLE: list[tuple[str, str, Any, str]] = [
    ("GET", "/imports/targets", None, "401 200 200 200 200"),
    ("GET", "/imports", None, "401 200 200 200 200"),
    ("GET", "/imports/{batch}", None, "401 404 200 200 404"),
    ("GET", "/imports/{batch}/columns", None, "401 404 200 200 404"),
    ("GET", "/imports/{batch}/rows", None, "401 404 200 200 404"),
    ("GET", "/imports/{batch}/marked-file", None, "401 404 200 200 404"),
    ("POST", "/imports/{batch}/mapping", {"columns": {}}, "401 404 422 422 404"),
    ("POST", "/imports/{batch}/commit", None, "401 404 202 202 404"),
    ("POST", "/imports/{batch}/discard", None, "401 404 200 409 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    batch: str, people: dict[str, Any], method: str, path: str, body: Any, statuses: str
) -> None:
    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = Batch.objects.values().get()
        answer = ask(people[who], method, path.format(batch=batch), body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or Batch.objects.values().get() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_uploading_needs_the_right_in_that_unit(guests: Guests, tree: Tree, people: dict[str, Any]) -> None:
    got = [upload(people[who], tree.unit, book(GOOD)).status_code for who in ("stranger", "nobody", "elsewhere")]
    assert got == [401, 404, 404]
    looker = holder(org.VIEW, at=tree.unit)
    assert told(upload(looker, tree.unit, book(GOOD))) == (403, "not-permitted")
    assert upload(people["officer"], tree.unit, book(GOOD), target="nothing").status_code == 404
    assert upload(people["officer"], tree.unit, b"no spreadsheet").status_code in {409, 422}
    assert not Batch.objects.exists()


def test_a_file_goes_from_upload_to_the_registry(guests: Guests, batch: str, people: dict[str, Any]) -> None:
    checked = ask(people["officer"], "GET", f"/imports/{batch}").json()
    assert (checked["status"], checked["counts"]["new"], checked["counts"]["error"]) == ("checked", 1, 1)
    wrong = ask(people["officer"], "GET", f"/imports/{batch}/rows?verdict=error").json()
    assert (wrong["count"], wrong["items"][0]["number"]) == (1, 3)
    cell = next(cell for cell in wrong["items"][0]["cells"] if cell["field"] == "id_number")
    assert (cell["text"], len(cell["remarks"])) == (WRONG[1], 1)
    assert ask(people["officer"], "POST", f"/imports/{batch}/commit").status_code == 202
    run_waiting()
    written = ask(people["officer"], "GET", f"/imports/{batch}").json()
    assert (written["status"], written["counts"]["written_new"]) == ("committed", 1)
    assert list(guests.kept) == [GOOD[1]]


def test_what_is_right_is_masked(batch: str, people: dict[str, Any]) -> None:
    good = ask(people["officer"], "GET", f"/imports/{batch}/rows?verdict=new")
    assert GOOD[1] not in good.content.decode()
    assert GOOD[2] not in good.content.decode()
    texts = {cell["field"]: cell["text"] for cell in good.json()["items"][0]["cells"]}
    assert (texts["name"], texts["phone"]) == ("王小明", "138 **** 0001")


def test_the_marked_file_is_a_workbook(batch: str, people: dict[str, Any]) -> None:
    answer = ask(people["above"], "GET", f"/imports/{batch}/marked-file")
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("many", ["/imports", "/imports/{batch}/rows"])
def test_a_list_asks_no_more_for_three_than_for_one(
    guests: Guests, tree: Tree, people: dict[str, Any], many: str
) -> None:
    counts = []
    for rows in ([GOOD], [GOOD, WRONG, ("赵一", number(6), "")]):
        made = upload(people["officer"], tree.unit, book(*rows)).json()["id"]
        mapped(people, made)
        run_waiting()
        with CaptureQueriesContext(connection) as captured:
            assert ask(people["officer"], "GET", many.format(batch=made)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert Batch.objects.filter(status=BatchStatus.CHECKED).count() == 2

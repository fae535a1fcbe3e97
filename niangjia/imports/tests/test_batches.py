"""A file's way from upload to the registry, or out again."""

from collections import Counter
from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection

from niangjia.audit.models import Entry
from niangjia.core import id_numbers
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.files import services as files
from niangjia.files.models import StoredFile
from niangjia.files.services import ContentGone
from niangjia.identity.models import User
from niangjia.identity.tests.factories import grant, holder, make_cast
from niangjia.imports import queries, services
from niangjia.imports.models import Batch, BatchRow, BatchStatus, HeaderMemory
from niangjia.imports.reading import FileRefused
from niangjia.imports.tests.files import Rows, csv, xls, xlsx
from niangjia.imports.tests.target import PERMISSION, Guests
from niangjia.imports.verdicts import Verdict
from niangjia.jobs.models import Job, JobStatus
from niangjia.jobs.queue import run_waiting
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

TODAY = date(2026, 1, 12)
NOW = datetime(2026, 1, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADERS = ("本人姓名", "证件编码", "联系方式(手机)", "备注")


def number(serial: int) -> str:
    first = f"11019919800506{serial:03}"
    return first + id_numbers.check_character(first)


def roster(count: int, *, first: int = 0) -> list[list[str]]:
    return [["王小明", number(first + at), f"138{first + at:08}", ""] for at in range(count)]


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def officer(tree: Tree) -> User:
    return holder(PERMISSION, at=tree.unit)


def receive(guests: Guests, content: bytes, unit: Organization, actor: User | None, name: str = "名册.xlsx") -> Batch:
    return services.receive_file(content, name=name, organization=unit, target=guests, on=TODAY, actor=actor)


def choose(batch: Batch, actor: User | None) -> Job:
    guesses = queries.guesses(batch, queries.open_table(batch))
    return services.choose_mapping(
        batch, sheet=batch.sheet, mapping={guess.column: guess.field for guess in guesses}, actor=actor
    )


def checked(guests: Guests, rows: Rows, unit: Organization, actor: User | None = None) -> Batch:
    batch = receive(guests, xlsx([["名册", None], [*HEADERS], *rows], merged=["A1:D1"]), unit, actor)
    choose(batch, actor)
    run_waiting()
    return Batch.objects.get(pk=batch.pk)


def written(batch: Batch, actor: User | None = None) -> Batch:
    services.start_commit(batch, actor=actor)
    run_waiting()
    return Batch.objects.get(pk=batch.pk)


def test_the_whole_way(guests: Guests, tree: Tree, officer: User) -> None:
    guests.kept = {number(1): "王小明", number(2): "王大明"}
    guests.unwelcome = {number(3)}
    rows = [*roster(5), ["李红", number(4)[:-1], "", ""], ["", "", "", "以上"], [], ["赵六", number(0), "", ""]]
    batch = checked(guests, rows, tree.unit, officer)
    assert batch.status == BatchStatus.CHECKED
    assert batch.counts == {"rows": 8, "new": 2, "unchanged": 1, "changed": 1, "error": 4, "warnings": 0, "doubts": 0}
    codes = {
        view.number: [remark.text for cell in view.cells for remark in cell.remarks] + [r.text for r in view.remarks]
        for view in queries.row_views(batch, batch.rows.filter(verdict=Verdict.ERROR))
    }
    assert set(codes) == {6, 8, 9, 11}
    assert codes[8] == ["第 8 行 身份证号：只有 17 位，身份证号应为 18 位，请核对证件。"]
    assert codes[9] == ["第 9 行：必填项都没有填写，这一行不会写入；如是说明文字，可以保留。"]
    assert codes[11] == ["第 11 行 身份证号：与第 3 行重复，两行请保留一行。"]
    batch = written(batch, officer)
    assert batch.status == BatchStatus.COMMITTED
    assert {name: batch.counts[name] for name in ("written_new", "written_changed", "refused")} == {
        "written_new": 2, "written_changed": 1, "refused": 0,
    }  # fmt: skip
    assert guests.kept == {number(0): "王小明", number(1): "王小明", number(2): "王小明", number(4): "王小明"}
    assert [entry.action for entry in Entry.objects.about(batch)] == [
        "imports.batch.receive", "imports.batch.check", "imports.batch.commit", "imports.batch.written",
    ]  # fmt: skip
    assert Job.objects.filter(status=JobStatus.DONE).count() == 2


def test_the_same_file_twice_changes_nothing(guests: Guests, tree: Tree, officer: User) -> None:
    written(checked(guests, roster(3), tree.unit, officer), officer)
    kept = dict(guests.kept)
    again = checked(guests, roster(3), tree.unit, officer)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (3, 0, 0)
    with pytest.raises(DomainError) as refused:
        services.start_commit(again, actor=officer)
    assert refused.value.code == "nothing-to-write"
    assert guests.kept == kept


def test_rows_that_were_only_numbered_are_no_rows(guests: Guests, tree: Tree) -> None:
    rows: Rows = [["序号", *HEADERS], ["1", *roster(1)[0]], ["2", "", "", "", ""], ["3", " ", "", "", ""]]
    batch = receive(guests, xlsx(rows), tree.unit, None)
    choose(batch, None)
    run_waiting()
    assert Batch.objects.get().counts["rows"] == 1


def test_what_was_read_is_sealed_in_the_database_and_on_the_disk(guests: Guests, tree: Tree) -> None:
    batch = checked(guests, [["王小明", number(1), "13800000001", ""], ["王红", number(2)[:-1], "", ""]], tree.unit)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM imports_batchrow ORDER BY number")
        payload = bytes(cursor.fetchone()[0])
    assert number(1).encode() not in payload
    assert "王小明".encode() not in payload
    stored = [files.path_of(one).read_bytes() for one in StoredFile.objects.all()]
    assert len(stored) == 2
    assert not any(content.startswith(b"PK") for content in stored)
    assert batch.file.keep_until == TODAY + services.RETENTION


def test_a_commit_that_breaks_off_goes_on_where_it_stood(
    guests: Guests, tree: Tree, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("niangjia.imports.services.committing.PORTION", 10)
    batch = checked(guests, roster(35), tree.unit, officer)
    guests.break_after = 2
    services.start_commit(batch, actor=officer)
    with pytest.raises(RuntimeError):
        run_waiting()
    assert len(guests.kept) == 20
    assert BatchRow.objects.filter(was_written=True).count() == 20
    guests.break_after, before = None, dict(guests.kept)
    guests.kept = dict.fromkeys(before, "已写一次")
    batch = Batch.objects.get()
    services.commit_batch(batch.pk, on=TODAY, at=NOW, actor=officer)
    services.commit_batch(batch.pk, on=TODAY, at=NOW, actor=officer)
    assert Counter(guests.kept.values()) == {"已写一次": 20, "王小明": 15}
    assert Batch.objects.get().counts["written_new"] == 35


def test_what_changed_since_the_check_is_judged_again(guests: Guests, tree: Tree, officer: User) -> None:
    batch = checked(guests, roster(3), tree.unit, officer)
    guests.unwelcome = {number(0)}
    guests.kept = {number(1): "王小明"}
    batch = written(batch, officer)
    assert (batch.counts["written_new"], batch.counts["refused"]) == (1, 1)
    assert number(0) not in guests.kept
    refused = queries.row_views(batch, batch.rows.filter(verdict=Verdict.ERROR))
    assert [(view.number, view.was_written) for view in refused] == [(3, False)]


@pytest.mark.parametrize(
    ("case", "mapping", "field"),
    [
        ("a required field without column", {0: "name"}, "mapping"),
        ("two columns for one field", {0: "name", 1: "id_number", 2: "name"}, "mapping"),
        ("a field that does not exist", {0: "name", 1: "id_number", 2: "shoe_size"}, "mapping"),
        ("a column that does not exist", {0: "name", 1: "id_number", 9: "phone"}, "mapping"),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    case: str, mapping: dict[int, str], field: str, guests: Guests, tree: Tree
) -> None:
    batch = receive(guests, xlsx([[*HEADERS], *roster(2)]), tree.unit, None)
    with pytest.raises(InvalidInput) as refused:
        services.choose_mapping(batch, sheet=0, mapping=mapping, actor=None)
    assert refused.value.field == field, case
    with pytest.raises(InvalidInput):
        services.choose_mapping(batch, sheet=7, mapping={0: "name", 1: "id_number"}, actor=None)
    assert (Batch.objects.get().status, Job.objects.count()) == (BatchStatus.UPLOADED, 0)
    assert not HeaderMemory.objects.exists()


def test_the_columns_are_remembered_for_the_union_and_below(guests: Guests, tree: Tree) -> None:
    rows: Rows = [["甲", "乙", "丙"], ["王小明", number(1), "李红"]]
    batch = receive(guests, xlsx(rows), tree.unit, None)
    services.choose_mapping(batch, sheet=0, mapping={2: "name", 1: "id_number", 0: ""}, actor=None)
    below = receive(guests, xlsx(rows), tree.primary, None)
    assert [guess.field for guess in queries.guesses(below, queries.open_table(below))] == ["", "id_number", "name"]
    elsewhere = receive(guests, xlsx(rows), tree.elsewhere, None)
    guessed = [guess.field for guess in queries.guesses(elsewhere, queries.open_table(elsewhere))]
    assert guessed[1:] != ["id_number", "name"]
    services.choose_mapping(below, sheet=0, mapping={0: "name", 1: "id_number", 2: ""}, actor=None)
    again = receive(guests, xlsx(rows), tree.primary, None)
    assert [guess.field for guess in queries.guesses(again, queries.open_table(again))] == ["name", "id_number", ""]


def test_checking_again_replaces_what_stood_there(guests: Guests, tree: Tree) -> None:
    batch = checked(guests, roster(4), tree.unit)
    choose(batch, None)
    services.check_batch(batch.pk, on=TODAY, actor=None)
    services.check_batch(batch.pk, on=TODAY, actor=None)
    assert BatchRow.objects.count() == 4


def test_only_those_who_may_import_there_do_anything(guests: Guests, tree: Tree) -> None:
    cast = make_cast(tree, PERMISSION)
    content = xlsx([[*HEADERS], *roster(1)])
    for who, user in cast:
        if who in {"officer", "above"}:
            written(checked(guests, roster(1, first=len(who)), tree.unit, user), user)
            continue
        with pytest.raises(NotPermitted):
            receive(guests, content, tree.unit, user)
    batch = checked(guests, roster(1, first=50), tree.unit)
    kept, entries = dict(guests.kept), Entry.objects.count()
    for user in (cast.member, cast.elsewhere, cast.nobody):
        assert not Batch.objects.visible_to(user).exists()
        assert not BatchRow.objects.visible_to(user).exists()
        for attempt in (services.start_commit, choose):
            with pytest.raises(NotPermitted):
                attempt(batch, actor=user)
        with pytest.raises(NotPermitted):
            services.discard_batch(batch, at=NOW, actor=user)
        with pytest.raises(NotPermitted):
            services.commit_batch(batch.pk, on=TODAY, at=NOW, actor=user)
    assert (guests.kept, Entry.objects.count()) == (kept, entries)
    for user in (cast.officer, cast.above):
        assert BatchRow.objects.visible_to(user).count() == 3


def test_a_right_that_was_taken_away_stops_the_work(guests: Guests, tree: Tree, officer: User) -> None:
    batch = checked(guests, roster(2), tree.unit, officer)
    services.start_commit(batch, actor=officer)
    officer.assignments.update(valid_to=date(2020, 1, 1), valid_from=date(2019, 1, 1))
    run_waiting()
    assert guests.kept == {}
    assert Job.objects.get(task="imports.commit").status == JobStatus.FAILED
    grant(officer, PERMISSION, at=tree.unit)
    assert written(batch, User.objects.get(pk=officer.pk)).counts["written_new"] == 2


def test_a_file_that_cannot_be_read_leaves_nothing(guests: Guests, tree: Tree) -> None:
    with pytest.raises(FileRefused):
        receive(guests, b"%PDF-1.7", tree.unit, None)
    assert not StoredFile.objects.exists()
    assert not Batch.objects.exists()


def test_the_sheet_with_most_rows_is_proposed_and_another_can_be_chosen(guests: Guests, tree: Tree) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "说明"
    book.worksheets[0].append(["填报说明"])
    for name, count in (("一月", 2), ("二月", 5)):
        page = book.create_sheet(name)
        for row in ([*HEADERS], *roster(count)):
            page.append(row)
    stream = BytesIO()
    book.save(stream)
    batch = receive(guests, stream.getvalue(), tree.unit, None)
    assert (batch.sheets, batch.sheet) == (["说明", "一月", "二月"], 2)
    batch.sheet = 1
    assert len(queries.open_table(batch).rows) == 2


def test_discarding_erases_rows_and_file(guests: Guests, tree: Tree, officer: User) -> None:
    batch = checked(guests, [*roster(1), ["王红", number(2)[:-1], "", ""]], tree.unit, officer)
    services.discard_batch(batch, at=NOW, actor=officer)
    batch = Batch.objects.get()
    assert (batch.status, batch.rows.count(), guests.kept) == (BatchStatus.DISCARDED, 0, {})
    for stored in StoredFile.objects.all():
        with pytest.raises(ContentGone):
            files.read(stored)
    with pytest.raises(InvalidTransition):
        services.start_commit(batch, actor=officer)
    assert Entry.objects.about(batch).filter(action="imports.batch.discard", actor_id=officer.pk).exists()


def test_old_batches_are_forgotten(guests: Guests, tree: Tree) -> None:
    done = written(checked(guests, roster(1), tree.unit))
    left = checked(guests, roster(1, first=10), tree.unit)
    now = done.finished_at
    assert now is not None
    assert services.forget_batches(at=now + timedelta(days=29)) == 0
    assert services.forget_batches(at=now + timedelta(days=31)) == 2
    assert not BatchRow.objects.exists()
    assert Batch.objects.get(pk=done.pk).status == BatchStatus.COMMITTED
    assert Batch.objects.get(pk=left.pk).status == BatchStatus.DISCARDED
    assert services.forget_batches(at=now + timedelta(days=32)) == 0


@pytest.mark.parametrize("make", [xls, csv])
def test_other_kinds_of_files_come_in_too(make: type, guests: Guests, tree: Tree) -> None:
    batch = receive(guests, make([[*HEADERS], *roster(2)]), tree.unit, None, name="x")
    choose(batch, None)
    run_waiting()
    assert Batch.objects.get().counts["new"] == 2

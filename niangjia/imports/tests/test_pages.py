"""The pages of an import, without JavaScript."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, holder, make_cast
from niangjia.imports import services
from niangjia.imports.models import Batch, BatchStatus
from niangjia.imports.tests.files import Rows, xlsx
from niangjia.imports.tests.target import PERMISSION, Guests
from niangjia.imports.tests.test_batches import HEADERS, NOW, checked, number, roster
from niangjia.jobs.models import Job, JobStatus
from niangjia.jobs.queue import run_waiting
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

GUESTS = "?into=guests"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def officer(tree: Tree) -> User:
    return holder(PERMISSION, at=tree.unit)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, tree: Tree, content: bytes, name: str = "名册.xlsx") -> object:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("imports:batch-new") + GUESTS, {"organization": tree.unit.pk, "file": file})


def test_a_file_goes_from_the_form_to_the_registry(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    rows: Rows = [[*HEADERS], *roster(3), ["李红", number(7)[:-1] + "?", "", ""]]
    answer = upload(client, tree, xlsx(rows))
    batch = Batch.objects.get()
    assert answer.status_code == 302  # type: ignore[attr-defined]
    columns = reverse("imports:columns", args=[batch.pk])
    assert answer.headers["Location"] == columns  # type: ignore[attr-defined]
    page = client.get(columns).content.decode()
    assert "读取了 4 行，请确认各列的内容" in page
    assert number(0) not in page  # the samples are masked
    assert f"{number(0)[:6]} ******** {number(0)[-4:]}" in page
    answer = client.post(columns, {"column-0": "name", "column-1": "id_number", "column-2": "phone", "column-3": ""})
    here = reverse("imports:batch", args=[batch.pk])
    assert answer.headers["Location"] == here
    page = client.get(here).content.decode()
    assert "正在核对“名册.xlsx”" in page
    assert 'http-equiv="refresh"' in page
    run_waiting()
    page = client.get(here).content.decode()
    assert "已核对 4 行：3 行可以写入，1 行有错误" in page
    assert "第 5 行 身份证号：前 17 位应为数字，末位应为数字或 X，请核对证件。" in page
    assert number(7)[:-1] + "?" in page  # the wrong one stands in full, to be compared with the paper
    good = client.get(f"{here}?show=good").content.decode()
    assert number(0) not in good
    assert "写入 3 行" in good
    assert client.post(reverse("imports:batch-commit", args=[batch.pk])).status_code == 302
    assert "正在写入" in client.get(here).content.decode()
    run_waiting()
    assert "已写入 3 行：新增 3 人，更新 0 人" in client.get(here).content.decode()
    assert len(guests.kept) == 3


def test_the_page_of_the_work_becomes_the_page_of_its_result(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    batch = checked(guests, roster(1), tree.unit, officer)
    here = reverse("imports:batch", args=[batch.pk])
    asked = client.get(here, headers={"HX-Request": "true", "HX-Target": "running"})
    assert asked.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(here).headers


def test_what_broke_off_says_so_and_can_go_on(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    batch = checked(guests, roster(1), tree.unit, officer)
    services.start_commit(batch, actor=officer)
    Job.objects.filter(task="imports.commit").update(status=JobStatus.FAILED, message="停电了")
    page = client.get(reverse("imports:batch", args=[batch.pk])).content.decode()
    assert "停电了" in page
    assert "继续写入" in page
    client.post(reverse("imports:batch-commit", args=[batch.pk]))
    run_waiting()
    assert Batch.objects.get().status == BatchStatus.COMMITTED


@pytest.mark.parametrize(
    ("case", "content", "words"),
    [
        ("no workbook", b"%PDF-1.7", "这既不是 Excel 工作簿，也不是 CSV 文件。请另存为"),
        ("empty", b"", "空"),
        ("too large", b"x" * 2_000, "文件大于"),
    ],
)
def test_a_refused_file_says_why_at_its_field(
    case: str, content: bytes, words: str, guests: Guests, tree: Tree, officer: User, settings: Settings
) -> None:
    settings.UPLOAD_LIMIT = 1_000
    answer = upload(signed_in(officer), tree, content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in answer.content.decode(), case  # type: ignore[attr-defined]
    assert not Batch.objects.exists()


def test_columns_without_a_required_one_are_asked_for_again(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    upload(client, tree, xlsx([[*HEADERS], *roster(1)]))
    columns = reverse("imports:columns", args=[Batch.objects.get().pk])
    answer = client.post(columns, {"column-0": "name"})
    assert answer.status_code == 422
    assert "还没有为 身份证号 选择对应的列" in answer.content.decode()
    assert Batch.objects.get().status == BatchStatus.UPLOADED


def test_another_sheet_can_be_read(guests: Guests, tree: Tree, officer: User) -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx([[*HEADERS], *roster(5)], sheet="一月")))
    page = book.create_sheet("二月")
    for row in (["甲", "乙"], ["王小明", number(1)]):
        page.append(row)
    stream = BytesIO()
    book.save(stream)
    client = signed_in(officer)
    upload(client, tree, stream.getvalue())
    columns = reverse("imports:columns", args=[Batch.objects.get().pk])
    assert "读取了 5 行" in client.get(columns).content.decode()
    assert "读取了 1 行" in client.get(f"{columns}?sheet=1").content.decode()
    assert client.get(f"{columns}?sheet=99").status_code == 200
    client.post(columns, {"sheet": "1", "column-0": "name", "column-1": "id_number"})
    assert Batch.objects.get().sheet == 1


def test_the_marked_file_goes_to_those_who_may_import_there(guests: Guests, tree: Tree) -> None:
    cast: Cast = make_cast(tree, PERMISSION)
    batch = checked(guests, [["李红", number(1)[:-1], "", ""]], tree.unit, cast.officer)
    there = reverse("imports:batch-file", args=[batch.pk])
    got = {who: signed_in(user).get(there).status_code for who, user in cast}
    assert got == {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
    answer = signed_in(cast.officer).get(there)
    assert openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]["E3"].value
    assert Entry.objects.filter(action="imports.batch.download").count() == 3


def test_discarding_asks_first(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    batch = checked(guests, roster(1), tree.unit, officer)
    there = reverse("imports:batch-discard", args=[batch.pk])
    assert "放弃“名册.xlsx”？" in client.get(there).content.decode()
    assert Batch.objects.get().status == BatchStatus.CHECKED
    client.post(there)
    assert Batch.objects.get().status == BatchStatus.DISCARDED
    assert "这个文件已放弃" in client.get(reverse("imports:batch", args=[batch.pk])).content.decode()


def test_the_template_comes_in_again_as_it_is(guests: Guests, tree: Tree, officer: User) -> None:
    client = signed_in(officer)
    answer = client.get(reverse("imports:template") + GUESTS)
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [str(field.label) for field in guests.fields]
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["G2:G5001"]
    for column, value in enumerate(("王小明", number(1)), start=1):
        sheet.cell(2, column, value)
    stream = BytesIO()
    book.save(stream)
    upload(client, tree, stream.getvalue())
    batch = Batch.objects.get()
    assert batch.sheets[0] == "宾客"
    page = client.get(reverse("imports:columns", args=[batch.pk])).content.decode()
    assert page.count("表头与内容相符") + page.count("按表头判断") == 11


def test_who_has_checked_and_not_written_finds_it_in_the_inbox(guests: Guests, tree: Tree, officer: User) -> None:
    checked(guests, roster(1), tree.unit, officer)
    assert "“名册.xlsx”已核对，等待写入" in signed_in(officer).get(reverse("portal:staff")).content.decode()
    colleague = holder(PERMISSION, at=tree.unit)
    assert "等待写入" not in signed_in(colleague).get(reverse("portal:staff")).content.decode()


@pytest.mark.parametrize("name", ["imports:batch-list", "imports:batch"])
def test_pages_ask_as_often_for_three_rows_as_for_one(name: str, guests: Guests, tree: Tree, officer: User) -> None:
    def queries() -> int:
        client = signed_in(officer)
        address = reverse(name, args=[batch.pk]) if name == "imports:batch" else reverse(name) + GUESTS
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    batch = checked(guests, roster(1), tree.unit, officer)
    one = queries()
    for first in (10, 20):
        batch = checked(guests, roster(3, first=first), tree.unit, officer)
    assert queries() == one


def test_a_forgotten_batch_is_still_named(guests: Guests, tree: Tree, officer: User) -> None:
    batch = checked(guests, roster(1), tree.unit, officer)
    services.discard_batch(batch, at=NOW, actor=officer)
    assert "名册.xlsx" in signed_in(officer).get(reverse("imports:batch-list") + GUESTS).content.decode()

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.template import Context, Template
from django.template.context import RequestContext
from django.test import RequestFactory
from django.utils import translation

from niangjia.ui.tables import Choice, Column, Search, Table


@dataclass
class Person:
    name: str
    boxes: int


class PeopleTable(Table):
    columns = (
        Column("name", "姓名"),
        Column("boxes", "份数", end=True),
        Column("note", "说明", value=lambda row: f"={row.name}"),
        Column("link", "操作", value=lambda row: "看", href=lambda row: f"/x/{row.boxes}/", excel=False),
    )
    filters = (
        Choice("size", "份数", [(1, "一份"), (2, "两份")], "任何份数",
               apply=lambda rows, key: [row for row in rows if row.boxes == int(key)]),
        Search("q", "姓名", apply=lambda rows, words: [row for row in rows if words in row.name]),
    )  # fmt: skip
    sentence = "显示 {size} 的会员，姓名含 {q}"
    empty, empty_action = "导入名册后，会员会列在这里。", "导入名册"
    file_name = "名单"
    page_size = 2

    def row_href(self, row: Person) -> str:
        return f"/people/{row.boxes}/"

    def empty_href(self) -> str:
        return "/imports/"


PEOPLE = [Person("陈望舒", 1), Person("<b>孟庆", 2), Person("赵敏", 1200)]


def asked(address: str) -> HttpRequest:
    return RequestFactory().get(address)


def shown(table: Table) -> str:
    with translation.override("zh-hans"):
        return Template("{% table table %}").render(RequestContext(table.request, {"table": table}))


def names(table: Table) -> list[str]:
    return [row.name for row in table.page.object_list]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["陈望舒", "<b>孟庆"]),
        ("?page=2", ["赵敏"]),
        ("?page=99", ["赵敏"]),
        ("?page=x", ["陈望舒", "<b>孟庆"]),
        ("?size=1", ["陈望舒"]),
        ("?size=7", ["陈望舒", "<b>孟庆"]),
        ("?q=敏", ["赵敏"]),
        ("?q=敏&size=1", []),
        ("?sort=name", ["陈望舒", "<b>孟庆"]),
    ],
)
def test_only_what_is_offered_can_be_asked(query: str, expected: list[str]) -> None:
    assert names(PeopleTable(asked(f"/list/{query}"), PEOPLE)) == expected


def test_a_comma_never_begins_a_line() -> None:
    class Spoken(PeopleTable):
        sentence = "份数为 {size}，姓名含 {q}"

    first, field, words, _search = (str(part) for part in Spoken(asked("/list/"), PEOPLE).sentence_parts)
    assert (first, words) == ("份数为", "姓名含")
    assert field.endswith("</select>，</span>")


def test_the_filters_stand_in_their_sentence() -> None:
    parts = [str(part) for part in PeopleTable(asked("/list/?size=2"), PEOPLE).sentence_parts]
    assert parts[0] == "显示"
    assert '<option value="2" selected>两份</option>' in parts[1]
    assert parts[2] == "的会员，姓名含"
    assert 'type="search" name="q" value=""' in parts[3]


def test_rows_open_and_words_are_escaped() -> None:
    html = shown(PeopleTable(asked("/list/"), PEOPLE))
    assert '<a class="row-link" href="/people/1/">陈望舒</a>' in html
    assert "&lt;b&gt;孟庆" in html
    assert "<b>孟庆" not in html
    assert '<td role="cell" data-label="份数" class="end">1</td>' in html
    assert '<a href="/x/2/">看</a>' in html
    assert "第 1–2 条，共 3 条" in html
    assert "page=2" in html


def test_what_is_asked_is_escaped_too() -> None:
    assert '"><script' not in shown(PeopleTable(asked('/list/?q="><script>x'), PEOPLE))


def test_an_empty_list_says_what_will_be_here_and_a_filtered_one_how_to_see_all() -> None:
    assert "导入名册后，会员会列在这里。" in shown(PeopleTable(asked("/list/"), []))
    assert "filters" not in shown(PeopleTable(asked("/list/"), []))
    assert "没有符合条件的内容。" in shown(PeopleTable(asked("/list/?size=2"), [PEOPLE[0]]))


def test_excel_gets_every_page_the_values_and_no_operations() -> None:
    table = PeopleTable(asked("/list/?format=xlsx"), PEOPLE)
    response = table.respond("never/rendered.html")
    rows = openpyxl.load_workbook(BytesIO(response.content)).active.values  # type: ignore[union-attr]
    assert list(rows) == [("姓名", "份数", "说明"), *((p.name, p.boxes, f"={p.name}") for p in PEOPLE)]


def test_a_table_without_a_file_name_exports_nothing() -> None:
    class Silent(PeopleTable):
        file_name = ""

    assert Silent(asked("/list/?format=xlsx"), PEOPLE).wants_export is False


class GroupTable(Table):
    columns = (Column("name", "名称", sort="name"), Column("id", "号", sort="id"), Column("pk", "键"))
    filters = (Search("q", fields=("name",)),)


@pytest.fixture
def groups(db: None) -> Any:
    for name in ("b", "ab", "c"):
        Group.objects.create(name=name)
    return Group.objects.order_by("-pk")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "ab", "b"]),
        ("?sort=name", ["ab", "b", "c"]),
        ("?sort=-name", ["c", "b", "ab"]),
        ("?sort=pk", ["c", "ab", "b"]),
        ("?sort=user__password", ["c", "ab", "b"]),
        ("?q=B&sort=name", ["ab", "b"]),
    ],
)
def test_rows_of_the_database_are_sorted_and_searched_there(groups: Any, query: str, expected: list[str]) -> None:
    assert names(GroupTable(asked(f"/list/{query}"), groups)) == expected


def test_the_heads_turn_the_order_and_keep_the_search(groups: Any) -> None:
    heads = list(GroupTable(asked("/list/?sort=name&q=b&page=2"), groups).heads)
    assert [(head.href, head.direction) for head in heads] == [
        ("?sort=-name&q=b", "ascending"),
        ("?sort=id&q=b", ""),
        ("", ""),
    ]


def test_a_page_of_a_table_asks_the_database_twice(groups: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        shown(GroupTable(asked("/list/"), groups))


def test_a_pager_can_stand_alone() -> None:
    table = PeopleTable(asked("/list/?q=&page=2"), PEOPLE)
    html = Template("{% pager page %}").render(RequestContext(table.request, {"page": table.page}))
    assert 'rel="prev" href="?q=&amp;page=1"' in html
    assert Template("{% chart_scripts %}").render(Context()).count("<script") == 2

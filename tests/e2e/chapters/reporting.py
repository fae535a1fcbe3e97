"""The officer watches, closes and reports; and every number is compared with every other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import openpyxl

from niangjia.audit import queries as audit
from niangjia.benefits.models import Handout, Programme
from niangjia.bookings.models import Booking, RefusalCount
from niangjia.ledgers.models import Account, StockEntry
from niangjia.ledgers.queries import balance
from tests.e2e.roster import CLEANERS, GUARDS, PEOPLE
from tests.e2e.story import BOX_FEN, KEPT, OFFLINE, ONLINE, PACK_FEN, Story
from tests.e2e.visitors import PHONE, Visitor

UNION = "天桥剧场工会"
SIGNED = len(CLEANERS) - 1 + len(GUARDS)
EXCEL, WORD = "report.xlsx", "report.docx"


def it_cannot_be_closed_while_somebody_may_still_collect(story: Story) -> None:
    officer = story.officer.go(f"{story.staff_page}live/").press("结束活动").press("结束活动")
    assert "还有 1 人已预订，可以领取到" in officer.words
    assert story.programme.is_running


def the_officer_watches(story: Story) -> None:
    """Before the packs are handed out, booking has not closed yet; afterwards it has, and what is left shows it."""
    officer = story.officer.go(f"{story.staff_page}live/")
    expected = {"线上预订": 3, "剩余": ONLINE - KEPT - 2, "已发放": 2, "退回": 1}
    assert officer.figures() == {words: str(count) for words, count in expected.items()}
    assert officer.words.count("账实相符") == 2
    assert officer.table("按工会") == [[UNION, "1", "2", "0", "2"]]


def the_programme_is_closed_and_reported(story: Story) -> None:
    officer = story.officer.go(f"{story.staff_page}live/").press("结束活动").press("结束活动")
    assert officer.page.url.endswith("/report/")
    with officer.page.expect_download() as expected:
        officer.page.get_by_role("link", name="Excel").click()
    expected.value.save_as(story.folder / EXCEL)
    officer.press("生成 Word 和 PDF").take("下载 Word", story.folder).rename(story.folder / WORD)
    assert officer.take("下载 PDF", story.folder).read_bytes()[:5] == b"%PDF-"
    officer.go(f"{story.staff_page}report/").press("确认报告").press("确认报告")
    assert story.programme.status == "reported"


@dataclass(frozen=True)
class Counted:
    """What the tables of the database say, each number counted by itself."""

    online: int
    assisted: int
    missed: int
    offline: int
    booked: int
    refused: int
    fen: int
    left: list[list[int]]

    @property
    def served(self) -> int:
        return self.online + self.assisted + self.offline

    @property
    def line(self) -> list[int]:
        return [self.online, self.assisted, self.offline, self.served, self.missed]


def counted(programme: Programme) -> Counted:
    bookings = Booking.objects.filter(offer=programme.pk)
    bought = StockEntry.objects.filter(item__gift__programme=programme, origin=Account.OUTSIDE)
    stock = [balance(item=gift.item) for gift in programme.gifts.order_by("id")]
    assert all(one.balances for one in stock)
    return Counted(
        online=bookings.filter(status="collected", channel="online").count(),
        assisted=bookings.filter(status="collected", channel="assisted").count(),
        missed=bookings.filter(status="expired").count(),
        offline=Handout.objects.handed_out().filter(programme=programme).count(),
        booked=bookings.filter(status__in=["booked", "collected"]).count(),
        refused=sum(RefusalCount.objects.filter(offer=programme.pk).values_list("count", flat=True)),
        fen=sum(entry.quantity * (entry.unit_price or 0) for entry in bought),
        left=[[one.bought, one.handed_out, one.booked, one.allotted, one.held] for one in stock],
    )


def all_numbers_agree(story: Story) -> None:
    """Database, ledger, screen, Excel, Word and public page say the same, and it is what was done."""
    found = counted(story.programme)
    assert found.line == [1, 1, SIGNED, 2 + SIGNED, 1]
    assert (found.booked, found.refused) == (2, 1)
    assert found.fen == ONLINE * BOX_FEN + OFFLINE * PACK_FEN
    assert found.left == [[ONLINE, 2, 0, 0, ONLINE - 2], [OFFLINE, SIGNED, 0, 0, OFFLINE - SIGNED]]
    screen = story.officer.go(f"{story.staff_page}report/")
    the_screen_agrees(screen, found)
    the_workbook_agrees(story.folder / EXCEL, found)
    the_document_agrees(story.folder / WORD, found)
    the_public_page_agrees(story, screen, found)
    assert audit.verify().sound


def the_screen_agrees(screen: Visitor, found: Counted) -> None:
    line = [str(number) for number in found.line]
    figures = screen.figures()
    assert [figures[words] for words in ("线上预订", "线下发放", "合计")] == [
        str(number) for number in (found.booked, found.offline, found.booked + found.offline)
    ]
    assert f"{found.fen / 100:,.2f}" in figures["采购支出"]
    assert screen.table("按工会统计的受益人数") == [[UNION, *line]]
    by_occupation = screen.table("按职业统计")
    assert [str(sum(int(row[at]) for row in by_occupation)) for at in range(1, 6)] == line
    money = screen.table("经费（按来源和物品）")
    assert len(money) == 2
    assert [row[1:6] for row in screen.table("剩余情况")] == [[str(number) for number in row] for row in found.left]
    assert ["预订已经结束", str(found.refused)] in screen.table("没有领到的情况及原因")
    charts = chart_figures(screen)
    assert charts["受益人数（按工会）"] == [found.online + found.assisted, found.offline]
    assert sum(charts["受益人数（按职业）"]) == found.served
    assert charts["受益人数（按渠道）"] == [found.online, found.assisted, found.offline]


def chart_figures(screen: Visitor) -> dict[str, list[int]]:
    """What stands in the table beside each chart, which is drawn."""
    figures: dict[str, list[int]] = {}
    for chart in screen.page.locator("figure.chart").all():
        chart.locator("[data-chart] :is(svg, canvas)").first.wait_for()
        title = chart.locator("figcaption").inner_text().splitlines()[0]
        figures[title] = [int(cell) for cell in chart.locator("tbody td").all_text_contents()]
    return figures


def the_workbook_agrees(path: Path, found: Counted) -> None:
    book: Any = openpyxl.load_workbook(path)
    sheets = {name: list(book[name].iter_rows(min_row=2, values_only=True)) for name in book.sheetnames}
    assert [list(row[:6]) for row in sheets["按工会"]] == [[UNION, *found.line]]
    assert sum(row[4] for row in sheets["按职业统计"]) == found.served
    assert [row[1] for row in sheets["按渠道统计"]] == [found.online, found.assisted, found.offline]
    assert sum(round(row[3] * 100) for row in sheets["经费"]) == found.fen
    assert [[row[at] for at in (1, 5, 4, 3, 2)] for row in sheets["库存"]] == found.left
    assert sheets["线上预订时"] == [("预订已经结束", found.refused)]


def the_document_agrees(path: Path, found: Counted) -> None:
    document = docx.Document(str(path))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert [UNION, *(str(number) for number in found.line)] in rows
    assert [row for row in rows if row[0] == "合计" and row[-1] == f"¥{found.fen / 100:,.2f}"]
    assert ["预订已经结束", str(found.refused)] in rows


def the_public_page_agrees(story: Story, screen: Visitor, found: Counted) -> None:
    public = story.visitor("public", PHONE).go(f"/p/{story.programme.pk}/")
    figures = ("线上预订", "线下发放", "合计")
    assert [public.figures()[words] for words in figures] == [screen.figures()[words] for words in figures]
    public.open_row("领取结果")
    names = public.page.locator("tbody th").all_inner_texts()
    assert f"{found.served}" in public.heading
    assert all(person.name not in public.words for person in PEOPLE)
    assert sorted(name[0] for name in names) == sorted(name[0] for name in served_names())
    assert len(names) == found.served


def served_names() -> list[str]:
    booked = Booking.objects.filter(status="collected").values_list("member__name", flat=True)
    return [*booked, *Handout.objects.handed_out().values_list("member__name", flat=True)]

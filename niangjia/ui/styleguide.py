"""The style page: every component with the long names, the empty states and the errors of real life.

Shown in demo and debug mode only; its people, units and figures are invented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from niangjia.core.errors import DomainError
from niangjia.ui import pages
from niangjia.ui.charts import Chart
from niangjia.ui.tables import Choice, Column, Search, Table
from niangjia.ui.templatetags.ui import badge

UNITS = [
    ("1", "天桥街道总工会"),
    ("2", "北京市西城区环境卫生服务中心天桥清扫保洁一队工会委员会"),
    ("3", "香厂路社区联合工会"),
]
STATES = {
    "booked": ("active", "已预订"),
    "out": ("done", "已领取"),
    "back": ("draft", "已退还"),
    "late": ("warning", "逾期未领"),
}


@dataclass
class Person:
    pk: int
    name: str
    unit: str
    state: str
    boxes: int
    fen: int
    on: date | None


PEOPLE = [
    Person(1, "陈望舒", UNITS[0][1], "booked", 1, 12_800, date(2026, 1, 9)),
    Person(2, "欧阳清和", UNITS[1][1], "out", 1, 12_800, date(2026, 1, 9)),
    Person(3, "阿依古丽·买买提江", UNITS[2][1], "back", 2, 25_600, None),
    Person(4, "孟庆", UNITS[0][1], "late", 12, 153_600, date(2026, 1, 10)),
]


def _where(rows: list[Person], name: str, value: str) -> list[Person]:
    return [row for row in rows if getattr(row, name) == value]


def _in_state(rows: list[Person], state: str) -> list[Person]:
    return _where(rows, "state", state)


class PeopleTable(Table):
    columns = (
        Column("name", "姓名", sort="name"),
        Column("unit", "工会"),
        Column("state", "状态", show=lambda row: badge(*STATES[row.state]), value=lambda row: STATES[row.state][1]),
        Column("boxes", "份数", end=True, sort="boxes"),
        Column(
            "fen", "金额（元）", value=lambda row: row.fen / 100, show=lambda row: f"{row.fen / 100:,.2f}", end=True
        ),
        Column("on", "预订日期", show=lambda row: row.on and f"{row.on:%Y-%m-%d}", end=True),
    )
    filters = (
        Choice("unit", "工会", UNITS, "所有工会", apply=lambda rows, key: _where(rows, "unit", dict(UNITS)[key])),
        Choice("state", "状态", [(key, word) for key, (_shape, word) in STATES.items()], "任何状态", apply=_in_state),
        Search("q", "姓名", apply=lambda rows, words: [row for row in rows if words in row.name]),
    )
    sentence = "显示 {unit} 中 {state} 的会员，姓名含 {q}"
    empty = "导入名册后，会员会列在这里。"
    empty_action = "导入名册"
    file_name = "预订名单"

    def row_href(self, row: Person) -> str:
        return f"/styleguide/staff/?opened={row.pk}"

    def empty_href(self) -> str:
        return "#"


class ProgrammeForm(forms.Form):
    title = forms.CharField(
        label="活动名称", max_length=40, help_text="会员在手机上看到的名称，例如“2026 年春节送温暖”。"
    )
    boxes = forms.IntegerField(label="线上份数", min_value=1, help_text="线下慰问包另计。")
    unit = forms.ChoiceField(label="由哪个工会举办", choices=UNITS)
    opens_at = forms.DateTimeField(label="开始预订")
    day = forms.DateField(label="发放日期", required=False)
    way = forms.ChoiceField(
        label="份数不够时怎样分配",
        widget=forms.RadioSelect,
        initial="draw",
        choices=[
            ("draw", "抽签：人人机会相同，过程可以验证"),
            ("first", "按预订先后"),
            ("share", "按各工会人数分配名额"),
        ],
    )
    places = forms.MultipleChoiceField(
        label="领取地点",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("a", "天桥街道职工服务站（永安路）"), ("b", "香厂路社区服务站"), ("c", "虎坊路户外劳动者驿站")],
    )
    file = forms.FileField(
        label="名册", required=False, help_text="Excel 或 CSV，最多 10,000 行，列的顺序和表头写法不限。"
    )
    note = forms.CharField(label="给会员的话", widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label="我已核对份数、单价和截止时间")


CHARTS = {
    "by_unit": Chart(
        kind="bars",
        title="各工会已领取份数",
        labels=[*(name for _key, name in UNITS), "先农坛社区联合工会"],
        series=[("已领取", [412, 268, 97, 36])],
        unit="份",
        measure="口径：已核销的凭证，不含退还；截至 2026 年 1 月 12 日 18:00",
        axis="工会",
    ),
    "by_day": Chart(
        kind="line",
        title="每日预订",
        labels=["1月9日", "1月10日", "1月11日", "1月12日"],
        series=[("预订", [611, 142, 41, 19])],
        unit="份",
        axis="日期",
    ),
    "by_way": Chart(
        kind="share",
        title="领取方式",
        labels=["本人扫码", "他人代领", "工会协助"],
        series=[("份", [702, 64, 47])],
        unit="份",
        axis="方式",
    ),
    "by_week": Chart(
        kind="columns",
        title="每周入会",
        labels=["第1周", "第2周", "第3周"],
        series=[("线上", [31, 44, 52]), ("线下", [12, 9, 7])],
        unit="人",
        axis="周",
    ),
}


def on_show(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if not (settings.DEBUG or settings.DEMO):
            raise Http404
        return view(request)

    return shown


def _context(request: HttpRequest) -> dict[str, Any]:
    form = ProgrammeForm({"title": "", "boxes": "0", "way": "draw"}) if "wrong" in request.GET else ProgrammeForm()
    return {
        "form": form,
        "table": PeopleTable(request, PEOPLE * 20),
        "none": PeopleTable(request, [], id="none"),
        "charts": CHARTS,
        "at": datetime(2026, 1, 12, 1, 0, tzinfo=UTC),
        "until": datetime(2026, 1, 20, 10, 0, tzinfo=UTC),
    }


@on_show
def staff(request: HttpRequest) -> HttpResponse:
    table = PeopleTable(request, PEOPLE * 20)
    if "said" in request.GET:
        messages.success(request, "已提交审批，西城区总工会会在 3 个工作日内答复。")
    return table.respond("ui/styleguide_staff.html", _context(request))


@on_show
def member(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/styleguide_member.html", _context(request))


@on_show
def public(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/styleguide_public.html", _context(request))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="取消的原因", widget=forms.Textarea(attrs={"rows": 3}), help_text="会员会看到这句话。"
    )


@on_show
def grave(request: HttpRequest) -> HttpResponse:
    return pages.confirm(
        request,
        heading="取消“2026 年春节送温暖”？",
        lead="天桥街道总工会，线上 1,200 份",
        verb="取消这次活动",
        back="/styleguide/staff/",
        consequences=[
            "813 份有效预订全部作废，凭证不能再领取。",
            "每位会员都会收到一条消息。",
            "库存退回，可以另行分配。",
        ],
        form=ReasonForm(),
    )


@on_show
def refused(request: HttpRequest) -> HttpResponse:
    raise DomainError(
        "您暂时不能预订：本次活动面向工会关系在天桥街道的会员，您的会籍在陶然亭街道（2026年1月5日更新）。",
        remedy="如有误，请申请更正，或致电天桥街道总工会 010-0000 0000。",
    )

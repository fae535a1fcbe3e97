"""A small target, so that imports can be tested without the registry of members: guests of one evening."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from niangjia.core.access import Actor
from niangjia.core.errors import Text
from niangjia.imports import registry
from niangjia.imports.registry import Field, Kind, Staged
from niangjia.imports.verdicts import Level, Message, Verdict, finding
from niangjia.imports.wording import normal
from niangjia.org.models import Organization

PERMISSION = "org.manage"
TRADES = {"保安员": ["保安", "门卫"], "保洁员": ["保洁"], "快递员": ["收派员"], "外卖骑手": ["送餐员"], "护士": []}


class Guests:
    """Guests are kept in a dict by their number; a new name for a known number is a change."""

    name = "guests"
    label: Text = "宾客"
    permission = PERMISSION
    key_field = "id_number"
    fields: Sequence[Field] = (
        Field("name", "姓名", Kind.PERSON_NAME, required=True, longest=60),
        Field("id_number", "身份证号", Kind.ID_NUMBER, required=True),
        Field("phone", "手机号", Kind.PHONE),
        Field("sex", "性别", Kind.SEX),
        Field("organization", "所属工会", Kind.ORGANIZATION),
        Field("employer", "工作单位", Kind.EMPLOYER),
        Field("occupation", "职业", Kind.TERM, wordings=("工种",)),
        Field("joined_on", "入会日期", Kind.DATE),
        Field("present", "是否到场", Kind.YES_NO),
        Field("address", "家庭住址", Kind.ADDRESS),
        Field("remark", "备注", Kind.TEXT, longest=20),
    )
    messages: Mapping[str, Message] = {"unwelcome": Message(Level.ERROR, "this guest is not welcome.")}

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.unwelcome: set[str] = set()
        self.break_after: int | None = None

    def open(self, organization: Organization, *, on: date, actor: Actor | None) -> "GuestSession":
        return GuestSession(self, organization)

    def choices(self, name: str) -> Sequence[str]:
        return list(TRADES) if name == "occupation" else []


class GuestSession:
    def __init__(self, guests: Guests, organization: Organization) -> None:
        self.guests, self.organization = guests, organization

    def known(self, name: str) -> Mapping[str, str]:
        if name == "organization":
            units = Organization.objects.live().under(self.organization)
            return {normal(word): unit.name for unit in units for word in (unit.name, unit.short_name)}
        if name == "occupation":
            return {normal(word): trade for trade, words in TRADES.items() for word in (trade, *words)}
        return {}

    def key(self, values: Mapping[str, Any]) -> bytes | None:
        return values["id_number"].encode() if "id_number" in values else None

    def judge(self, rows: Sequence[Staged]) -> None:
        for row in rows:
            known = self.guests.kept.get(row.values["id_number"])
            if row.values["id_number"] in self.guests.unwelcome:
                row.findings.append(finding("name", "unwelcome", self.guests.messages))
            elif known is None:
                row.verdict = Verdict.NEW
            elif known == row.values["name"]:
                row.verdict = Verdict.UNCHANGED
            else:
                row.changes = [("name", known, row.values["name"])]
                row.verdict = Verdict.CHANGED

    def write(self, rows: Sequence[Staged]) -> None:
        if self.guests.break_after is not None:
            if self.guests.break_after <= 0:
                raise RuntimeError("the power went out")
            self.guests.break_after -= 1
        self.guests.kept |= {row.values["id_number"]: row.values["name"] for row in rows}


def install() -> Guests:
    """A fresh target under its name; the caller takes it out again."""
    guests = Guests()
    registry.register(guests)
    return guests

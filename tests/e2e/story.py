"""What the story is about, who takes part in it, and how its people come to the site."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from niangjia.benefits.models import Programme
from niangjia.org.tests.factories import Tree
from tests.e2e.roster import Person
from tests.e2e.visitors import PHONE, Visitor

PASSWORD = "die Tür steht offen 1925"
OFFICER, HELPER = "zhoumin", "xiaoli"
NAME = "2027年迎新春送温暖"
POINT = "天桥职工服务站"
BOX, PACK = "干果礼盒", "慰问礼包"
ONLINE, KEPT, OFFLINE = 6, 2, 9
BOX_FEN, PACK_FEN = 11_900, 8_000
SLOWER = 1.7  # as much slower may the machine become without a deadline of the programme passing too early


@dataclass
class Story:
    """Who takes part, and where things lie."""

    tree: Tree
    folder: Path
    visitor: Callable[..., Visitor]
    officer: Visitor
    began: float = field(default_factory=time.monotonic)
    members: dict[str, Visitor] = field(default_factory=dict)
    code: str = ""

    @property
    def programme(self) -> Programme:
        return Programme.objects.get()

    @property
    def staff_page(self) -> str:
        return f"/staff/programmes/{self.programme.pk}/"

    def time_for(self, pages: int) -> timedelta:
        """How long so many pages take, looked at as thoroughly as those before, on this machine and today."""
        looks = self.officer.looks + sum(member.looks for member in self.members.values())
        return timedelta(seconds=2 + pages * SLOWER * (time.monotonic() - self.began) / looks)

    def comes_by_phone(self, person: Person, **options: Any) -> Visitor:
        """A member at her phone, the first time: number, code, name and the last four of the ID."""
        member = self.visitor(person.name, PHONE, **options).go("/login/")
        member.fill(phone=person.phone).press("获取验证码")
        member.fill(code=member.page.inner_text("#shown-code")).press("登录")
        member.fill(name=person.name, id_tail=person.id_number[-4:]).press("登录")
        assert member.page.url.endswith("/me/")
        self.members[person.name] = member
        return member


def log_in_staff(visitor: Visitor, username: str) -> None:
    visitor.go("/account/login/").fill(login=username, password=PASSWORD).press("登录")


def whole(at: datetime) -> datetime:
    """The next whole second, but never a whole minute: of that, browsers leave out the seconds."""
    at = at.replace(microsecond=0) + timedelta(seconds=1)
    return at if at.second else at + timedelta(seconds=1)


def typed(at: datetime) -> str:
    """As a field for day and time takes it."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S")


def wait_for(at: datetime | None) -> None:
    """Do nothing until a moment has come."""
    assert at
    time.sleep(max(0.0, math.ceil((at - timezone.now()).total_seconds())))

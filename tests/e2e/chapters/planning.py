"""The officer plans the programme, writes who is eligible, takes the goods in, and makes it public."""

from datetime import timedelta

from django.utils import timezone

from niangjia.benefits.models import ProgrammeStatus
from tests.e2e.roster import BOOKS, ELIGIBLE, JOINED_LATE, PEOPLE, Person
from tests.e2e.story import (
    BOX,
    BOX_FEN,
    KEPT,
    NAME,
    OFFLINE,
    ONLINE,
    PACK,
    PACK_FEN,
    POINT,
    Story,
    typed,
    wait_for,
    whole,
)
from tests.e2e.visitors import Visitor

RULE, LIST = "2027年送温暖线上礼盒", "线上礼盒名单"
TO_OPENING, TO_CLOSING, TO_COLLECTING = 6, 22, 10  # pages to be looked at until then, each after the one before


def the_programme_is_planned(story: Story) -> None:
    officer = story.officer.go("/staff/programmes/").press("新建活动")
    officer.fill(
        name=NAME,
        occasion="spring_festival",
        year="2027",
        purpose="为节日在岗职工送上一份心意。",
        contact_phone="010-83000000",
        one_per_person=True,
    ).press("保存，下一步填写慰问品")
    box = {"name": BOX, "unit": "盒", "contents": "核桃 500克\n大枣 500克", "unit_price": "120.00"}
    pack = {"name": PACK, "unit": "份", "contents": "牛奶\n洗发水\n方便面", "unit_price": "80.00"}
    officer.press("添加慰问品").fill(**box, money_source="own", quantity_online=str(ONLINE), protected=str(KEPT))
    officer.press("保存慰问品").press("添加慰问品")
    officer.fill(**pack, money_source="donation", quantity_offline=str(OFFLINE)).press("保存慰问品")


def the_rule_is_written_and_the_list_frozen(story: Story) -> None:
    officer = story.officer.go("/staff/audiences/rules/new/").fill(name=RULE)
    condition(officer, 0, "member.under")
    choose(officer, "builder-0-argument", story.tree.unit.code)
    condition(officer, 1, "member.joined_on")
    choose(officer, "builder-1-operator", "on_or_before")
    with officer.settled():
        officer.page.fill("[name=builder-1-value]", "2025-12-31")
        officer.page.keyboard.press("Tab")
    officer.page.locator("#preview .figure-value", has_text=str(len(ELIGIBLE))).wait_for()
    assert officer.look().figures()["现在符合"] == str(len(ELIGIBLE))
    officer.press("保存资格条件")
    assert BOOKS.name in officer.words
    assert JOINED_LATE.name not in officer.words
    why_not(officer, JOINED_LATE)
    officer.go("/staff/audiences/rules/").open_row(RULE).press("拟定名单").fill(name=LIST)
    officer.press("拟定这份名单").press("锁定名单").press("锁定名单").until(f"{len(PEOPLE)}")
    officer.page.get_by_role("heading", name="未入选的原因").first.wait_for()
    assert f"{len(ELIGIBLE)}" in officer.heading
    officer.go(f"{story.staff_page}eligibility/")
    officer.page.locator("main [name=audience]").select_option(label=LIST)
    officer.press("使用这份名单")
    assert f"{len(ELIGIBLE)}" in officer.heading
    officer.press("下一步：分配方式")
    officer.page.check("[name=method][value=first_come]")
    officer.page.uncheck("[name=waiting_list]")
    officer.press("保存分配方式")
    assert "先到先得" in officer.words


def condition(officer: Visitor, number: int, fact: str) -> None:
    """One more condition in the builder, which draws itself anew for each choice."""
    with officer.settled():
        officer.control("添加条件").click()
    choose(officer, f"builder-{number}-fact", fact)


def choose(officer: Visitor, name: str, value: str) -> None:
    with officer.settled():
        officer.page.select_option(f"[name={name}]", value)


def why_not(officer: Visitor, person: Person) -> None:
    officer.press("查某人为什么在或不在").fill(q=person.name).press("查找").open_row(person.name)
    row = officer.page.locator("tr", has_text="入会").filter(has_text="不符合")
    assert "2026" in row.inner_text(), officer.words


def the_goods_arrive(story: Story) -> None:
    officer = story.officer
    for item, pieces, fen, source in ((BOX, ONLINE, BOX_FEN, "own"), (PACK, OFFLINE, PACK_FEN, "donation")):
        officer.go(f"{story.staff_page}goods/")
        with officer.page.expect_navigation():
            officer.page.locator("tr", has_text=item).first.get_by_role("link", name="登记到货").click()
        officer.fill(quantity=str(pieces), unit_price=f"{fen / 100:.2f}", money_source=source, note="发票 0123")
        officer.press("登记到货")


def the_times_are_set_and_the_notice_is_published(story: Story) -> None:
    """Moments that really come while the story goes on, set as late as can be."""
    opens_at = whole(timezone.now() + story.time_for(TO_OPENING))
    closes_at = whole(opens_at + story.time_for(TO_CLOSING))
    collect_until = whole(closes_at + story.time_for(TO_COLLECTING))
    officer = story.officer.go(f"{story.staff_page}times/")
    officer.fill(
        opens_at=typed(opens_at),
        closes_at=typed(closes_at),
        cancel_until=typed(closes_at),
        collect_from=typed(opens_at),
        collect_until=typed(collect_until),
    )
    officer.tick(POINT).press("保存时间和地点").press("核对并发布").press("发布活动")
    programme = story.programme
    assert programme.status == ProgrammeStatus.PUBLISHED
    assert (programme.opens_at, programme.collect_from) == (opens_at, opens_at)


def the_deadlines_leave_time(story: Story, pages: int) -> None:
    """If this machine has become slow: the officer puts off what is about to end, which is all that she still may."""
    programme = story.programme
    ends = {name: getattr(programme, name) for name in ("cancel_until", "closes_at", "collect_until")}
    more = timezone.now() + story.time_for(pages) - ends["closes_at"]
    if more <= timedelta(0):
        return
    later = {name: whole(at + more) for name, at in ends.items()}
    officer = story.officer.go(f"{story.staff_page}times/")
    officer.fill(**{name: typed(at) for name, at in later.items()}).press("保存时间和地点")
    assert story.programme.closes_at == later["closes_at"]


def booking_opens(story: Story) -> None:
    wait_for(story.programme.opens_at)


def booking_closes(story: Story) -> None:
    wait_for(story.programme.closes_at)


def collection_ends(story: Story) -> None:
    wait_for(story.programme.collect_until)

"""How gifts find their people: what must be said before publishing, what the notice says, and the officer's step."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.audiences.tests.factories import make_rule
from niangjia.benefits import services
from niangjia.benefits.models import ProgrammeStatus
from niangjia.benefits.queries import allocation as how
from niangjia.benefits.queries import planning
from niangjia.benefits.services import NotReady, ShareKind, ShareTemplate
from niangjia.benefits.services.allocating import months_before
from niangjia.benefits.services.planning import PlanFixed
from niangjia.benefits.tests.factories import OFFICER, Scene, make_scene, plan
from niangjia.benefits.tests.test_pages import local, signed_in
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Allocation, Claimant, Draw, Limit, Method, Offer, Pack
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.tests.factories import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Seven are eligible for three gifts, one of them protected."""
    return make_scene()


def choose(scene: Scene, **fields: Any) -> Allocation:
    known: dict[str, Any] = {"method": Method.FIRST_COME}
    return services.plan_allocation(scene.programme, AllocationPlan(**(known | fields)), actor=None)


def share(scene: Scene, quantity: int = 1, **fields: Any) -> SharePlan:
    known: dict[str, Any] = {"name": "保洁员", "rule_version": make_rule(scene.tree.unit, 'member.group == "cleaner"')}
    return SharePlan(quantity=quantity, **(known | fields))


def lacking(scene: Scene) -> list[str]:
    return [each.step for each in planning.missing(scene.programme, scene.now)]


# Before publishing ------------------------------------------------------------------------------------------------
def test_where_there_is_not_one_for_everybody_somebody_must_choose(scene: Scene) -> None:
    Allocation.objects.all().delete()
    assert lacking(scene) == ["allocation"]
    with pytest.raises(NotReady), transaction.atomic():
        scene.publish()
    choose(scene)
    assert lacking(scene) == []


def test_where_there_is_one_for_everybody_it_is_first_come() -> None:
    scene = make_scene(online=10, protected=0)
    Allocation.objects.all().delete()
    assert lacking(scene) == []
    scene.publish()
    written = Allocation.objects.get(pk=scene.programme.pk)
    assert (written.method, written.waiting_list, written.fixed_at is None) == (Method.FIRST_COME, True, False)


def test_shares_and_protected_gifts_fit_into_what_there_is(scene: Scene) -> None:
    choose(scene, shares=[share(scene, 3)])
    assert lacking(scene) == ["allocation"]
    choose(scene, shares=[share(scene, 2)])
    assert lacking(scene) == []


def test_the_value_of_a_draw_is_known_only_after_entries_have_closed(scene: Scene) -> None:
    closes = scene.programme.closes_at
    assert closes
    choose(scene, method=Method.DRAW, value_name="开奖号码", value_due_at=closes - timedelta(minutes=1))
    assert lacking(scene) == ["allocation"]
    choose(scene, method=Method.DRAW, value_name="开奖号码", value_due_at=closes)
    scene.publish()
    assert Draw.objects.get().value_name == "开奖号码"
    assert Offer.objects.get().method == Method.DRAW


def test_entries_are_not_kept_open_until_the_value_is_known(scene: Scene) -> None:
    closes = scene.programme.closes_at
    assert closes
    due = closes + timedelta(hours=2)
    choose(scene, method=Method.DRAW, value_name="开奖号码", value_due_at=due)
    scene.publish()
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        services.change_programme(scene.programme, closes_at=due + timedelta(minutes=1), actor=None, at=scene.now)
    assert refused.value.field == "closes_at"
    services.change_programme(scene.programme, closes_at=due, actor=None, at=scene.now)
    bookings.close_entries(Draw.objects.get(), actor=None, at=due)
    with pytest.raises(bookings.OfferRefused), transaction.atomic():
        services.change_programme(scene.programme, closes_at=due + timedelta(seconds=1), actor=None, at=scene.now)
    assert Offer.objects.get().closes_at == due


def test_what_was_announced_stays(scene: Scene) -> None:
    choose(scene, shares=[share(scene)])
    scene.publish()
    assert sum(1 for each in Claimant.objects.all() if each.shares) == 3
    with pytest.raises(PlanFixed), transaction.atomic():
        choose(scene, method=Method.FIRST_COME)
    assert Allocation.objects.get().shares.count() == 1


def test_only_who_plans_there_chooses(scene: Scene) -> None:
    plan = AllocationPlan(method=Method.FIRST_COME, answer_hours=7)
    for who, user in make_cast(scene.tree, *OFFICER):
        may = who in {"officer", "above"}
        try:
            with transaction.atomic():
                services.plan_allocation(scene.programme, plan, actor=user)
            assert may, who
        except NotPermitted:
            assert not may, who


# What is said -----------------------------------------------------------------------------------------------------
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("first come", {}, "先到先得"),
    ("a waiting list", {"waiting_list": True, "answer_hours": 12}, "轮到的人有 12 小时答复"),
    ("a household's pack", {"pack": Pack.HOUSEHOLD, "pack_most": 4}, "家里每位会员一份，最多 4 份"),
]


@pytest.mark.parametrize(("fields", "said"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_each_choice_is_said_in_plain_words(scene: Scene, fields: dict[str, Any], said: str) -> None:
    choose(scene, **fields)
    assert any(said in sentence for sentence in how.sentences(scene.programme))


def test_the_notice_says_who_has_a_share_until_when_and_what_is_limited(scene: Scene) -> None:
    limit = bookings.create_limit(organization=scene.tree.unit, name="本季限领", who="household", most=1, actor=None)
    flows = scene.now + timedelta(days=1)
    choose(scene, shares=[share(scene), share(scene, name="另一项", flows_at=flows)], limits=[limit])
    other = make_scene(tree=scene.tree, people=0, cleaners=0)
    choose(other, limits=[limit])
    scene.publish()
    client = signed_in(scene.officer)
    text = client.get(reverse("benefits:public", args=[scene.programme.pk])).content.decode()
    assert "其中 1 份专留给“保洁员”" in text
    assert "留到预订截止" in text
    assert "未用完的开放给所有人" in text
    assert "“本季限领”：每户最多 1 份。与另外 1 个活动合并计算。" in text
    assert all(sentence in text for sentence in how.sentences(scene.programme))


# Templates --------------------------------------------------------------------------------------------------------
def test_a_share_is_made_from_a_template(scene: Scene) -> None:
    made = {}
    for template in (
        ShareTemplate(kind=ShareKind.UNIT, unit=scene.tree.primary),
        ShareTemplate(kind=ShareKind.GROUP, group="cleaner"),
        ShareTemplate(kind=ShareKind.UNSERVED, months=12),
    ):
        name, version = services.save_share_rule(scene.programme, template, actor=None, on=date(2026, 1, 12))
        made[name] = version.source
    assert made == {
        scene.tree.primary.short_name: f'member.under("{scene.tree.primary.code}")',
        "保洁员": 'member.group == "cleaner"',
        "近 12 个月没领过": 'member.unserved_since(date("2025-01-12"))',
    }


@pytest.mark.parametrize("kind", [ShareKind.UNIT, ShareKind.GROUP])
def test_a_template_that_is_not_filled_in_names_the_field(scene: Scene, kind: ShareKind) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.save_share_rule(scene.programme, ShareTemplate(kind=kind), actor=None, on=date(2026, 1, 12))
    assert refused.value.field == kind.value


def test_hardship_is_offered_only_where_it_is_known() -> None:
    assert ShareKind.HARDSHIP not in services.kinds()


MONTHS = [
    (date(2026, 1, 12), 12, date(2025, 1, 12)),
    (date(2026, 1, 31), 11, date(2025, 3, 1)),  # February has no 31st
    (date(2026, 3, 31), 1, date(2026, 3, 1)),
    (date(2026, 1, 31), 2, date(2025, 12, 1)),
    (date(2026, 2, 1), 2, date(2025, 12, 1)),
]


@pytest.mark.parametrize(("on", "months", "before"), MONTHS)
def test_months_are_counted_by_the_calendar(on: date, months: int, before: date) -> None:
    assert months_before(on, months) == before


# The step on a page -----------------------------------------------------------------------------------------------
def fields(scene: Scene, **more: Any) -> dict[str, Any]:
    known = {
        "method": "first_come",
        "waiting_list": "on",
        "answer_hours": "24",
        "pack": "one",
        "pack_most": "4",
        "shares-TOTAL_FORMS": "0",
        "shares-INITIAL_FORMS": "0",
    }
    return known | more


def test_an_officer_chooses_without_a_script(scene: Scene) -> None:
    client, address = signed_in(scene.officer), reverse("benefits:allocation", args=[scene.programme.pk])
    Allocation.objects.all().delete()
    page = client.get(address).content.decode()
    assert re.search(r'value="draw"[^>]*checked', page)  # seven people, three gifts
    wanted = fields(scene, **{"do": "add", "template-kind": "group", "template-group": "cleaner"})
    page = client.post(address, wanted).content.decode()
    assert 'name="shares-0-name" value="保洁员"' in page
    rule = make_rule(scene.tree.unit, "true").rule
    row = {"shares-TOTAL_FORMS": "1", "shares-0-name": "全体", "shares-0-rule": rule.pk, "shares-0-quantity": "1"}
    page = client.post(address, fields(scene, do="row", **row)).content.decode()
    assert 'name="shares-0-name" value="全体"' in page
    assert "shares-1-name" in page
    assert "shares-0-name" not in client.post(address, fields(scene, do="remove-0", **row)).content.decode()
    limit = {"do": "limit", "limit-name": "每户一份", "limit-who": "household", "limit-most": "1"}
    assert "checked" in client.post(address, fields(scene, **limit)).content.decode()
    assert not Allocation.objects.exists()
    wrong = client.post(address, fields(scene, method="draw", do="save"))
    assert wrong.status_code == 422
    answer = client.post(address, fields(scene, do="save", limits=[Limit.objects.get().pk], **row))
    assert answer.status_code == 302
    saved = Allocation.objects.get()
    assert (saved.method, saved.shares.get().name, saved.limits.get().name) == ("first_come", "全体", "每户一份")
    assert 'name="shares-0-name" value="全体"' in client.get(address).content.decode()


def test_a_draw_is_planned_on_the_page(scene: Scene) -> None:
    client, address = signed_in(scene.officer), reverse("benefits:allocation", args=[scene.programme.pk])
    due = local(timezone.now() + timedelta(days=4))
    client.post(address, fields(scene, method="draw", do="save", value_name="开奖号码", value_due_at=due))
    scene.publish()
    assert scene.programme.status == ProgrammeStatus.OPEN
    assert Offer.objects.get().method == Method.DRAW
    assert "不再改动" in client.get(address).content.decode()


# Where nothing can be booked --------------------------------------------------------------------------------------
def offline_only() -> Scene:
    """Packs that are handed out, and nothing else; nothing is said of limits yet."""
    scene = make_scene(cleaners=2)
    services.change_gift(scene.online, plan(quantity_online=0, quantity_offline=3), actor=None)
    Allocation.objects.all().delete()
    return scene


def test_limits_of_what_is_only_handed_out_are_set_and_seen_on_the_page() -> None:
    scene = offline_only()
    client = signed_in(scene.officer)
    shown, step = (reverse(f"benefits:{name}", args=[scene.programme.pk]) for name in ("plan", "allocation"))
    assert "没有设份数限制" in client.get(shown).content.decode()
    form = client.get(step).content.decode()
    assert not re.search(r'name="(method|waiting_list|pack|template-kind)"', form)
    empty = {"shares-TOTAL_FORMS": "0", "shares-INITIAL_FORMS": "0"}
    limit = {"do": "limit", "limit-name": "每户一份", "limit-who": "household", "limit-most": "1"}
    assert "checked" in client.post(step, empty | limit).content.decode()
    assert not Allocation.objects.exists()
    saved = client.post(step, empty | {"do": "save", "limits": [Limit.objects.get().pk]})
    assert saved.status_code == 302
    assert (Allocation.objects.get().method, Allocation.objects.get().limits.get().name) == ("", "每户一份")
    assert "checked" in client.get(step).content.decode()
    scene.publish()
    for page in (client.get(shown), Client().get(reverse("benefits:public", args=[scene.programme.pk]))):
        assert "“每户一份”：每户最多 1 份" in page.content.decode()
    assert not Offer.objects.exists()


def test_a_limit_of_what_is_only_handed_out_is_kept() -> None:
    scene = offline_only()
    limit = bookings.create_limit(organization=scene.tree.unit, name="每单位一份", who="unit", most=1, actor=None)
    choose(scene, method="", waiting_list=False, limits=[limit])
    scene.publish()
    split = scene.split()
    services.fill_list(split, actor=None)
    recorded = services.record_sheet(split, actor=None, at=scene.now)
    assert (recorded.done, [number for number, _why in recorded.refused]) == (1, [2])


def test_what_can_be_booked_after_all_is_allocated_anew_and_keeps_its_limits(scene: Scene) -> None:
    limit = bookings.create_limit(organization=scene.tree.unit, name="限领", who="person", most=1, actor=None)
    choose(scene, method="", waiting_list=False, limits=[limit])
    assert lacking(scene) == ["allocation"]  # seven people, three gifts
    with pytest.raises(NotReady), transaction.atomic():
        scene.publish()
    plenty = make_scene(online=20, protected=0, tree=scene.tree)
    choose(plenty, method="", waiting_list=False, limits=[limit])
    plenty.publish()
    written = Allocation.objects.get(pk=plenty.programme.pk)
    assert (written.method, written.limits.get()) == (Method.FIRST_COME, limit)

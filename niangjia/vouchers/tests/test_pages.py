"""The member's card, the helper's counter, the places: who sees what, and what each step changes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from niangjia.core.ids import uuid7
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, holder, make_cast
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree
from niangjia.vouchers import codes, permissions, services
from niangjia.vouchers.models import Redemption, ServicePoint, Voucher
from niangjia.vouchers.tests.factories import Shelf, make_point


def as_user(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def cast(tree: Tree) -> Cast:
    return make_cast(tree, permissions.VIEW, permissions.REDEEM, permissions.MANAGE, "org.view")


@pytest.fixture
def voucher(shelf: Shelf, tree: Tree, cast: Cast) -> Voucher:
    """The member's own."""
    member = make_member(tree.primary, name="王小明")
    Member.objects.filter(pk=member.pk).update(user=cast.member)
    return shelf.voucher(member)


def statuses(cast: Cast, path: str) -> dict[str, int]:
    return {who: as_user(user).get(path).status_code for who, user in cast}


def test_the_card_is_for_its_holder_and_who_looks_after_it(voucher: Voucher, cast: Cast) -> None:
    seen = statuses(cast, f"/vouchers/{voucher.pk}/")
    assert seen == {"member": 200, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
    assert as_user(None).get(f"/vouchers/{voucher.pk}/").status_code == 302
    assert as_user(cast.member).get(f"/vouchers/{uuid7()}/").status_code == 404


def test_the_card_shows_the_code_in_two_groups_and_a_drawing(voucher: Voucher, cast: Cast) -> None:
    answer = as_user(cast.member).get(f"/vouchers/{voucher.pk}/")
    page = answer.content.decode()
    shown = re.search(r'class="short-code">([^<]+)<', page)
    assert shown is not None
    assert codes.read_code(shown[1]) == voucher.code
    assert '<svg viewBox="0 0' in page
    assert "no-store" in answer["Cache-Control"]


def test_a_card_that_is_over_shows_no_code(shelf: Shelf, voucher: Voucher, cast: Cast) -> None:
    helper = as_user(cast.member)
    services.redeem(voucher, actor=None, point=None, at=timezone.now())
    page = helper.get(f"/vouchers/{voucher.pk}/").content.decode()
    assert voucher.code[:4] not in page
    assert "您已经领取" in page
    gone = shelf.voucher(voucher.member, live=False)
    assert 'class="short-code"' not in helper.get(f"/vouchers/{gone.pk}/").content.decode()


def test_a_card_before_its_time_shows_the_code_already(shelf: Shelf, voucher: Voucher, cast: Cast) -> None:
    early = shelf.voucher(voucher.member, valid_from=timezone.now() + timedelta(days=1))
    assert 'class="short-code"' in as_user(cast.member).get(f"/vouchers/{early.pk}/").content.decode()


# The counter -----------------------------------------------------------------------------------------------------
def test_the_counter_is_for_who_may_hand_out(cast: Cast) -> None:
    assert statuses(cast, "/helper/") == {"member": 403, "officer": 200, "above": 200, "elsewhere": 200, "nobody": 403}


def test_scan_look_hand_over_next(voucher: Voucher, cast: Cast, tree: Tree) -> None:
    point = make_point(tree.unit)
    helper = as_user(cast.officer)
    for typed in (voucher.code.lower(), codes.base45(services.token(voucher))):
        found = helper.post("/helper/", {"code": typed, "point": point.pk})
        assert (found.status_code, found["Location"]) == (302, f"/helper/{voucher.pk}/")
    page = helper.get(f"/helper/{voucher.pk}/").content.decode()
    assert "王＊＊" in page
    assert "王小明" not in page
    assert "干果礼盒" in page
    done = helper.post(f"/helper/{voucher.pk}/", follow=True)
    assert "已发给王＊＊" in done.content.decode()
    made = Redemption.objects.get()
    assert (made.by, made.point) == (cast.officer, point)
    again = helper.post(f"/helper/{voucher.pk}/")
    assert again.status_code == 409
    for told in ("天桥驿站", "天桥干部", "请勿发放"):
        assert told in again.content.decode()
    assert Redemption.objects.count() == 1


def test_a_code_that_leads_nowhere_is_told_so(voucher: Voucher, cast: Cast) -> None:
    assert as_user(cast.officer).post("/helper/", {"code": "AAAA AAAA"}).status_code == 404
    assert as_user(cast.elsewhere).post("/helper/", {"code": voucher.code}).status_code == 404
    assert as_user(cast.officer).post("/helper/", {"code": ""}).status_code == 422


def test_who_tries_codes_is_stopped(voucher: Voucher, cast: Cast) -> None:
    helper = as_user(cast.officer)
    for _try in range(services.MISSES):
        helper.post("/helper/", {"code": "AAAA AAAA"})
    assert helper.post("/helper/", {"code": voucher.code}).status_code == 429


def test_what_the_helper_may_not_hand_out_is_not_there(voucher: Voucher, cast: Cast) -> None:
    expected = {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
    assert statuses(cast, f"/helper/{voucher.pk}/") == expected
    assert statuses(cast, f"/helper/{voucher.pk}/undo/") == expected
    for who in ("member", "elsewhere", "nobody"):
        for address in ("", "undo/"):
            answer = as_user(getattr(cast, who)).post(f"/helper/{voucher.pk}/{address}", {"reason": "x"})
            assert answer.status_code == 404
    assert not Redemption.objects.exists()


def test_a_hand_over_is_undone_with_a_reason(voucher: Voucher, cast: Cast) -> None:
    helper = as_user(cast.officer)
    assert helper.post(f"/helper/{voucher.pk}/undo/", {"reason": "扫错"}).status_code == 422
    helper.post(f"/helper/{voucher.pk}/")
    assert helper.post(f"/helper/{voucher.pk}/undo/", {"reason": ""}).status_code == 422
    assert helper.post(f"/helper/{voucher.pk}/undo/", {"reason": "扫错"}).status_code == 302
    voucher.refresh_from_db()
    assert voucher.status == "valid"
    assert "扫错" not in helper.get(f"/helper/{voucher.pk}/").content.decode()


def test_a_closed_place_or_one_elsewhere_cannot_be_chosen(voucher: Voucher, cast: Cast, tree: Tree) -> None:
    make_point(tree.unit)
    closed = make_point(tree.unit, "旧点")
    services.change_point(closed, actor=None, is_open=False)
    for place in (closed, make_point(tree.elsewhere)):
        answer = as_user(cast.officer).post("/helper/", {"code": voucher.code, "point": place.pk})
        assert answer.status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_counter_asks_the_same_number_of_questions(
    shelf: Shelf, tree: Tree, count: int, django_assert_num_queries: Any
) -> None:
    helper = holder(permissions.REDEEM, at=tree.unit)
    client = as_user(helper)
    for _number in range(count):
        services.redeem(shelf.voucher(), actor=helper, point=make_point(tree.unit), at=timezone.now())
    client.get("/helper/")
    with django_assert_num_queries(QUERIES_COUNTER):
        client.get("/helper/")


# Places ----------------------------------------------------------------------------------------------------------
def test_places_are_listed_added_and_changed(cast: Cast, tree: Tree) -> None:
    client = as_user(cast.officer)
    assert client.get("/staff/points/").status_code == 200
    fields = {"name": "天桥驿站", "address": "永安路 1 号", "hours": "9:00–17:00", "phone": "010-0000"}
    made = client.post("/staff/points/new/", fields | {"organization": tree.unit.pk})
    assert made.status_code == 302
    point = ServicePoint.objects.get()
    assert (point.organization, point.name) == (tree.unit, "天桥驿站")
    assert "天桥驿站" in client.get("/staff/points/").content.decode()
    assert client.post(f"/staff/points/{point.pk}/", fields | {"name": "新名"}).status_code == 302
    point.refresh_from_db()
    assert (point.name, point.is_open) == ("新名", False)
    assert client.post("/staff/points/new/", {}).status_code == 422


def test_places_of_others_are_not_there(cast: Cast, tree: Tree) -> None:
    point = make_point(tree.unit)
    assert statuses(cast, "/staff/points/") == {
        "member": 403,
        "officer": 200,
        "above": 200,
        "elsewhere": 200,
        "nobody": 403,
    }
    assert statuses(cast, f"/staff/points/{point.pk}/") == {
        "member": 404,
        "officer": 200,
        "above": 200,
        "elsewhere": 404,
        "nobody": 404,
    }
    assert "天桥驿站" not in as_user(cast.elsewhere).get("/staff/points/").content.decode()
    answer = as_user(cast.elsewhere).post(
        "/staff/points/new/", {"organization": tree.unit.pk, "name": "x", "address": "y"}
    )
    assert answer.status_code == 422
    assert ServicePoint.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_places_asks_the_same_number_of_questions(
    cast: Cast, tree: Tree, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        make_point(tree.unit, f"点{number}")
    client = as_user(cast.officer)
    client.get("/staff/points/")
    with django_assert_num_queries(QUERIES_POINTS):
        client.get("/staff/points/")


QUERIES_COUNTER = 8
QUERIES_POINTS = 7

"""What the voucher and the counter say to whom: masked for staff, when to cancel, what to do after handing over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree
from niangjia.vouchers import permissions, services
from niangjia.vouchers.models import Voucher
from niangjia.vouchers.tests.factories import Shelf, make_point


def text(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


@pytest.fixture
def own(shelf: Shelf, tree: Tree) -> tuple[User, Member]:
    member = make_member(tree.primary, name="王小明")
    member.user = person("王小明")
    member.save(update_fields=["user"])
    return member.user, member


@pytest.fixture
def helper(tree: Tree) -> User:
    return holder(permissions.REDEEM, at=tree.unit, name="董春燕")


@pytest.mark.parametrize("permission", [permissions.VIEW, permissions.REDEEM])
def test_staff_see_neither_the_code_nor_the_name(
    shelf: Shelf, tree: Tree, own: tuple[User, Member], permission: str
) -> None:
    voucher = shelf.voucher(own[1])
    page = text(holder(permission, at=tree.unit), f"/vouchers/{voucher.pk}/")
    assert "王＊＊" in page
    for secret in ("王小明", voucher.code, voucher.grouped_code, 'class="qr"'):
        assert secret not in page
    assert (f"/helper/{voucher.pk}/" in page) == (permission == permissions.REDEEM)


def test_who_may_not_see_it_does_not_make_it(shelf: Shelf, own: tuple[User, Member]) -> None:
    key = shelf.entitle(own[1])
    client = Client()
    client.force_login(person("路人"))
    assert client.get(f"/vouchers/{key}/").status_code == 404
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(("hours", "shown"), [(1, True), (-1, False), (None, False)])
def test_the_way_to_cancel_is_shown_while_one_may(
    shelf: Shelf, own: tuple[User, Member], hours: int | None, shown: bool
) -> None:
    until = None if hours is None else timezone.now() + timedelta(hours=hours)
    voucher = shelf.voucher(own[1], cancel_until=until)
    assert (f"/programmes/{voucher.purpose_id}/cancel/" in text(own[0], f"/vouchers/{voucher.pk}/")) == shown


def test_the_voucher_says_where_with_hours_and_phone(shelf: Shelf, tree: Tree, own: tuple[User, Member]) -> None:
    point = make_point(tree.unit)
    services.change_point(point, actor=None, hours="9:00–17:00", phone="010-83000000")
    point.refresh_from_db()
    page = text(own[0], f"/vouchers/{shelf.voucher(own[1], points=(point,)).pk}/")
    for told in (point.name, point.address, "9:00–17:00", "tel:010-83000000"):
        assert told in page


def test_after_handing_over_the_counter_says_so_until_it_is_undone(
    shelf: Shelf, own: tuple[User, Member], helper: User
) -> None:
    voucher = shelf.voucher(own[1])
    client = Client()
    client.force_login(helper)
    answer = client.post(f"/helper/{voucher.pk}/")
    assert answer["Location"] == f"/helper/?done={voucher.pk}"
    assert "已发给王＊＊" in client.get(answer["Location"]).content.decode()
    assert "已发给" not in text(holder(permissions.REDEEM, at=shelf.organization), answer["Location"])
    client.post(f"/helper/{voucher.pk}/undo/", {"reason": "扫错"})
    page = client.get(answer["Location"]).content.decode()
    assert "已发给" not in page
    assert "已撤销" in page


@pytest.mark.parametrize(("minutes", "shown"), [(29, True), (31, False)])
def test_the_way_to_undo_is_shown_while_the_helper_may(shelf: Shelf, helper: User, minutes: int, shown: bool) -> None:
    voucher = shelf.voucher()
    services.redeem(voucher, actor=helper, point=None, at=timezone.now() - timedelta(minutes=minutes))
    assert (f"/helper/{voucher.pk}/undo/" in text(helper, f"/helper/{voucher.pk}/")) == shown

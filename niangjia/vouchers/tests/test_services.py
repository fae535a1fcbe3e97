"""Handing over once, saying no with a reason, undoing, and not letting codes be guessed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.tests.factories import Tree
from niangjia.vouchers import codes, permissions, services, signals
from niangjia.vouchers.models import MissedCode, Redemption, RedemptionKind, ServicePoint, Voucher
from niangjia.vouchers.tests.factories import Shelf, make_point

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_voucher_is_made_once_from_what_its_source_knows(shelf: Shelf) -> None:
    key = shelf.entitle()
    first, second = services.ensure_voucher(key), services.ensure_voucher(key)
    assert first == second
    assert first is not None
    assert (first.pk, first.title, first.status) == (key, "2026 年送温暖", "valid")
    assert codes.read_code(first.code) == first.code
    assert services.ensure_voucher(uuid7()) is None


def test_a_short_code_that_is_taken_is_not_given_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = shelf.voucher().code
    fresh = codes.new_code()
    drawn = iter([taken, taken, fresh])
    monkeypatch.setattr(codes, "new_code", lambda: next(drawn))
    assert shelf.voucher().code == fresh
    monkeypatch.setattr(codes, "new_code", lambda: taken)
    with pytest.raises(RuntimeError):
        shelf.voucher()


def test_a_gift_is_handed_over_once_and_the_second_scan_says_when_where_and_by_whom(shelf: Shelf, tree: Tree) -> None:
    helper = holder(permissions.REDEEM, at=tree.unit, name="李助手")
    voucher, point = shelf.voucher(), make_point(tree.unit)
    made = services.redeem(voucher, actor=helper, point=point, at=NOW)
    assert (made.kind, made.turn, made.by_name, made.point) == ("handed_over", 1, "李助手", point)
    with pytest.raises(services.AlreadyRedeemed) as refusal, transaction.atomic():
        services.redeem(voucher, actor=helper, point=point, at=NOW + MINUTE)
    for told in ("2026", "17:00", "天桥驿站", "李助手"):
        assert told in str(refusal.value)
    assert Redemption.objects.count() == 1
    assert Entry.objects.filter(action="vouchers.voucher.redeem").count() == 1


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("voucher-cancelled", {"live": False}),
    ("voucher-expired", {"valid_until": NOW}),
    ("voucher-expired", {"valid_until": NOW - MINUTE}),
    ("voucher-too-early", {"valid_from": NOW + MINUTE}),
]


@pytest.mark.parametrize(("code", "fields"), REFUSED, ids=[f"{n} {case[0]}" for n, case in enumerate(REFUSED)])
def test_what_is_not_valid_is_not_handed_over(shelf: Shelf, code: str, fields: dict[str, Any]) -> None:
    voucher = shelf.voucher(**fields)
    with pytest.raises(services.VoucherRefused) as refusal:
        services.redeem(voucher, actor=None, point=None, at=NOW)
    assert (refusal.value.code, bool(refusal.value.remedy)) == (code, True)
    assert not Redemption.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"valid_until": NOW + MINUTE}, {"valid_from": NOW}, {"valid_from": None, "valid_until": None}]
)
def test_what_is_valid_is(shelf: Shelf, fields: dict[str, Any]) -> None:
    services.redeem(shelf.voucher(**fields), actor=None, point=None, at=NOW)


def test_what_its_source_has_ended_since_is_not_handed_over(shelf: Shelf) -> None:
    voucher = shelf.voucher()
    shelf.known[voucher.pk] = replace(shelf.known[voucher.pk], live=False)
    with pytest.raises(services.VoucherRefused):
        services.redeem(voucher, actor=None, point=None, at=NOW)


def test_a_mistake_is_undone_with_a_reason_and_the_gift_handed_over_again(shelf: Shelf, tree: Tree) -> None:
    helper = holder(permissions.REDEEM, at=tree.unit)
    voucher = shelf.voucher()
    with pytest.raises(services.VoucherRefused), transaction.atomic():
        services.undo_redemption(voucher, actor=helper, reason="扫错", at=NOW)
    services.redeem(voucher, actor=helper, point=None, at=NOW)
    with pytest.raises(DomainError), transaction.atomic():
        services.undo_redemption(voucher, actor=helper, reason="  ", at=NOW)
    services.undo_redemption(voucher, actor=helper, reason="扫错", at=NOW + MINUTE)
    services.redeem(voucher, actor=helper, point=None, at=NOW + 2 * MINUTE)
    rows = [(row.kind, row.turn, row.reason) for row in voucher.redemptions.all()]
    assert rows == [("handed_over", 1, ""), ("undone", 1, "扫错"), ("handed_over", 2, "")]
    assert Voucher.objects.get(pk=voucher.pk).status == "redeemed"


def test_after_half_an_hour_only_who_manages_undoes(shelf: Shelf, tree: Tree) -> None:
    helper = holder(permissions.REDEEM, at=tree.unit)
    manager = holder(permissions.REDEEM, permissions.MANAGE, at=tree.unit)
    voucher = shelf.voucher()
    services.redeem(voucher, actor=helper, point=None, at=NOW)
    late = NOW + services.UNDO_WINDOW + MINUTE
    with pytest.raises(NotPermitted), transaction.atomic():
        services.undo_redemption(voucher, actor=helper, reason="扫错", at=late)
    services.undo_redemption(voucher, actor=manager, reason="扫错", at=late)


def test_a_receiver_that_refuses_stops_the_hand_over(shelf: Shelf) -> None:
    def refuse(sender: object, **_more: object) -> None:
        raise DomainError("不行")

    voucher = shelf.voucher()
    signals.redeemed.connect(refuse)
    try:
        with pytest.raises(DomainError), transaction.atomic():
            services.redeem(voucher, actor=None, point=None, at=NOW)
    finally:
        signals.redeemed.disconnect(refuse)
    assert not Redemption.objects.exists()
    assert Voucher.objects.get(pk=voucher.pk).status == "valid"


ACTS: list[tuple[str, str, Callable[[Shelf, ServicePoint, Any], Any]]] = [
    (
        "hand over",
        permissions.REDEEM,
        lambda shelf, point, who: services.redeem(shelf.voucher(), actor=who, point=None, at=NOW),
    ),
    (
        "create a point",
        permissions.MANAGE,
        lambda shelf, point, who: services.create_point(
            organization=shelf.organization, name="新点", address="某路", actor=who
        ),
    ),
    (
        "change a point",
        permissions.MANAGE,
        lambda shelf, point, who: services.change_point(point, actor=who, name="改名"),
    ),
]


@pytest.mark.parametrize(("right", "act"), [case[1:] for case in ACTS], ids=[case[0] for case in ACTS])
def test_only_who_may_does(
    shelf: Shelf, tree: Tree, right: str, act: Callable[[Shelf, ServicePoint, Any], Any]
) -> None:
    point = make_point(tree.unit)
    for who, user in make_cast(tree, right):
        if who in {"officer", "above"}:
            act(shelf, point, user)
            continue
        before = (Redemption.objects.count(), ServicePoint.objects.count())
        with pytest.raises(NotPermitted), transaction.atomic():
            act(shelf, point, user)
        assert (Redemption.objects.count(), ServicePoint.objects.count()) == before


def test_nobody_hands_over_at_a_place_of_another_unit(shelf: Shelf, tree: Tree) -> None:
    helper = holder(permissions.REDEEM, at=tree.unit)
    with pytest.raises(NotPermitted):
        services.redeem(shelf.voucher(), actor=helper, point=make_point(tree.elsewhere), at=NOW)


# Finding ---------------------------------------------------------------------------------------------------------
def test_a_voucher_is_found_by_code_and_by_token_where_one_may_hand_out(shelf: Shelf, tree: Tree) -> None:
    voucher = shelf.voucher()
    unseen = shelf.entitle()
    for who, user in make_cast(tree, permissions.REDEEM):
        for typed in (voucher.code.lower(), codes.base45(services.token(voucher))):
            if who in {"officer", "above"}:
                assert services.find_voucher(typed, actor=user, at=NOW) == voucher
            else:
                with pytest.raises(services.UnknownCode):
                    services.find_voucher(typed, actor=user, at=NOW)
    helper = holder(permissions.REDEEM, at=tree.unit)
    signed = codes.sign(unseen, purpose_id=uuid7(), quantity=1, issued=NOW, valid_from=None, until=None)
    assert services.find_voucher(codes.base45(signed), actor=helper, at=NOW).pk == unseen


def test_codes_cannot_be_tried_out(shelf: Shelf, tree: Tree) -> None:
    helper, colleague = (holder(permissions.REDEEM, at=tree.unit) for _ in range(2))
    voucher = shelf.voucher()
    for _try in range(services.MISSES):
        with pytest.raises(services.UnknownCode):
            services.find_voucher("AAAA AAAA", actor=helper, at=NOW)
    with pytest.raises(services.TooManyMisses):
        services.find_voucher(voucher.code, actor=helper, at=NOW + MINUTE)
    assert services.find_voucher(voucher.code, actor=colleague, at=NOW + MINUTE) == voucher
    assert services.find_voucher(voucher.code, actor=helper, at=NOW + services.MISS_WINDOW + MINUTE) == voucher
    services.forget_misses(at=NOW + timedelta(hours=2))
    assert not MissedCode.objects.exists()


def test_the_database_holds_one_hand_over_per_turn(shelf: Shelf, tree: Tree) -> None:
    voucher = shelf.voucher()
    row: dict[str, Any] = {
        "organization": tree.unit,
        "organization_path": tree.unit.path,
        "voucher": voucher,
        "kind": RedemptionKind.HANDED_OVER,
        "by_name": "x",
    }
    Redemption.objects.create(**row)
    with pytest.raises(IntegrityError, match="redemption_hands_over_once"), transaction.atomic():
        Redemption.objects.create(**row)
    with pytest.raises(IntegrityError, match="redemption_undone_has_a_reason"), transaction.atomic():
        Redemption.objects.create(**row | {"kind": RedemptionKind.UNDONE})

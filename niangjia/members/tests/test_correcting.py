"""A member asks for a correction; her union answers."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, make_cast
from niangjia.members import services
from niangjia.members.models import CorrectionRequest, CorrectionStatus, Member
from niangjia.members.permissions import CHANGE, VIEW
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def cast() -> Cast:
    return make_cast(make_tree(), VIEW, CHANGE)


@pytest.fixture
def member(cast: Cast) -> Member:
    place = cast.officer.assignments.get().organization
    member = make_member(place, name="会员王")
    member.user = cast.member
    member.save()
    return member


def ask(member: Member, user: User) -> CorrectionRequest:
    return services.request_correction(member, text="我的电话已改为 13900000005", actor=user)


def test_one_asks_for_oneself_only(member: Member, cast: Cast) -> None:
    for who, user in cast:
        if who == "member":
            assert ask(member, user).organization_path == member.organization_path
            continue
        with pytest.raises(NotPermitted):
            ask(member, user)
    assert CorrectionRequest.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM members_correctionrequest")
        assert b"139" not in bytes(cursor.fetchone()[0])


def test_one_request_at_a_time(member: Member, cast: Cast) -> None:
    request = ask(member, cast.member)
    with pytest.raises(DomainError) as refused:
        ask(member, cast.member)
    assert refused.value.code == "correction-open"
    services.decide_correction(request, accepted=True, answer="", at=NOW, actor=cast.officer)
    assert ask(member, cast.member).status == CorrectionStatus.OPEN


def test_who_may_decide_decides_once(member: Member, cast: Cast) -> None:
    request = ask(member, cast.member)
    for user in (cast.member, cast.elsewhere, cast.nobody):
        with pytest.raises(NotPermitted):
            services.decide_correction(request, accepted=True, answer="", at=NOW, actor=user)
    assert CorrectionRequest.objects.get().status == CorrectionStatus.OPEN
    with pytest.raises(InvalidInput):
        services.decide_correction(request, accepted=False, answer=" ", at=NOW, actor=cast.above)
    services.decide_correction(request, accepted=False, answer="与身份证不符", at=NOW, actor=cast.above)
    request.refresh_from_db()
    assert (request.status, request.answer, request.decided_by) == ("declined", "与身份证不符", cast.above)
    with pytest.raises(InvalidTransition):
        services.decide_correction(request, accepted=True, answer="", at=NOW, actor=cast.officer)


@pytest.mark.parametrize("text", ["", "x", "改" * 501])
def test_the_text_says_something(member: Member, cast: Cast, text: str) -> None:
    with pytest.raises(InvalidInput):
        services.request_correction(member, text=text, actor=cast.member)


def test_requests_are_seen_by_the_member_and_her_officers(member: Member, cast: Cast) -> None:
    ask(member, cast.member)
    seen = {who for who, user in cast if CorrectionRequest.objects.visible_to(user).exists()}
    assert seen == {"member", "officer", "above"}

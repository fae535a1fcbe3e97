"""Nothing but the contract comes back, whatever is sent."""

from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from niangjia.bookings import services
from niangjia.bookings.lane.outcomes import WORDS
from niangjia.bookings.models import Booking
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = {words.status for words in WORDS.values()}
METHODS = ["GET", "PUT", "HEAD", "DELETE", "BREW"]
FORM = "application/x-www-form-urlencoded"
KINDS = ["", "application/json", "multipart/form-data", "text/plain; charset=x"]
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=90)


def judge(answer: httpx.Response) -> None:
    """A booking, a problem document of the contract, or the way to the page that says it."""
    if answer.status_code in {200, 201}:
        assert set(answer.json()) == {"status", "number", "booking", "voucher"}
    elif answer.status_code == 303:
        assert answer.headers["location"].rpartition("=")[2] in {"booked", "already-booked", *WORDS}
    else:
        assert answer.status_code in STATUSES
        assert answer.headers["content-type"] == "application/problem+json"
        if answer.request.method != "HEAD":
            document = answer.json()
            name = document["type"].rpartition("/")[2]
            assert (document["status"], WORDS[name].status) == (answer.status_code, answer.status_code)
        if answer.status_code in {425, 503}:
            assert int(answer.headers["retry-after"]) > 0


def test_nothing_else_ever_comes_back(lane: LaneClient) -> None:
    unit = make_tree().unit
    buyer = make_buyer(unit)
    offer = make_offer(unit, make_audience(unit, buyer.member), capacity=1)
    good = services.issue_pass(offer, buyer.member)
    seen: set[int] = set()

    form = b"pass=" + good.encode()
    authorizations = st.none() | st.sampled_from([f"Bearer {good}", "Bearer", "Basic x", ""]) | printable

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @example("POST", str(offer.pk), None, FORM, form)
    @given(
        method=st.sampled_from(["POST"] * 3 + METHODS),
        path=st.just(str(offer.pk)) | printable,
        authorization=authorizations,
        kind=st.sampled_from([FORM, *KINDS]),
        body=st.sampled_from([b"", form, b"pass=x&pass=y"]) | st.binary(max_size=200),
    )
    def ask(method: str, path: str, authorization: str | None, kind: str, body: bytes) -> None:
        headers = {"content-type": kind} if kind else {}
        if authorization is not None:
            headers["authorization"] = authorization
        answer = lane.post(quote(path, safe="/"), None, method=method, headers=headers, content=body)
        seen.add(answer.status_code)
        judge(answer)

    ask()
    assert {303, 401, 404, 405} <= seen
    assert Booking.objects.count() == 1

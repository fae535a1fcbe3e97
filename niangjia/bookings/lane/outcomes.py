"""What the lane answers: one outcome per asking, and the bytes that say it, made ready in both languages."""

import json
import math
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Headers = list[tuple[bytes, bytes]]
Document = dict[str, str | int | None]

CHINESE, ENGLISH = "zh-hans", "en"
PLAIN = (b"cache-control", b"no-store")
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")


class Booked(NamedTuple):
    """A booking, made now (201) or before (200)."""

    status: int
    number: int
    key: str

    @property
    def name(self) -> str:
        return "booked" if self.status == 201 else "already-booked"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal; ``name`` is the last part of its ``type``. ``wait`` is when asking again makes sense, in seconds.

    Where too many ask, ``waiting`` says how many are in line, and ``left`` how many pieces there were at last sight.
    """

    name: str
    wait: int = 0
    waiting: int | None = None
    left: int | None = None


Outcome = Booked | Refused


@dataclass(frozen=True)
class Words:
    """What a refusal says to people and to machines."""

    status: int
    title: str | Promise
    detail: str | Promise
    headers: Headers = field(default_factory=list)


_bearer: Headers = [(b"www-authenticate", b'Bearer realm="booking"')]

WORDS: dict[str, Words] = {
    "sold-out": Words(
        409,
        _("Everything has been booked"),
        _("All pieces are booked. One becomes free when somebody cancels; you may try again later."),
    ),
    "limit": Words(
        409,
        _("A limit is reached"),
        _("With this gift the limit for you, your household or your union would be passed; the page names it."),
    ),
    "by-draw": Words(
        409, _("These gifts are drawn by lot"), _("Enter for the draw on the programme's page; you need not be fast.")
    ),
    "not-eligible": Words(
        403,
        _("You are not on the list for this programme"),
        _("The programme's page says which condition is not met and whom to ask if that is wrong."),
    ),
    "not-yet-open": Words(
        425, _("Booking has not opened yet"), _("Booking opens at the moment that the programme's page names.")
    ),
    "closed": Words(410, _("Booking has closed"), _("The time for booking is over.")),
    "no-pass": Words(
        401, _("The pass is missing"), _("Open the programme's page and book from there."), headers=_bearer
    ),
    "bad-pass": Words(
        401, _("The pass is not valid"), _("Open the programme's page again and book from there."), headers=_bearer
    ),
    "expired-pass": Words(
        401, _("The pass has expired"), _("Open the programme's page again and book from there."), headers=_bearer
    ),
    "revoked-pass": Words(
        401,
        _("The pass was revoked"),
        _("You have cancelled or logged out since. Open the programme's page again and book from there."),
        headers=_bearer,
    ),
    "other-programme": Words(
        401,
        _("The pass is for another programme"),
        _("Open the page of this programme and book from there."),
        headers=_bearer,
    ),
    "foreign-origin": Words(
        401,
        _("The form came from another site"),
        _("Open the programme's page here and book from there."),
        headers=_bearer,
    ),
    "unknown-programme": Words(
        404, _("There is no such programme"), _("Check the address, or begin at the home page.")
    ),
    "method-not-allowed": Words(
        405, _("Only POST books"), _("Open the programme's page and book from there."), headers=[(b"allow", b"POST")]
    ),
    "invalid-request": Words(
        422,
        _("The request cannot be read"),
        _("Send the pass as a bearer token without a body, or as the field “pass” of a form."),
    ),
    "overloaded": Words(
        503,
        _("Too many people are booking at this moment"),
        _("Your request was not taken in. Please try again in a few seconds; asking again is always safe."),
    ),
    "outcome-unknown": Words(
        503,
        _("We do not know yet whether this worked"),
        _("Please ask again in a few seconds: you get one booking at most, and the same answer."),
    ),
    "unavailable": Words(
        503,
        _("Booking is interrupted"),
        _("Your request was not taken in. Please try again in a few seconds; asking again is always safe."),
    ),
    "failed": Words(
        503,
        _("This booking did not work"),
        _("Nothing was booked. Please try again; if it fails once more, ask your union."),
    ),
}

SOLD_OUT = Refused("sold-out")
LIMIT = Refused("limit")
BY_DRAW = Refused("by-draw")
CLOSED = Refused("closed")
NOT_ELIGIBLE = Refused("not-eligible")
REVOKED = Refused("revoked-pass")
UNKNOWN_PROGRAMME = Refused("unknown-programme")
UNKNOWN = Refused("outcome-unknown", wait=1)
UNAVAILABLE = Refused("unavailable", wait=2)
FAILED = Refused("failed", wait=5)


@dataclass(frozen=True)
class Reply:
    """One answer as ASGI wants it."""

    status: int
    headers: Headers
    body: bytes

    @cached_property
    def head(self) -> bytes:
        """The headers as HTTP/1.1 writes them, with the empty line that ends them."""
        return b"".join([b"%b: %b\r\n" % header for header in self.headers]) + b"\r\n"


def booked_body(outcome: Booked) -> bytes:
    key = outcome.key.encode()
    return b'{"status":"%b","number":%d,"booking":"%b","voucher":"/vouchers/%b/"}' % (
        outcome.name.encode(),
        outcome.number,
        key,
        key,
    )


def booked_reply(outcome: Booked) -> Reply:
    body = booked_body(outcome)
    location = f"/vouchers/{outcome.key}/".encode()
    headers = [JSON, PLAIN, (b"content-length", b"%d" % len(body)), (b"location", location)]
    return Reply(outcome.status, headers, body)


def refused_reply(outcome: Refused, language: str) -> Reply:
    ready = _ready(outcome.name, language)
    if outcome.waiting is not None:
        crowd: Document = {"left": outcome.left, "waiting": outcome.waiting}
        ready = _problem(outcome.name, language, _document(outcome.name, language) | crowd)
    if not outcome.wait:
        return ready
    return Reply(ready.status, [*ready.headers, (b"retry-after", b"%d" % outcome.wait)], ready.body)


@cache
def _ready(name: str, language: str) -> Reply:
    return _problem(name, language, _document(name, language))


@cache
def _document(name: str, language: str) -> Document:
    """The document of RFC 9457 with its type, title, status and detail."""
    words = WORDS[name]
    with translation.override(language):
        return {
            "type": f"{settings.SITE_URL}/problems/{name}",
            "title": str(words.title),
            "status": words.status,
            "detail": str(words.detail),
        }


def _problem(name: str, language: str, document: Document) -> Reply:
    words = WORDS[name]
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = [PROBLEM, PLAIN, (b"content-language", b"zh-Hans" if language == CHINESE else b"en")]
    return Reply(words.status, [*headers, (b"content-length", b"%d" % len(body)), *words.headers], body)


def queue_reply(*, waiting: int, place: int | None, left: int | None) -> Reply:
    """How many wait in this process, her own place among those of the programme, and the pieces at last sight."""
    body = json.dumps({"waiting": waiting, "place": place, "left": left}).encode()
    return Reply(200, [JSON, PLAIN, (b"content-length", b"%d" % len(body))], body)


def redirect_reply(programme: str, name: str) -> Reply:
    """For a form: the page that says the same."""
    location = f"/programmes/{programme}/booked/?outcome={name}".encode()
    return Reply(303, [PLAIN, (b"location", location), (b"content-length", b"0")], b"")


@lru_cache(maxsize=256)
def preferred(accept_language: bytes) -> str:
    """Chinese, unless the header likes English better."""
    weights = {CHINESE: 0.0, ENGLISH: 0.0}
    for part in accept_language.decode("latin-1").lower().split(","):
        tag, _semicolon, parameters = part.strip().partition(";")
        language = CHINESE if tag.startswith("zh") else ENGLISH if tag.startswith("en") else ""
        if language:
            weights[language] = max(weights[language], _weight(parameters))
    return ENGLISH if weights[ENGLISH] > weights[CHINESE] else CHINESE


def _weight(parameters: str) -> float:
    try:
        weight = float(parameters.partition("q=")[2] or 1)
    except ValueError:
        return 0.0
    return weight if math.isfinite(weight) else 0.0

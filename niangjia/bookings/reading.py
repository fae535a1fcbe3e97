"""Reading the file of a draw, whoever made it: it has exactly the described shape, or is refused with the place."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from niangjia.bookings.drawing import ALGORITHM, Blinded
from niangjia.bookings.placing import SHARES
from niangjia.bookings.proving import FORMAT, LARGEST, Placed, PoolsNow, Published, Result, SharePool, gettext_noop

SHA256 = re.compile(r"[0-9a-f]{64}")
TICKET = re.compile(r"[0-9a-f]{32}")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_JSON = gettext_noop("This is not a file of a draw: it is not JSON.")
PROBLEMS = {
    "object": gettext_noop("there must be named values here"),
    "list": gettext_noop("there must be a list here"),
    "missing": gettext_noop("this is missing"),
    "unknown": gettext_noop("this does not belong here"),
    "text": gettext_noop("there must be a text here"),
    "count": gettext_noop("there must be a whole number here"),
    "moment": gettext_noop("there must be a moment with its time zone here"),
    "form": gettext_noop("this does not have the form that it must have"),
    "version": gettext_noop("this is not a version that is known here"),
    "twice": gettext_noop("this is here twice"),
    "ticket": gettext_noop("there is no such ticket on the list"),
    "pool": gettext_noop("there is no such share"),
}


class Unreadable(ValueError):
    """Not a file of a draw. ``place`` names the value as ``list.entries[3].ticket``; empty means the whole file."""

    def __init__(self, place: str = "", problem: str = "") -> None:
        super().__init__(f"{place}: {PROBLEMS[problem]}" if problem else NOT_JSON)
        self.place = place
        self.problem = PROBLEMS[problem] if problem else NOT_JSON


def read(raw: bytes | str) -> Published:
    """What a file states, before anything of it is believed."""
    try:
        content = json.loads(raw, object_pairs_hook=_once, parse_constant=_refused)
    except Unreadable:
        raise
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    return _published(content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(_shown(name), "twice")
        found[name] = value
    return found


def _refused(_constant: str) -> None:
    raise Unreadable


def _published(content: Any) -> Published:
    names = ("format", "algorithm", "programme", "commitment", "public_value", "list", "result", "fingerprint")
    top = _object(content, "", names)
    for name, version in (("format", FORMAT), ("algorithm", ALGORITHM)):
        if top[name] != version:
            raise Unreadable(name, "version")
    programme = _object(top["programme"], "programme", ("id", "title"))
    commitment = _object(top["commitment"], "commitment", ("sha256", "at"))
    value = _object(top["public_value"], "public_value", ("name", "due_at"))
    fixed = _object(top["list"], "list", ("closed_at", "digest", "pools", "entries"))
    entries = _entries(fixed["entries"])
    tickets = {entry.ticket for entry in entries}
    return Published(
        programme=_text(programme["id"], "programme.id", KEY),
        title=_text(programme["title"], "programme.title"),
        commitment=_text(commitment["sha256"], "commitment.sha256", SHA256),
        committed_at=_moment(commitment["at"], "commitment.at"),
        value_name=_text(value["name"], "public_value.name"),
        due_at=_moment(value["due_at"], "public_value.due_at"),
        closed_at=_moment(fixed["closed_at"], "list.closed_at"),
        digest=_text(fixed["digest"], "list.digest", SHA256),
        entries=entries,
        pools=_pools(fixed["pools"], "list.pools"),
        result=None if top["result"] is None else _result(top["result"], tickets),
        fingerprint=_text(top["fingerprint"], "fingerprint", SHA256),
    )


def _entries(content: Any) -> tuple[Blinded, ...]:
    found = []
    for number, one in enumerate(_list(content, "list.entries")):
        place = f"list.entries[{number}]"
        entry = _object(one, place, Blinded._fields)
        ticket = _text(entry["ticket"], f"{place}.ticket", TICKET)
        shares = _count(entry["shares"], f"{place}.shares")
        found.append(Blinded(ticket, shares, _count(entry["quantity"], f"{place}.quantity")))
    _require_once([entry.ticket for entry in found], "list.entries[{}].ticket")
    return tuple(found)


def _result(content: Any, tickets: set[str]) -> Result:
    names = ("value", "source", "entered_at", "seed", "drawn_at", "pools", "places")
    result = _object(content, "result", names)
    pools = _pools(result["pools"], "result.pools")
    return Result(
        value=_text(result["value"], "result.value"),
        source=_text(result["source"], "result.source"),
        entered_at=_moment(result["entered_at"], "result.entered_at"),
        seed=_text(result["seed"], "result.seed", SHA256),
        drawn_at=_moment(result["drawn_at"], "result.drawn_at"),
        pools=pools,
        places=_places(result["places"], tickets, len(pools.shares)),
    )


def _places(content: Any, tickets: set[str], shares: int) -> tuple[Placed, ...]:
    found = []
    for number, one in enumerate(_list(content, "result.places")):
        place = f"result.places[{number}]"
        entry = _object(one, place, Placed._fields)
        pool = None if entry["pool"] is None else _count(entry["pool"], f"{place}.pool")
        if pool is not None and pool > shares:
            raise Unreadable(f"{place}.pool", "pool")
        ticket = _known(entry["ticket"], f"{place}.ticket", tickets)
        found.append(Placed(ticket, _count(entry["place"], f"{place}.place"), pool))
    _require_once([placed.ticket for placed in found], "result.places[{}].ticket")
    return tuple(found)


def _pools(content: Any, place: str) -> PoolsNow:
    pools = _object(content, place, ("anybody", "shares"))
    shares = []
    for number, one in enumerate(_list(pools["shares"], f"{place}.shares")):
        here = f"{place}.shares[{number}]"
        share = _object(one, here, SharePool._fields)
        position = _count(share["position"], f"{here}.position")
        if position != number + 1 or position > SHARES:
            raise Unreadable(f"{here}.position", "form")
        name = _text(share["name"], f"{here}.name")
        shares.append(SharePool(position, name, _count(share["pieces"], f"{here}.pieces")))
    return PoolsNow(_count(pools["anybody"], f"{place}.anybody"), tuple(shares))


# One value --------------------------------------------------------------------------------------------------------
def _object(value: Any, place: str, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(place or "{}", "object")
    for name in names:
        if name not in value:
            raise Unreadable(f"{place}.{name}".lstrip("."), "missing")
    for name in value:
        if name not in names:
            raise Unreadable(f"{place}.{_shown(name)}".lstrip("."), "unknown")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(place, "list")
    return value


def _text(value: Any, place: str, form: re.Pattern[str] | None = None) -> str:
    if not isinstance(value, str):
        raise Unreadable(place, "text")
    if form and not form.fullmatch(value):
        raise Unreadable(place, "form")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half a character, which JSON can write and nothing can hash
        raise Unreadable(place, "form") from error
    return value


def _count(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise Unreadable(place, "count")
    return value


def _moment(value: Any, place: str) -> str:
    text = _text(value, place)
    try:
        known = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        known = False
    if not known:
        raise Unreadable(place, "moment")
    return text


def _known(value: Any, place: str, tickets: set[str]) -> str:
    ticket = _text(value, place)
    if ticket not in tickets:
        raise Unreadable(place, "ticket")
    return ticket


def _require_once(tickets: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for number, ticket in enumerate(tickets):
        if ticket in seen:
            raise Unreadable(place.format(number), "twice")
        seen.add(ticket)


def _shown(name: str) -> str:
    return name[:40] if name.isprintable() else "?"

"""The draw as a computation: every input matters, nobody is favoured, and no change of its file goes unseen."""

import copy
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from niangjia.bookings import drawing
from niangjia.bookings.drawing import Blinded
from niangjia.bookings.placing import Pools, fall
from niangjia.bookings.proving import Published, document, dump, verify
from niangjia.bookings.reading import NOT_JSON, Unreadable, read
from niangjia.bookings.tests.drawn import SEED, VALUE, make_entries, make_file, sealed, ticket

ENTRIES = make_entries(12)
DIGEST = drawing.digest(ENTRIES)


def failing(published: Published) -> list[str]:
    return [check.name for check in verify(published) if not check.passed]


def drawn(seed: str = SEED, value: str = VALUE, list_digest: str = DIGEST) -> list[str]:
    return [entry.ticket for entry in drawing.order(ENTRIES, seed=seed, value=value, list_digest=list_digest)]


# The order --------------------------------------------------------------------------------------------------------
@given(st.integers(0, 255))
def test_one_bit_of_the_seed_makes_another_order(bit: int) -> None:
    other = f"{int(SEED, 16) ^ 1 << bit:064x}"
    assert drawn(other) != drawn()
    assert drawing.commitment(other) != drawing.commitment(SEED)


@given(st.text(max_size=40))
def test_another_public_value_makes_another_order(value: str) -> None:
    assume(value != VALUE)
    assume(value.isprintable())
    assert drawn(value=value) != drawn()


@given(st.integers(0, 11), st.sampled_from(["ticket", "shares", "quantity"]))
def test_any_change_of_the_list_makes_another_order(number: int, column: str) -> None:
    entry = ENTRIES[number]
    changes: dict[str, Any] = {column: "0" * 32 if column == "ticket" else getattr(entry, column) + 1}
    other = entry._replace(**changes)
    changed = drawing.digest([*ENTRIES[:number], other, *ENTRIES[number + 1 :]])
    assert changed != DIGEST
    assert drawn(list_digest=changed) != drawn()
    assert drawing.digest(ENTRIES[:-1]) != DIGEST


def test_the_order_does_not_depend_on_how_the_list_is_sorted() -> None:
    assert drawing.digest(reversed(ENTRIES)) == DIGEST
    backwards = drawing.order(ENTRIES[::-1], seed=SEED, value=VALUE, list_digest=DIGEST)
    assert [entry.ticket for entry in backwards] == drawn()


def test_each_ticket_comes_first_about_equally_often() -> None:
    """Chi-square of 4,000 draws among twelve: 11 degrees of freedom pass 40 once in 30,000 fair worlds."""
    rounds = 4_000
    first = Counter(drawn(drawing.commitment(f"seed {number}"))[0] for number in range(rounds))
    expected = rounds / len(ENTRIES)
    assert sum((first[entry.ticket] - expected) ** 2 / expected for entry in ENTRIES) < 40


# To whom it falls -------------------------------------------------------------------------------------------------
def test_a_piece_comes_from_the_first_share_that_has_enough_else_from_the_rest() -> None:
    line = [
        Blinded("a", 0b11, 1),
        Blinded("b", 0b11, 2),
        Blinded("c", 0b01, 1),
        Blinded("d", 0, 1),
        Blinded("e", 0, 1),
    ]
    assert fall(line, Pools(2, [1, 2])) == {"a": 1, "b": 2, "c": 0, "d": 0}


def test_who_needs_less_is_served_where_a_larger_pack_no_longer_fits() -> None:
    assert fall([Blinded("a", 0, 2), Blinded("b", 0, 2), Blinded("c", 0, 1)], Pools(3, [])) == {"a": 0, "c": 0}


# The file ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_drawn", [False, True])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_sound_file_is_verified(count: int, is_drawn: bool) -> None:
    file = make_file(count, drawn=is_drawn)
    assert read(dump(file)) == file
    assert failing(file) == []
    assert len(verify(file)) == (6 if is_drawn else 3)


def test_blanks_and_the_order_of_names_change_nothing() -> None:
    content = document(make_file())
    shuffled = dict(reversed(content.items()))
    assert failing(read(json.dumps(shuffled, indent=3, ensure_ascii=True))) == []


def test_a_commitment_that_was_noted_in_time_is_compared() -> None:
    file = make_file()
    assert all(check.passed for check in verify(file, noted=f" {file.commitment.upper()} "))
    assert [check.name for check in verify(file, noted="0" * 64) if not check.passed] == ["noted"]


def places_in(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every value of a document, by its path."""
    found = [path] if path else []
    children = (
        content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else []
    )
    for key, value in children:
        found += places_in(value, (*path, key))
    return found


SOUND = document(make_file(6))
PLACES = places_in(SOUND)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def at(content: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        content = content[key]
    return content


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sound document in which one value was replaced, nudged, taken away, doubled or moved."""
    content = copy.deepcopy(SOUND)
    path = draw(st.sampled_from(PLACES))
    parent, key = at(content, path[:-1]), path[-1]
    value = parent[key]
    kind = draw(st.sampled_from(["replace", "nudge", "remove", "double", "swap"]))
    if kind == "remove":
        del parent[key]
    elif kind == "nudge" and isinstance(value, int):
        parent[key] = value + draw(st.sampled_from([-1, 1]))
    elif kind == "nudge" and isinstance(value, str) and value:
        place = draw(st.integers(0, len(value) - 1))
        parent[key] = value[:place] + draw(st.sampled_from("0af9Z图 ")) + value[place + 1 :]
    elif kind == "double" and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(value))
    elif kind == "swap" and isinstance(parent, list):
        other = draw(st.integers(0, len(parent) - 1))
        parent[key], parent[other] = parent[other], parent[key]
    else:
        parent[key] = draw(JSON)
    return content


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_whatever_is_changed_in_a_file_is_seen(content: Any) -> None:
    raw = json.dumps(content)
    assume(raw != json.dumps(SOUND))
    assert noticed(raw)


def noticed(raw: str) -> bool:
    """Refused with the place, or read and found wrong."""
    try:
        return bool(failing(read(raw)))
    except Unreadable as refused:
        return bool(refused.place) or refused.problem == NOT_JSON


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_garbage_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert str(refused.value)


@pytest.mark.parametrize(
    ("raw", "place", "words"),
    [
        (b"", "", "not JSON"),
        (b"\xff\xfe", "", "not JSON"),
        (b"[" * 100_000, "", "not JSON"),
        (b'{"a": NaN}', "", "not JSON"),
        (b'{"a": 1, "a": 2}', "a", "twice"),
        (b"[]", "{}", "named values"),
        (b"{}", "format", "missing"),
        (json.dumps(SOUND | {"format": "niangjia-draw-file/2"}).encode(), "format", "version"),
        (json.dumps(SOUND | {"person": "王小明"}).encode(), "person", "does not belong"),
        (json.dumps(SOUND | {"fingerprint": "x"}).encode(), "fingerprint", "form"),
        (json.dumps(SOUND | {"list": SOUND["list"] | {"entries": [3]}}).encode(), "list.entries[0]", "named values"),
        (json.dumps(SOUND | {"list": SOUND["list"] | {"closed_at": "2026-01-20"}}).encode(), "list.closed_at", "zone"),
        (
            json.dumps(SOUND | {"programme": SOUND["programme"] | {"title": "\ud800"}}).encode(),
            "programme.title",
            "form",
        ),
    ],
)
def test_a_refusal_names_the_place(raw: bytes, place: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert refused.value.place == place
    assert words in refused.value.problem


# A careful forger, who renews the fingerprint ---------------------------------------------------------------------
def with_result(**changes: Any) -> Published:
    file = make_file()
    assert file.result
    return sealed(replace(file, result=replace(file.result, **changes)))


def forged() -> dict[str, tuple[Published, list[str]]]:
    file = make_file()
    assert file.result
    places = list(file.result.places)
    swapped = [places[1]._replace(place=1), places[0]._replace(place=2), *places[2:]]
    loser = next(number for number, placed in enumerate(places) if placed.pool is None)
    given = [*places[:loser], places[loser]._replace(pool=0), *places[loser + 1 :]]
    added = tuple(sorted([*file.entries, Blinded(ticket(99), 0, 1)]))
    relisted = replace(file, entries=added, digest=drawing.digest(added))
    return {
        "another seed": (with_result(seed="00" * 32), ["seed", "order", "allocation"]),
        "another value": (with_result(value="1"), ["order", "allocation"]),
        "two places exchanged": (with_result(places=tuple(swapped)), ["order", "allocation"]),
        "a piece for a loser": (with_result(places=tuple(given)), ["allocation"]),
        "a place left out": (with_result(places=tuple(places[:-1])), ["order", "allocation"]),
        "an entry added": (sealed(replace(file, entries=added)), ["digest", "order", "allocation"]),
        "the list fixed anew": (sealed(relisted), ["order", "allocation"]),
        "the value entered too early": (with_result(entered_at=file.closed_at), ["moments"]),
        "drawn before the value": (with_result(drawn_at=file.closed_at), ["moments"]),
    }


@pytest.mark.parametrize("name", forged())
def test_a_forger_who_renews_the_fingerprint_is_found_out(name: str) -> None:
    file, seen = forged()[name]
    assert failing(read(dump(file))) == seen


def test_a_failed_check_says_what_was_expected_and_what_was_found() -> None:
    found = {check.name: check for check in verify(with_result(places=make_file(12).result.places[:-1]))}  # type: ignore[union-attr]
    assert found["order"].expected.startswith("12 ")
    assert found["order"].found == "-"

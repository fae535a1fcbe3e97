"""Passes and the words of refusals: what needs no database."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.bookings import passes
from niangjia.bookings.lane.outcomes import WORDS, Refused, preferred, refused_reply

SAME = str.maketrans("+/", "-_")  # two spellings of base64


@given(st.uuids(), st.uuids(), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_pass_says_what_was_signed(member: UUID, offer: UUID, epoch: int, expires: int) -> None:
    token = passes.sign(member, offer, epoch=epoch, expires=expires)
    assert len(token) == passes.LENGTH
    assert passes.read(token) == (member.bytes, offer.bytes, epoch, expires) == passes.read(token.encode())


@given(st.integers(0, passes.LENGTH - 1), st.characters(codec="ascii"))
def test_a_changed_pass_is_none(place: int, character: str) -> None:
    token = passes.sign(UUID(int=1), UUID(int=2), epoch=0, expires=4_000_000_000)
    changed = token[:place] + character + token[place + 1 :]
    assert passes.read(changed) is None or changed.translate(SAME) == token


@given(st.one_of(st.text(max_size=100), st.binary(max_size=100)))
def test_anything_else_is_no_pass(text: str | bytes) -> None:
    assert passes.read(text) is None


def test_languages_are_weighed() -> None:
    table = {
        b"": "zh-hans",
        b"en": "en",
        b"zh-CN,en;q=0.9": "zh-hans",
        b"en;q=0.9,zh;q=0.3": "en",
        b"fr, en;q=0.5": "en",
        b"fr": "zh-hans",
        b"en;q=x, zh;q=nan": "zh-hans",
        b"\xff\xfe;;,,=": "zh-hans",
    }
    assert {header: preferred(header) for header in table} == table


@pytest.mark.parametrize("name", WORDS)
def test_every_refusal_is_said_in_both_languages(name: str) -> None:
    chinese, english = (refused_reply(Refused(name), language) for language in ("zh-hans", "en"))
    assert chinese.status == english.status in {401, 403, 404, 405, 409, 410, 422, 425, 503}
    assert re.search("[一-鿿]", chinese.body.decode())
    assert not re.search("[一-鿿]", english.body.decode())


def test_what_may_be_asked_again_says_when() -> None:
    reply = refused_reply(Refused("outcome-unknown", wait=7), "en")
    assert (b"retry-after", b"7") in reply.headers
    assert (b"retry-after", b"7") not in refused_reply(Refused("outcome-unknown"), "en").headers

"""Short codes, signed tokens, QR codes: round trips, and everything that must not pass."""

import io
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from niangjia.core import keys
from niangjia.vouchers import codes

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
CHARACTER = st.sampled_from(codes.ALPHABET)


def token(key: UUID | None = None) -> bytes:
    return codes.sign(key or uuid4(), purpose_id=UUID(int=7), quantity=1, issued=NOW, valid_from=None, until=NOW)


@given(st.integers(0, 7), CHARACTER)
def test_every_wrong_character_is_found(place: int, character: str) -> None:
    code = codes.new_code()
    changed = code[:place] + character + code[place + 1 :]
    assert codes.read_code(changed) == (code if changed == code else None)


@given(st.integers(0, 7), st.integers(0, 7))
def test_every_swap_is_found(one: int, other: int) -> None:
    code = codes.new_code()
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    swapped = "".join(letters)
    assert codes.read_code(swapped) == (code if swapped == code else None)


def test_a_code_is_typed_as_people_type() -> None:
    code = codes.new_code()
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    spellings = [code.lower(), f"{code[:4]} {code[4:]}", f" {code[:4]}-{code[4:]} ", wide, code.replace("0", "O")]
    spellings += [code.replace("0", "o"), code.replace("1", "l"), code.replace("1", "I")]
    assert [codes.read_code(spelling) for spelling in spellings] == [code] * len(spellings)


@given(st.text(max_size=20))
def test_anything_may_be_typed(text: str) -> None:
    found = codes.read_code(text)
    assert found is None or len(found) == codes.LENGTH


def test_codes_are_not_repeated_or_guessed_in_order() -> None:
    made = [codes.new_code() for _ in range(500)]
    assert len(set(made)) == 500
    assert sorted(made) != made


@given(st.binary(max_size=60))
def test_base45_there_and_back(data: bytes) -> None:
    assert codes.from_base45(codes.base45(data)) == data


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"", "")]
)
def test_base45_as_the_rfc_says(data: bytes, text: str) -> None:
    assert codes.base45(data) == text


@given(st.text(max_size=20))
def test_no_text_breaks_base45(text: str) -> None:
    found = codes.from_base45(text)
    assert found is None or codes.base45(found) == text


def test_a_token_names_its_voucher_and_is_the_same_each_time() -> None:
    key = uuid4()
    assert codes.opened(token(key)) == key
    assert token(key) == token(key)


@given(st.integers(0, len(token()) - 1), st.integers(1, 255))
def test_a_changed_token_is_none(place: int, flip: int) -> None:
    changed = bytearray(token(UUID(int=1)))
    changed[place] ^= flip
    assert codes.opened(bytes(changed)) is None


@given(st.binary(max_size=200))
def test_anything_may_be_scanned(data: bytes) -> None:
    assert codes.opened(data) is None


def test_a_token_of_another_installation_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = token()
    codes._key.cache_clear()
    codes.public_key.cache_clear()
    with monkeypatch.context() as other:
        other.setattr(keys, "key", lambda _name: b"x" * 32)
        assert codes.opened(ours) is None
    codes._key.cache_clear()
    codes.public_key.cache_clear()
    assert codes.opened(ours) is not None


def test_the_qr_code_is_small_enough_and_a_camera_reads_it() -> None:
    made = token()
    code = segno.make(codes.base45(made), error="m", mode="alphanumeric", boost_error=False, mask=codes.MASK)
    assert int(code.version) <= 10
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=4)
    read = zxingcpp.read_barcode(Image.open(picture))
    assert read is not None
    assert codes.from_base45(read.text) == made
    svg = codes.qr_svg(made, label="K7P2 M9QD")
    assert svg.startswith("<svg")
    assert "style=" not in svg  # the CSP refuses it

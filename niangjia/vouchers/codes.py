"""What a voucher looks like: a signed token in a QR code for cameras, a short code in groups of four for people.

The token is a CWT (COSE_Sign1, Ed25519): any device that knows the public key can check it with no network. The short
code has six random characters and two check characters, which find every single wrong character and every swap.
"""

import hashlib
import secrets
import unicodedata
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.html import escape

from niangjia.core import keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LENGTH = 8
CHECK = 1021  # the largest prime that two characters can hold
LOOKS_LIKE = str.maketrans("ILO", "110", " -_.·—–")

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
EXPIRES, NOT_BEFORE, ISSUED, KEY = 4, 5, 6, 7  # claims of RFC 8392
PURPOSE, QUANTITY = -70001, -70002  # private claims
FOR_EVER = 4_102_444_800  # 2100-01-01
EDDSA = -8
MASK = 3


# Short codes -----------------------------------------------------------------------------------------------------
def new_code() -> str:
    """A fresh short code; the caller's unique constraint decides whether it is free."""
    number = secrets.randbelow(32 ** (LENGTH - 2)) * 1024
    number += -number % CHECK
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def read_code(typed: str) -> str | None:
    """The short code in what somebody typed: any case, spaces, full width, O for 0. Nothing if it cannot be one."""
    text = unicodedata.normalize("NFKC", typed).upper().translate(LOOKS_LIKE)
    if len(text) != LENGTH or set(text) - set(ALPHABET):
        return None
    number = 0
    for character in text:
        number = number << 5 | ALPHABET.index(character)
    return text if number % CHECK == 0 else None


# Signed tokens ---------------------------------------------------------------------------------------------------
@cache
def _key() -> Any:
    from cwt import COSEKey  # noqa: PLC0415 (slow to import)

    seed = keys.key("signing")
    public = public_key()
    return COSEKey.new({1: 1, 2: hashlib.sha256(public).digest()[:4], 3: EDDSA, -1: 6, -2: public, -4: seed})


@cache
def _head() -> bytes:
    """How every token of ours begins: COSE signs the algorithm, but not the name of the key beside it."""
    return b"\xd2\x84\x43\xa1\x01\x27\xa1\x04\x44" + hashlib.sha256(public_key()).digest()[:4]


@cache
def public_key() -> bytes:
    """What a device needs to check vouchers by itself."""
    return Ed25519PrivateKey.from_private_bytes(keys.key("signing")).public_key().public_bytes_raw()


def sign(
    key: UUID,
    *,
    purpose_id: UUID,
    quantity: int,
    issued: datetime,
    valid_from: datetime | None,
    until: datetime | None,
) -> bytes:
    """The token of one voucher: the same bytes each time, and nothing about the person."""
    from cwt import COSE  # noqa: PLC0415 (slow to import)

    claims = {
        EXPIRES: int(until.timestamp()) if until else FOR_EVER,
        NOT_BEFORE: int((valid_from or issued).timestamp()),
        ISSUED: int(issued.timestamp()),
        KEY: key.bytes,
        PURPOSE: purpose_id.bytes,
        QUANTITY: quantity,
    }
    signed: bytes = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True).encode_and_sign(
        cbor2.dumps(claims), _key()
    )
    return signed


def opened(token: bytes) -> UUID | None:
    """The voucher that a token of ours names, valid or not; nothing for anything else."""
    from cwt import COSE  # noqa: PLC0415 (slow to import)

    if not token.startswith(_head()):
        return None
    try:
        payload = COSE.new().decode(token, _key())
        return UUID(bytes=cbor2.loads(payload)[KEY])
    except Exception:  # noqa: BLE001 (what strangers made up fails inside the decoders in many ways)
        return None


# QR codes --------------------------------------------------------------------------------------------------------
def base45(data: bytes) -> str:
    """RFC 9285: two bytes in three characters of the alphabet that QR codes pack best."""
    text = []
    for index in range(0, len(data) - 1, 2):
        number = data[index] << 8 | data[index + 1]
        text += [BASE45[number % 45], BASE45[number // 45 % 45], BASE45[number // 2025]]
    if len(data) % 2:
        text += [BASE45[data[-1] % 45], BASE45[data[-1] // 45]]
    return "".join(text)


def from_base45(text: str) -> bytes | None:
    """The bytes, or nothing when ``text`` is no base45."""
    if len(text) % 3 == 1 or set(text) - set(BASE45):
        return None
    data = bytearray()
    for index in range(0, len(text), 3):
        part = [BASE45.index(character) for character in text[index : index + 3]]
        number = sum(digit * 45**power for power, digit in enumerate(part))
        if number >= 256 ** (len(part) - 1):
            return None
        data += number.to_bytes(len(part) - 1, "big")
    return bytes(data)


def qr_svg(token: bytes, *, label: str) -> str:
    """The token as an inline SVG of at most version 10, error correction M; ``label`` is read aloud instead."""
    import segno  # noqa: PLC0415 (slow to import)

    # The best of the eight masks costs two thirds of the drawing. A signature is as good as random: any will do.
    code = segno.make(base45(token), error="m", mode="alphanumeric", boost_error=False, mask=MASK)
    if int(code.version) > 10:
        raise ValueError(f"The token of {len(token)} bytes needs a QR code of version {code.version}.")
    svg: str = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)

"""The member's pass: who may ask for which offer until when, signed, small, and checked in two microseconds.

One byte of version, the member, the offer, the epoch and the expiry (seconds), then sixteen bytes of keyed BLAKE2b
(RFC 7693), a third of the price of HMAC-SHA-256; base64 for URLs without padding.
"""

import base64
import binascii
import hmac
import struct
from functools import cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from niangjia.core import keys

VERSION = 1
LAYOUT = struct.Struct(">B16s16sII")
MAC = 16
LENGTH = (LAYOUT.size + MAC) * 4 // 3  # 76 characters
FROM_URLS = bytes.maketrans(b"-_", b"+/")


@cache
def _key() -> bytes:
    return derive(keys.key("passes"))


def derive(secret: bytes) -> bytes:
    """The key of passes, made of the key file ``passes``."""
    return hmac.digest(secret, b"bookings.pass/1", "sha256")


class Pass(NamedTuple):
    """What a pass says. Whether it was revoked is known to the database alone."""

    member: bytes
    offer: bytes
    epoch: int
    expires: int


def sign(member: UUID, offer: UUID, *, epoch: int, expires: int) -> str:
    return sign_with(_key(), member, offer, epoch=epoch, expires=expires)


def sign_with(key: bytes, member: UUID, offer: UUID, *, epoch: int, expires: int) -> str:
    """With a key that is not this installation's: the doors here refuse such a pass."""
    body = LAYOUT.pack(VERSION, member.bytes, offer.bytes, epoch, expires)
    return base64.urlsafe_b64encode(body + blake2b(body, digest_size=MAC, key=key).digest()).decode()


def read(text: str | bytes) -> Pass | None:
    """The pass if we signed it, expired or not; nothing for anything else."""
    if len(text) != LENGTH:
        return None
    try:
        letters = text.encode() if isinstance(text, str) else text
        raw = binascii.a2b_base64(letters.translate(FROM_URLS))
    except ValueError:
        return None
    body = raw[: LAYOUT.size]
    if not hmac.compare_digest(blake2b(body, digest_size=MAC, key=_key()).digest(), raw[LAYOUT.size :]):
        return None
    version, member, offer, epoch, expires = LAYOUT.unpack(body)
    return Pass(member, offer, epoch, expires) if version == VERSION else None

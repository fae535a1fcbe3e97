"""Sensitive values: sealed for the eyes, indexed by keyed hash for exact search.

AES-256-GCM and HMAC-SHA-256 by default; the setting ``CRYPTO_PROFILE = "gm"`` seals with SM4-GCM and hashes with SM3.
What was sealed with either opens with both, since the first byte names the cipher.
"""

import hmac
import os
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as hmac_primitive
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from niangjia.core import keys

AES, SM4 = 1, 2
KEY_ID = 1
NONCE = 12
TAG = 16
INDEX_BYTES = 16


@cache
def _derived(name: str, purpose: str, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=purpose.encode()).derive(keys.key(name))


@cache
def _aes() -> AESGCM:
    return AESGCM(_derived("fields", "aes-256-gcm/1", 32))


def seal(text: str, associated: str) -> bytes:
    """Encrypt ``text`` so that it opens only with the same ``associated`` (table, column and row)."""
    return seal_bytes(text.encode(), associated)


def seal_bytes(data: bytes, associated: str) -> bytes:
    """As ``seal``, for the content of a file."""
    nonce, bound = os.urandom(NONCE), associated.encode()
    if settings.CRYPTO_PROFILE == "gm":
        cipher = Cipher(algorithms.SM4(_derived("fields", "sm4-gcm/1", 16)), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(bound)
        return bytes((SM4, KEY_ID)) + nonce + cipher.update(data) + cipher.finalize() + cipher.tag
    return bytes((AES, KEY_ID)) + nonce + _aes().encrypt(nonce, data, bound)


def unseal(sealed: bytes, associated: str) -> str:
    """Decrypt what ``seal`` made; raises ``cryptography.exceptions.InvalidTag`` when either part was changed."""
    return unseal_bytes(sealed, associated).decode()


def unseal_bytes(sealed: bytes, associated: str) -> bytes:
    """As ``unseal``, for the content of a file."""
    cipher_id, nonce, body, bound = sealed[0], sealed[2 : 2 + NONCE], sealed[2 + NONCE :], associated.encode()
    if cipher_id == AES:
        return _aes().decrypt(nonce, body, bound)
    algorithm = algorithms.SM4(_derived("fields", "sm4-gcm/1", 16))
    cipher = Cipher(algorithm, modes.GCM(nonce, body[-TAG:])).decryptor()
    cipher.authenticate_additional_data(bound)
    return cipher.update(body[:-TAG]) + cipher.finalize()


def blind_index(purpose: str, value: str) -> bytes:
    """A keyed hash of a normalised value: equal values are found, the value is not. One key per ``purpose``."""
    key = _derived("index", purpose, 32)
    if settings.CRYPTO_PROFILE == "gm":
        mac = hmac_primitive.HMAC(key, hashes.SM3())
        mac.update(value.encode())
        return mac.finalize()[:INDEX_BYTES]
    return hmac.digest(key, value.encode(), "sha256")[:INDEX_BYTES]

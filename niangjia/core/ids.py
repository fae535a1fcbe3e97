"""Primary keys made by the application: UUIDs of version 7 (RFC 9562), ascending within a process."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, 12 bits of sub-millisecond clock, 62 random bits.

    Strictly ascending within a process, so that rows made in order are stored and listed in order.
    """
    global _last  # noqa: PLW0603 (the clock of this process)
    with _lock:
        now = time.time_ns() * 4096 // 1_000_000
        _last = now = max(now, _last + 1)
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(now >> 12) << 80 | 7 << 76 | (now & 0xFFF) << 64 | 2 << 62 | tail)

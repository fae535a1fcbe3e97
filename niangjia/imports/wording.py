"""How alike two headers, or two names, sound: by shared characters, shared pairs, edits and pinyin."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from niangjia.core.cleaning import compact

SIGNS = re.compile(r"[*＊:：、。.,，/\\|_\-—·“”\"'‘’?？!！#№]")
BRACKETS = re.compile(r"[（(\[【<《]([^）)\]】>》]*)[）)\]】>》]")
CHINESE = re.compile("[\u3400-\u9fff]")


def normal(text: str) -> str:
    """A header as it is compared and remembered: half-width, small letters, no spaces and signs, brackets kept."""
    return SIGNS.sub("", compact(text)).lower()


@lru_cache(maxsize=20_000)
def likeness(one: str, other: str) -> float:
    """From 0 to 1: how far two headers mean the same by their wording; what stands in brackets counts by itself."""
    return max((_alike(a, b) for a in _parts(one) for b in _parts(other)), default=0.0)


def _parts(text: str) -> list[str]:
    text = normal(text)
    inside = BRACKETS.findall(text)
    outside = BRACKETS.sub("", text)
    return [part for part in dict.fromkeys([outside, *inside, outside + "".join(inside)]) if part]


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    shared = max(_dice(_grams(one, 2), _grams(other, 2)), 0.8 * _dice(_grams(one, 1), _grams(other, 1)))
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 1 and shorter in longer:
        shared = max(shared, 0.6 + 0.4 * len(shorter) / len(longer))
    edits = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return min(0.99, max(shared, 0.9 * edits, 0.85 * _sound(one, other)))


def _sound(one: str, other: str) -> float:
    """How alike they sound: syllable by syllable, or letter by letter where one of them is written in pinyin."""
    if not (CHINESE.search(one) or CHINESE.search(other)):
        return 0.0
    ones, others = _syllables(one), _syllables(other)
    if CHINESE.search(one) and CHINESE.search(other):
        return _dice(ones, others) if len(ones) > 1 and len(others) > 1 else 0.0
    if "".join(word[0] for word in ones) == other or "".join(word[0] for word in others) == one:
        return 1.0
    letters = _dice(_grams("".join(ones), 2), _grams("".join(others), 2))
    return letters if letters > 0.6 else 0.0


def _grams(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(len(text) - size + 1)]


def _dice(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return 0.0
    rest = list(other)
    shared = 0
    for gram in one:
        if gram in rest:
            rest.remove(gram)
            shared += 1
    return 2 * shared / (len(one) + len(other))


@lru_cache(maxsize=5_000)
def _syllables(text: str) -> tuple[str, ...]:
    """Pinyin without tones; what is written in letters stays one word."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (slow to import)

    return tuple(lazy_pinyin(text))


def nearest(text: str, known: list[str], count: int = 2, least: float = 0.45) -> list[str]:
    """Those of ``known`` that are most like ``text``, best first."""
    scored = sorted(((_name_alike(text, name), name) for name in known), reverse=True)
    return [name for score, name in scored[:count] if score >= least]


def _name_alike(one: str, other: str) -> float:
    one, other = normal(one), normal(other)
    shared = _dice(_grams(one, 2), _grams(other, 2))
    return max(shared, 0.9 * _dice(_grams(one, 1), _grams(other, 1)))

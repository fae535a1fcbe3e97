"""Text as people and spreadsheets write it, made comparable: widths, invisible characters, spaces."""

import re
import unicodedata

WIDE = re.compile("[\uff01-\uff5e]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SPACE = re.compile(r"\s+")
WIDTHS = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as their half-width forms."""
    return text.translate(WIDTHS)


def tidy(text: str) -> str:
    """Composed, without invisible characters, with single spaces inside and none around."""
    if text.isalnum() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return SPACE.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def compact(text: str) -> str:
    """Without any space or invisible character, half-width: for numbers and codes."""
    if text.isascii() and text.isalnum():
        return text
    return SPACE.sub("", INVISIBLE.sub("", narrow(text)))


def person_name(text: str) -> str:
    """A name as it is compared: Chinese names without spaces, others with single ones, one kind of middle dot."""
    text = tidy(narrow(text))
    for dot in "•・‧∙.．":
        text = text.replace(dot, "·")
    return text if text.replace(" ", "").isascii() else text.replace(" ", "")

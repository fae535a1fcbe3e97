"""Money in integer fen (1/100 CNY), as figures and as the capitals that official papers want."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def yuan(fen: int) -> str:
    """``120050`` as ``¥1,200.50``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def capitals(fen: int) -> str:
    """``120050`` as ``壹仟贰佰元伍角整``, as on Chinese cheques and receipts."""
    if fen < 0:
        return "负" + capitals(-fen)
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_integer(whole)}元" if whole or not rest else ""
    if not rest:
        return text + "整"
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif text:
        text += "零"
    return text + (f"{DIGITS[cents]}分" if cents else "整")


def _integer(number: int) -> str:
    if not number:
        return "零"
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for index in reversed(range(len(groups))):
        group = groups[index]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + GROUPS[index]
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for power in reversed(range(4)):
        digit = group // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + UNITS[power]
            gap = False
        else:
            gap = True
    return text

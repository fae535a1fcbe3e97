"""Reading one cell by its kind: the value in its normal form, and what was found on the way. Pure functions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date

from niangjia.core import id_numbers, phones
from niangjia.core.cleaning import INVISIBLE, WIDE, compact, narrow, person_name, tidy
from niangjia.core.id_numbers import Fault, IdNumberWrong
from niangjia.imports.dates import FIRST_YEAR, read_date
from niangjia.imports.registry import Field, Kind
from niangjia.imports.verdicts import Finding, finding
from niangjia.imports.wording import nearest, normal

Value = str | bool | None
MOST_PROPOSALS = 300
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BLANKS = frozenset({"-", "--", "—", "——", "/", "\\", "无", "暂无", "空", "null", "NULL", "None", "N/A", "n/a", "#N/A"})
SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d+", re.ASCII)
POINT = re.compile(r"\d+\.0+", re.ASCII)
LANDLINE = re.compile(r"(0\d{2,3})?\d{7,8}", re.ASCII)
NAME_SIGNS = re.compile(r"[^A-Za-z\u3400-\u9fff\U00020000-\U0003134f·' .-]")
MALE, FEMALE = frozenset({"男", "男性", "m", "male"}), frozenset({"女", "女性", "f", "female"})
YES = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "对"})
NO = frozenset({"否", "×", "✗", "x", "n", "no", "false", "0", "没有", "不是"})


@dataclass(frozen=True)
class Context:
    """What the cells of one batch are judged by: the day, the unit, and the words known for each kind."""

    on: date
    unit: str
    known: Mapping[str, Mapping[str, str]]  # by field: words as they are compared, and what each means
    proposals: dict[tuple[str, str], list[str]] = dataclass_field(default_factory=dict)

    def near(self, name: str, text: str) -> list[str]:
        """What ``text`` may have meant; searched once for each text, and not without end."""
        key = name, text
        if key not in self.proposals:
            known = self.known[name]
            words = [word for word in known if word.startswith(f"{normal(text)}(")]  # alike but for their codes
            if not words and len(self.proposals) < MOST_PROPOSALS:
                words = nearest(text, list(known), count=6)
            self.proposals[key] = list(dict.fromkeys(known[word] for word in words))[:2]
        return self.proposals[key]


def read_cell(field: Field, raw: str, context: Context) -> tuple[Value, list[Finding]]:
    """The value of ``raw`` (none if there is nothing or nothing that holds), and the findings."""
    text = tidy(narrow(raw)) if field.kind not in TEXTUAL else tidy(raw)
    if not text or text in BLANKS:
        return None, [finding(field.name, "missing")] if field.required else []
    sign = raw.lstrip(" \u3000\u00a0\ufeff")[:1]
    if sign in FORMULA and not (field.kind is Kind.PHONE and sign == "+"):
        return None, [finding(field.name, "formula", sign=SIGN_NAMES.get(sign, sign))]
    value, found = READERS[field.kind](field, raw, context)
    if isinstance(value, str) and len(value) > field.longest:
        return None, [finding(field.name, "too-long", length=len(value), longest=field.longest)]
    return value, found


SIGN_NAMES = {"\t": "Tab", "\r": "CR"}
TEXTUAL = frozenset({Kind.TEXT, Kind.ADDRESS})


def _spelling(field: Field, raw: str, *, spaces: bool = True) -> list[Finding]:
    """What had to be mended before the text could be read at all."""
    found = []
    stripped = raw.strip(" ")
    if WIDE.search(raw):
        found.append(finding(field.name, "widths"))
    if INVISIBLE.search(raw) or (spaces and re.search(r"\s", stripped)):
        found.append(finding(field.name, "invisible"))
    return found


def _id_number(field: Field, raw: str, context: Context) -> tuple[Value, list[Finding]]:
    found = _spelling(field, raw)
    text = compact(raw).lstrip("'‘’`")
    if SCIENTIFIC.fullmatch(text):
        return None, [finding(field.name, "id-digits-lost", shown=text.upper())]
    if POINT.fullmatch(text):
        text = text.partition(".")[0]
        found.append(finding(field.name, "number-point"))
    try:
        number = id_numbers.parse(text)
    except IdNumberWrong as wrong:
        return None, [_id_fault(field, text, wrong)]
    if number.birth_on > context.on:
        return None, [finding(field.name, "id-future", digits=f"{number.birth_on:%Y%m%d}")]
    if len(text) == 15:
        masked = f"{number.text[:6]}{number.text[6:8]}******{number.text[-4:]}"
        found.append(finding(field.name, "id-fifteen", masked=masked))
    elif text[-1] == "x":
        found.append(finding(field.name, "id-lower-x"))
    if not number.has_known_area:
        found.append(finding(field.name, "id-area", area=number.text[:6]))
    return number.text, found


def _id_fault(field: Field, text: str, wrong: IdNumberWrong) -> Finding:
    if wrong.fault is Fault.LENGTH:
        return finding(field.name, "id-length", length=len(text))
    if wrong.fault is Fault.BIRTH_DATE:
        digits = text[6:14] if len(text) == 18 else f"19{text[6:12]}"
        return finding(field.name, "id-birth-date", digits=digits)
    if wrong.fault is Fault.CHECK:
        return finding(field.name, "id-check", expected=wrong.expected)
    return finding(field.name, "id-characters")


def _person_name(field: Field, raw: str, _context: Context) -> tuple[Value, list[Finding]]:
    name = person_name(raw)
    shape = NAME_SIGNS.sub("", name)
    if len(shape) < 2 or len(name) > field.longest or any(letter.isdigit() for letter in name):
        return None, [finding(field.name, "name-shape", text=name[:30])]
    found = _spelling(field, raw, spaces=not name.isascii() and " " not in name)
    if signs := "".join(dict.fromkeys(NAME_SIGNS.findall(name))):
        found.append(finding(field.name, "name-signs", signs=signs))
    return name, found


def _phone(field: Field, raw: str, _context: Context) -> tuple[Value, list[Finding]]:
    text = compact(raw).lstrip("'‘’`")
    if SCIENTIFIC.fullmatch(text):
        return None, [finding(field.name, "phone-digits-lost")]
    found = _spelling(field, raw, spaces=False)
    if POINT.fullmatch(text):
        text = text.partition(".")[0]
        found.append(finding(field.name, "number-point"))
    text = phones.normal(text)
    if phones.is_mobile(text):
        return text, found
    landline = LANDLINE.fullmatch(text) and not text.startswith("1")
    return None, [finding(field.name, "phone-landline" if landline else "phone-shape")]


def _date(field: Field, raw: str, context: Context) -> tuple[Value, list[Finding]]:
    day = read_date(raw)
    if day is None:
        return None, [finding(field.name, "date-shape", text=tidy(raw)[:30])]
    if day.on.year < FIRST_YEAR or day.on > context.on:
        return None, [finding(field.name, "date-unlikely", date=day.on.isoformat())]
    if day.how == "serial":
        return day.on.isoformat(), [finding(field.name, "date-serial", text=tidy(raw), date=day.on.isoformat())]
    if day.how == "month":
        return day.on.isoformat(), [finding(field.name, "date-month", date=day.on.isoformat())]
    return day.on.isoformat(), []


def _sex(field: Field, raw: str, _context: Context) -> tuple[Value, list[Finding]]:
    text = compact(raw).lower()
    if text in MALE:
        return "m", []
    if text in FEMALE:
        return "f", []
    return None, [finding(field.name, "sex-shape", text=tidy(raw)[:20])]


def _yes_no(field: Field, raw: str, _context: Context) -> tuple[Value, list[Finding]]:
    text = compact(raw).lower()
    if text in YES:
        return True, []
    if text in NO:
        return False, []
    return None, [finding(field.name, "yes-no-shape", text=tidy(raw)[:20])]


def _organization(field: Field, raw: str, context: Context) -> tuple[Value, list[Finding]]:
    text = tidy(narrow(raw))
    if meant := context.known[field.name].get(normal(text)):
        return meant, []
    if near := context.near(field.name, text):
        details = {"text": text[:60], "unit": context.unit, "near": " / ".join(near)}
        return None, [finding(field.name, "unknown-organization-near", **details)]
    return None, [finding(field.name, "unknown-organization", text=text[:60], unit=context.unit)]


def _term(field: Field, raw: str, context: Context) -> tuple[Value, list[Finding]]:
    text = tidy(narrow(raw))
    if meant := context.known[field.name].get(normal(text)):
        return meant, []
    if near := context.near(field.name, text):
        return None, [finding(field.name, "unknown-term-near", text=text[:60], near=" / ".join(near))]
    return None, [finding(field.name, "unknown-term", text=text[:60])]


def _text(_field: Field, raw: str, _context: Context) -> tuple[Value, list[Finding]]:
    return tidy(raw), []


READERS: dict[Kind, Callable[[Field, str, Context], tuple[Value, list[Finding]]]] = {
    Kind.ID_NUMBER: _id_number,
    Kind.PERSON_NAME: _person_name,
    Kind.PHONE: _phone,
    Kind.DATE: _date,
    Kind.SEX: _sex,
    Kind.YES_NO: _yes_no,
    Kind.ORGANIZATION: _organization,
    Kind.EMPLOYER: _text,
    Kind.TERM: _term,
    Kind.ADDRESS: _text,
    Kind.TEXT: _text,
}

"""The CEL evaluator itself, with the facts of one person worked out in plain Python, past every line of SQL."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from cel_expr_python import cel
from lunar_python import Solar

from niangjia.audiences.registry import DAY, KNOWN, function, variables
from niangjia.core.catalogue import Kind, registered
from niangjia.members.models import Member
from niangjia.org.models import Organization

ANIMALS = {
    "鼠": "rat",
    "牛": "ox",
    "虎": "tiger",
    "兔": "rabbit",
    "龙": "dragon",
    "蛇": "snake",
    "马": "horse",
    "羊": "goat",
    "猴": "monkey",
    "鸡": "rooster",
    "狗": "dog",
    "猪": "pig",
}


def evaluate(source: str, member: Member) -> bool | None:
    """What CEL says: true, false, or unknown, which is CEL's error about an absent value."""
    result = environment(member).compile(source).eval(data=data(member))
    value = result.value()
    if result.type() == cel.Type.ERROR:
        assert "No value with name" in value
        return None
    assert isinstance(value, bool)
    return value


def environment(member: Member) -> Any:
    does: dict[str, Callable[..., Any]] = {
        "member.under": lambda code: member.organization_path.startswith(Organization.objects.get(code=code).path),
        "member.age_on": lambda day: age(member, day.date()),
        "zodiac": lambda day: zodiac(day.date()),
    }
    facts = tuple(registered().values())
    functions = [
        function(known.name, known.kind, [given.kind for given in known.parameters], does[known.name])
        for known in facts
        if known.name in does
    ]
    functions.append(function(DAY, Kind.DATE, [Kind.TEXT], lambda text: midnight(date.fromisoformat(text))))
    return cel.NewEnv(variables=variables(facts), functions=functions)


def data(member: Member) -> dict[str, Any]:
    """Known values by name, and for each name whether it is known."""
    occupation = member.occupation
    values = {
        "member.state": member.state,
        "member.organization": member.organization.code,
        "member.occupation": occupation and occupation.name,
        "member.group": occupation and (occupation.group or "none"),
        "member.new_employment": occupation and occupation.new_employment,
        "member.on_duty_festival": member.on_duty_festival,
        "member.birth_on": member.birth_on and midnight(member.birth_on),
        "member.sex": member.sex or None,
        "member.joined_on": member.joined_on and midnight(member.joined_on),
        "member.employer": member.employer and member.employer.name,
    }
    known = {name: value for name, value in values.items() if value is not None}
    return known | {name + KNOWN: name in known for name in values}


def age(member: Member, day: date) -> int:
    born = member.birth_on
    if born is None:
        raise LookupError("No value with name member.birth_on")
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def zodiac(day: date) -> str:
    return ANIMALS[Solar.fromYmd(day.year, day.month, day.day).getLunar().getYearShengXiao()]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

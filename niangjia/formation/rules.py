"""What the rules say on a day: every number of this app is asked here."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError
from niangjia.formation.models import FRACTIONS, RuleName, RuleRow
from niangjia.org.models import Kind, Level, Organization


class RuleUnknown(DomainError):
    """No row of this rule holds on that day."""

    code = "rule-unknown"


class Book:
    """The rules of one day, read at once."""

    def __init__(self, rows: Iterable[RuleRow]) -> None:
        self.rows = list(rows)

    def value(self, name: RuleName, members: int = 0) -> RuleRow:
        """The one row that holds for so many members; raises ``RuleUnknown``."""
        for row in self.rows:
            if row.name == name and row.from_members <= members and (not row.to_members or members < row.to_members):
                return row
        raise RuleUnknown(
            _("No rule is on file for that day: %(name)s.") % {"name": name.label},
            remedy=_("Ask the topmost union to write it down."),
        )


def book(on: date) -> Book:
    return Book(RuleRow.objects.on(on))


def value(name: RuleName, *, on: date, members: int = 0) -> RuleRow:
    """What ``name`` says on that day for so many members; raises ``RuleUnknown``."""
    return book(on).value(name, members)


def term_rule(unit: Organization) -> RuleName:
    """Which rule sets the years of a union's term."""
    return term_rule_of(unit.kind, unit.level)


def term_rule_of(kind: str, level: str) -> RuleName:
    primary = level == Level.PRIMARY or kind in {Kind.SINGLE, Kind.JOINT}
    return RuleName.TERM_PRIMARY if primary else RuleName.TERM_OTHER


def said(row: RuleRow) -> str:
    """The number or numbers of a row, as people write them: ``3–7``, ``2/3``, ``90``."""
    if row.name in FRACTIONS:
        return f"{row.least}%" if row.per == 100 else f"{row.least}/{row.per}"
    if row.name in {RuleName.TERM_PRIMARY, RuleName.TERM_OTHER}:
        return (
            str(row.least) if row.most in (None, row.least) else _("%(a)s or %(b)s") % {"a": row.least, "b": row.most}
        )
    if row.name == RuleName.POSTPONE_MONTHS:
        return str(row.most)
    return str(row.least) if row.most in (None, row.least) else f"{row.least}–{row.most}"


def members_said(row: RuleRow) -> str:
    """For how many members a band holds."""
    if row.to_members is None:
        return _("%(n)s and more") % {"n": f"{row.from_members:,}"}
    return f"{row.from_members:,}–{row.to_members - 1:,}"

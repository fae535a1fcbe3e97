"""Reads about cases and terms: what is due next and by whom, who is to be told, what is overdue."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import Text
from niangjia.formation import rules
from niangjia.formation.models import (
    Case,
    CaseStatus,
    Founding,
    Post,
    Postponement,
    PostponementStatus,
    Renewal,
    RuleName,
    RuleRow,
    Term,
)
from niangjia.formation.permissions import APPROVE, MANAGE, VIEW
from niangjia.identity.models import Assignment, User
from niangjia.members.models import Member
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.papers.models import Paper


# What is due ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Next:
    """The step that a case waits for, and whether the union above takes it."""

    label: Text
    by_above: bool = False


NEXT: dict[CaseStatus, Next] = {
    CaseStatus.TALKS: Next(gettext_lazy("talk with both sides and file the application")),
    CaseStatus.APPLIED: Next(gettext_lazy("decide on the application"), by_above=True),
    CaseStatus.REFUSED: Next(gettext_lazy("mend the application and file it again")),
    CaseStatus.APPROVED: Next(gettext_lazy("hold the members' meeting and elect")),
    CaseStatus.ELECTED: Next(gettext_lazy("report the result")),
    CaseStatus.REPORTED: Next(gettext_lazy("decide on the result"), by_above=True),
    CaseStatus.RETURNED: Next(gettext_lazy("elect anew")),
    CaseStatus.CONFIRMED: Next(gettext_lazy("register the union as a legal person")),
}


def next_step(case: Case) -> Next | None:
    """What comes next; nothing when the case is over. A re-election is over once its result is approved."""
    if isinstance(case, Renewal) and case.is_over:
        return None
    return NEXT.get(CaseStatus(case.status))


def next_by(case: Case) -> str:
    """The union that takes the next step."""
    step = next_step(case)
    if step is None:
        return ""
    if step.by_above:
        return case.above.name
    return _("Preparatory group of %(union)s") % {"union": case.name} if isinstance(case, Founding) else str(case)


def waiting_foundings(actor: Actor) -> "QuerySet[Founding]":
    """Foundings in which the actor may take the next step."""
    return _waiting(Founding.objects.visible_to(actor), actor)


def _waiting(rows: "QuerySet[Founding]", actor: Actor) -> "QuerySet[Founding]":
    above = [status for status, step in NEXT.items() if step.by_above]
    own = [status for status, step in NEXT.items() if not step.by_above]
    decides = rows.filter(access.scope(actor, APPROVE), status__in=above)
    works = rows.filter(access.scope(actor, MANAGE), status__in=own)
    return (decides | works).select_related("organization").distinct()


def waiting_renewals(actor: Actor) -> "QuerySet[Renewal]":
    """Re-elections in which the actor may take the next step; the decision lies with the union above."""
    rows = Renewal.objects.visible_to(actor).under_way().select_related("organization__parent")
    above = [status for status, step in NEXT.items() if step.by_above]
    decides = rows.filter(access.scope(actor, APPROVE, field="organization__parent__path"), status__in=above)
    works = rows.filter(access.scope(actor, MANAGE)).exclude(status__in=above)
    found: QuerySet[Renewal] = decides | works
    return found


def waiting_postponements(actor: Actor) -> "QuerySet[Postponement]":
    rows = Postponement.objects.visible_to(actor).filter(status=PostponementStatus.ASKED)
    found: QuerySet[Postponement] = rows.filter(access.scope(actor, APPROVE, field="organization__parent__path"))
    return found.select_related("organization", "term")


# Units and terms ------------------------------------------------------------------------------------------------
def units(actor: Actor, permission: str) -> OrganizationQuerySet:
    """Open unions at which the actor holds ``permission``."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))


def units_seen(actor: Actor) -> OrganizationQuerySet:
    """Unions whose terms and officers the actor may see, open or closed."""
    return Organization.objects.filter(access.scope(actor, VIEW, field="path")).select_related("parent")


def running_term(unit: Organization) -> Term | None:
    found: Term | None = Term.objects.running().filter(organization=unit).first()
    return found


def terms_of(unit: Organization) -> list[Term]:
    """All terms of a union, the latest first, each with its posts, re-elections and postponements."""
    posts = Post.objects.select_related("member").order_by("valid_from", "id")
    rows = Term.objects.filter(organization=unit).prefetch_related(
        Prefetch("posts", posts), "renewals", "postponements"
    )
    return list(rows)


def by_due_day(rows: "QuerySet[Term]") -> "QuerySet[Term]":
    """Running terms of open unions, the longest overdue first."""
    running: QuerySet[Term] = rows.filter(ended_on=None, organization__closed_on=None)
    return running.select_related("organization__parent").prefetch_related("renewals").order_by("due_on", "id")


def root() -> Organization:
    """The topmost union of the installation, which keeps the rules."""
    return Organization.objects.get(parent=None)


def to_remind(on: date) -> "QuerySet[Term]":
    """Terms that end within the days of the rule, about which nobody has been told and nothing is under way."""
    days = rules.value(RuleName.REMIND_DAYS, on=on).least
    rows = Term.objects.running().filter(
        due_on__lte=on + timedelta(days=days), reminded_on=None, organization__closed_on=None
    )
    started = Renewal.objects.under_way().values("term")
    found: QuerySet[Term] = rows.exclude(pk__in=started)
    return found


def member_called(name: str, unit: Organization) -> Member | None:
    """The live member of the unit or below with this name, if there is exactly one."""
    found = list(Member.objects.live().filter(organization_path__startswith=unit.path, name=name)[:2])
    return found[0] if len(found) == 1 else None


# People ---------------------------------------------------------------------------------------------------------
def officers(unit: Organization, permission: str) -> list[User]:
    """Who holds ``permission`` at the unit itself, or else at the nearest union above it."""
    labels = unit.path.rstrip(".").split(".")
    paths = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    held = (
        Assignment.objects.current()
        .filter(organization_path__in=paths, role__permissions__contains=[permission])
        .select_related("user")
    )
    rows: list[Assignment] = list(held)
    nearest = max((row.organization_path for row in rows), key=len, default="")
    return list({row.user_id: row.user for row in rows if row.organization_path == nearest}.values())


# Papers and rules -----------------------------------------------------------------------------------------------
def papers_about(*targets: Founding | Renewal | Postponement | Term) -> list[Paper]:
    """The papers of these cases, the earliest first."""
    keys = [target.pk for target in targets]
    return list(Paper.objects.filter(about_id__in=keys).order_by("id"))


@dataclass(frozen=True)
class RuleTable:
    """One rule as it holds, with what held before."""

    name: RuleName
    now: list[RuleRow]
    others: list[RuleRow]


def rule_tables(on: date) -> list[RuleTable]:
    rows: list[RuleRow] = list(RuleRow.objects.all())
    found = []
    for name in RuleName:
        own = [row for row in rows if row.name == name]
        now = [row for row in own if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)]
        found.append(RuleTable(name, now, [row for row in own if row not in now]))
    return found


def rule_rows(on: date | None) -> "QuerySet[RuleRow]":
    """All rows of all rules, or those that hold on a day."""
    found: QuerySet[RuleRow] = RuleRow.objects.on(on) if on else RuleRow.objects.all()
    return found


def under_way_at(unit: Organization) -> str:
    """What keeps a unit open: cases under way at it."""
    foundings = Founding.objects.filter(organization=unit).under_way().count()
    renewals = Renewal.objects.filter(organization=unit).under_way().count()
    count = foundings + renewals
    if not count:
        return ""
    said = ngettext(
        "%(n)s founding or re-election is under way here.",
        "%(n)s foundings or re-elections are under way here.",
        count,
    )
    return said % {"n": count}

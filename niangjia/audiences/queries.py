"""Reading rules and audiences: the count, the first, the single check, and what the frozen list says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Window
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.audiences import compile as compiling
from niangjia.audiences import explain as explaining
from niangjia.audiences import frozen
from niangjia.audiences import words as wording
from niangjia.audiences.explain import Clause, Explanation, Found
from niangjia.audiences.frozen import Tally
from niangjia.audiences.models import Audience, AudienceEntry, Rule, RuleVersion, ZodiacRule
from niangjia.audiences.permissions import DEFINE, VIEW
from niangjia.audiences.registry import require_known
from niangjia.audiences.tree import Node, Reading, conjuncts, facts, parse, readings
from niangjia.audiences.valid import checked
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.members.indexes import bigrams, id_tail_index
from niangjia.members.models import LIVE_STATES, Member
from niangjia.org.models import Organization

TAIL = re.compile(r"\d{3}[\dXx]")


class Reason(NamedTuple):
    """Why people were left out, and how many."""

    text: str
    people: int


@dataclass(frozen=True)
class Preview:
    """What a rule would yield now: in words, how many of how many, and the first of them."""

    words: str
    considered: int
    count: int
    people: list[Member]


def considered(organization: Organization, reader: Actor | None) -> QuerySet[Member]:
    """The live members of the unit and below, as far as the reader may see them."""
    people = Member.objects.live().filter(organization_path__startswith=organization.path)
    return people if reader is None else people.visible_to(reader)


def eligible(root: Node, organization: Organization, reader: Actor | None) -> QuerySet[Member]:
    """Those who satisfy the rule. Refused where the reader may not look, or not know a fact that the rule names."""
    access.require(reader, VIEW, organization)
    require_known(reader, facts(root), organization)
    return considered(organization, reader).filter(compiling.to_q(root))


def count(rule_version: RuleVersion, organization: Organization, reader: Actor | None) -> int:
    """How many of the unit are eligible."""
    return eligible(parse(rule_version.source), organization, reader).count()


def first(
    rule_version: RuleVersion, organization: Organization, reader: Actor | None, limit: int = 100
) -> list[Member]:
    """The first of them by name."""
    return people(eligible(parse(rule_version.source), organization, reader), limit)


def preview(source: str, organization: Organization, reader: Actor | None, limit: int = 100) -> Preview:
    """The count and the first of a rule that need not be saved. Raises ``RuleRefused`` where it is not whole."""
    root = checked(source)
    found = eligible(root, organization, reader).annotate(count=Window(Count("*")))
    first = dict(found.values_list("pk", "count")[:limit])  # one pass over the facts of everybody, not two
    return Preview(
        words=wording.paragraph(conjuncts(root)),
        considered=considered(organization, reader).count(),
        count=next(iter(first.values()), 0),
        people=_listed(first),
    )


def search(reader: Actor, words: str, limit: int = 20) -> list[Member]:
    """People whom the reader may see, by a part of the name or by the last four characters of the ID number."""
    seen = Member.objects.visible_to(reader)
    words = words.strip()
    if TAIL.fullmatch(words):
        seen = seen.filter(id_tail_index=id_tail_index(words))
    elif len(words) > 1:
        seen = seen.filter(name_bigrams__contains=bigrams(words), name__icontains=words)
    else:
        seen = seen.filter(name__istartswith=words)
    return people(seen, limit) if words else []


def latest(rule: Rule) -> RuleVersion:
    """What the rule says now."""
    return rule.versions.latest("number")


def units(actor: Actor, permission: str) -> QuerySet[Organization]:
    """The open units at which ``actor`` holds ``permission``, the highest first."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))


def people(found: QuerySet[Member], limit: int) -> list[Member]:
    """Some of ``found`` with what a list shows of a person, which is looked up only for them."""
    return _listed(found.values("pk")[:limit])


def _listed(keys: Iterable[Any]) -> list[Member]:
    return list(Member.objects.filter(pk__in=keys).select_related("organization", "employer", "occupation"))


def explain(
    rule_version: RuleVersion, member: Member, reader: Actor | None, organization: Organization | None = None
) -> Explanation:
    """Whether ``member`` is eligible now, clause by clause, among the members of ``organization``."""
    return explain_rule(parse(rule_version.source), member, organization or rule_version.rule.organization, reader)


def explain_rule(root: Node, member: Member, organization: Organization, reader: Actor | None) -> Explanation:
    """The same of a rule that need not be saved."""
    access.require(reader, VIEW, organization)
    require_known(reader, facts(root), organization)
    found = read(readings(root), member)
    clauses = explaining.clauses(root, found)
    values = {reading: each.value for reading, each in found.items()}
    met = explaining.judge(root, values)
    if not is_considered(member, organization):
        clauses.insert(0, _not_considered(member, organization))
        met = False
    return Explanation(eligible=bool(met), clauses=clauses)


def is_considered(member: Member, organization: Organization) -> bool:
    return member.state in LIVE_STATES and member.organization_path.startswith(organization.path)


def _not_considered(member: Member, organization: Organization) -> Clause:
    return Clause(
        text=_("Live member of %(unit)s or a union below it") % {"unit": organization.name},
        met=False,
        found=_("%(unit)s, %(state)s") % {"unit": member.organization.name, "state": member.get_state_display()},
        source=_("Register of members"),
        dated=timezone.localdate(member.updated_at),
        remedy=_("If this is wrong, ask your union to correct it."),
    )


def read(wanted: list[Reading], member: Member) -> dict[Reading, Found]:
    """What the facts say of one person, in one query."""
    columns: dict[str, Any] = {}
    for number, reading in enumerate(wanted):
        columns[f"value_{number}"] = compiling.value(reading)
        columns[f"shown_{number}"] = compiling.shown(reading)
        columns[f"dated_{number}"] = compiling.dated(reading)
    if not columns:
        return {}
    row = Member.objects.filter(pk=member.pk).annotate(**columns).values(*columns).get()
    return {
        reading: Found(row[f"value_{n}"], row[f"shown_{n}"], row[f"dated_{n}"]) for n, reading in enumerate(wanted)
    }


def words_of(audience: Audience) -> str:
    """The rule of an audience: once frozen, in the words of that day."""
    return frozen.said_words(audience) if audience.is_frozen else words(audience.rule_version)


def words(rule_version: RuleVersion) -> str:
    """The rule as a paragraph for a public notice."""
    return wording.paragraph(conjuncts(parse(rule_version.source)))


def explain_frozen(audience: Audience, member: Member, reader: Actor | None = None) -> Explanation:
    """What the frozen list says of ``member``. A reader sees no value of a fact that the reader may not know."""
    entry = AudienceEntry.objects.filter(audience=audience, member=member).first()
    if entry is None:
        return Explanation(eligible=False, note=frozen.absence(audience, member), frozen_at=audience.frozen_at)
    clauses = frozen.clauses(audience, entry.findings, reader)
    return Explanation(eligible=entry.eligible, clauses=clauses, frozen_at=audience.frozen_at)


def reasons(audience: Audience) -> list[Reason]:
    """For how many of those left out each condition is not met or not known; one person may count several times."""
    return [Reason(each.text, each.failed + each.unknown) for each in tallies(audience)]


def tallies(audience: Audience) -> list[Tally]:
    """The same in full: not met, not known, and how many this condition alone keeps out."""
    return frozen.tallies(audience)


def year_starts() -> list[ZodiacRule]:
    """With which day the year of an animal begins and began, the latest first."""
    return list(ZodiacRule.objects.all())


def may_settle_year(actor: Actor) -> bool:
    """Whether ``actor`` writes rules for the whole house."""
    return access.can(actor, DEFINE, Organization.objects.get(parent=None))

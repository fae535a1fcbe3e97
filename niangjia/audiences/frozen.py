"""What a frozen list keeps of the rule, and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from niangjia.audiences import words
from niangjia.audiences.explain import Clause, read_by, source
from niangjia.audiences.models import Audience
from niangjia.audiences.registry import may_know
from niangjia.audiences.tree import Node, Test, conjuncts, facts_of, listed
from niangjia.core import catalogue
from niangjia.core.access import Actor
from niangjia.core.catalogue import Kind
from niangjia.members.models import Member
from niangjia.ui.formats import day

Kept = dict[str, Any]
Languages = dict[str, str]


@dataclass(frozen=True)
class Tally:
    """How one condition decided over those left out; ``alone`` are those whom it alone keeps out."""

    text: str
    failed: int
    unknown: int
    alone: int


def keep(root: Node) -> list[Kept]:
    """The clauses as a frozen audience keeps them, in each language, with what is needed to show a finding."""
    return [_kept(node, depth) for node, depth in listed(root)]


def keep_words(root: Node) -> Languages:
    """The rule as a paragraph, in each language."""
    return _in_each_language(partial(words.paragraph, conjuncts(root)))


def said_words(audience: Audience) -> str:
    return _said(audience.words)


def headings(audience: Audience) -> dict[int, str]:
    """The conditions that must hold, each in one sentence, by their number among the findings."""
    return {number: _said(kept["sentence"]) for number, kept in enumerate(audience.clauses) if not kept["depth"]}


def _kept(node: Node, depth: int) -> Kept:
    row: Kept = {"text": _in_each_language(partial(words.heading, node)), "depth": depth}
    if not depth:
        row["sentence"] = _in_each_language(partial(words.sentence, node))
    if isinstance(node, Test):
        read = read_by(node)
        row["source"] = _in_each_language(partial(source, node.subject))
        row["facts"] = [fact.name for reading in read for fact in facts_of(reading)]
        row["reads"] = [
            {
                "fact": reading.fact.name,
                "kind": Kind.TEXT if reading.fact.shown else reading.fact.kind,
                "label": _in_each_language(partial(words.label, reading)),
            }
            for reading in read
        ]
    return row


def _in_each_language(say: Callable[[], str]) -> Languages:
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = say()
    return said


def _said(texts: Languages) -> str:
    return texts.get(get_language() or "") or texts[settings.LANGUAGES[0][0]]


def clauses(audience: Audience, findings: list[dict[str, Any]], reader: Actor | None) -> list[Clause]:
    """One person's findings under the clauses that the audience keeps."""
    return [_clause(audience, kept, finding, reader) for kept, finding in zip(audience.clauses, findings, strict=True)]


def _clause(audience: Audience, kept: Kept, finding: dict[str, Any], reader: Actor | None) -> Clause:
    text, met = _said(kept["text"]), finding["met"]
    if "reads" not in kept:
        return Clause(text, met, depth=kept["depth"])
    return Clause(
        text,
        met,
        found=_found(kept, finding) if _may_see(audience, kept, reader) else _("not shown to your role"),
        source=_said(kept["source"]),
        dated=date.fromisoformat(finding["dated"]) if finding["dated"] else None,
        remedy=_remedy(kept, met),
        depth=kept["depth"],
    )


def _may_see(audience: Audience, kept: Kept, reader: Actor | None) -> bool:
    known = catalogue.registered()
    return all(name not in known or may_know(reader, known[name], audience.organization) for name in kept["facts"])


def _found(kept: Kept, finding: dict[str, Any]) -> str:
    known = catalogue.registered()
    shown: list[str] = []
    for read, value in zip(kept["reads"], finding["found"], strict=True):
        fact = known.get(read["fact"])
        text = words.in_words(read["kind"], value, fact.choices if fact else None)
        shown.append(_("%(label)s: %(value)s") % {"label": _said(read["label"]), "value": text} if shown else text)
    return _("; ").join(shown)


def _remedy(kept: Kept, met: bool | None) -> str:
    if met:
        return ""
    if met is None:
        label = _said(kept["reads"][0]["label"])
        return _("Unknown when the list was frozen: ask your union to complete “%(label)s”.") % {"label": label}
    return _("If this was wrong on that day, ask your union to correct it.")


def absence(audience: Audience, member: Member) -> str:
    """Why somebody is not in the list at all."""
    if audience.frozen_at is None:
        return _("The list has not been frozen yet.")
    frozen = {"day": day(timezone.localtime(audience.frozen_at)), "unit": audience.organization.name}
    known = member.memberships.filter(
        organization_path__startswith=audience.organization_path, recorded_at__lte=audience.frozen_at
    )
    if not known.exists() and member.organization_path.startswith(audience.organization_path):
        return _("Not in the list: joined after the list was frozen on %(day)s.") % frozen
    return _("Not in the list: was no live member of %(unit)s when the list was frozen on %(day)s.") % frozen


def tallies(audience: Audience) -> list[Tally]:
    """For each condition that must hold, how many it keeps out, in one query."""
    top = headings(audience)
    met = {number: Q(**{f"findings__{number}__met": True}) for number in top}
    columns: dict[str, Any] = {"all": Count("*")}
    for number in top:
        others = [each for other, each in met.items() if other != number]
        columns[f"met_{number}"] = Count("member_id", filter=met[number])
        columns[f"unknown_{number}"] = Count("member_id", filter=Q(**{f"findings__{number}__met": None}))
        columns[f"others_{number}"] = Count("member_id", filter=Q(*others))
    row = audience.entries.filter(eligible=False).aggregate(**columns)
    return [
        Tally(
            text=text,
            failed=row["all"] - row[f"met_{number}"] - row[f"unknown_{number}"],
            unknown=row[f"unknown_{number}"],
            alone=row[f"others_{number}"],
        )
        for number, text in top.items()
    ]

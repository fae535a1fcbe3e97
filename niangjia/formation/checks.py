"""Where a case leaves the rules: warnings that are shown and written down, and never block."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from niangjia.formation import rules
from niangjia.formation.days import months_later
from niangjia.formation.models import (
    BODIES,
    Body,
    Candidate,
    Election,
    Founding,
    Outcome,
    PostKind,
    Postponement,
    RuleName,
    Side,
    VoteBasis,
)
from niangjia.formation.rules import Book, RuleUnknown
from niangjia.org.models import Kind


@dataclass(frozen=True)
class Doubt:
    """One sentence about what differs from a rule, and which rule."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Held:
    """An election with what is asked about it: its candidates, the rules of its day, the rule of its term."""

    election: Election
    candidates: list[Candidate]
    book: Book
    term_rule: RuleName

    def of(self, body: Body) -> list[Candidate]:
        return [one for one in self.candidates if BODIES[PostKind(one.post)] == body]


def of_election(election: Election) -> list[Doubt]:
    """Everything about a meeting and its election that differs from the rules of its day."""
    case = election.case
    kind = (case.kind, case.level) if isinstance(case, Founding) else (case.organization.kind, case.organization.level)
    held = Held(
        election=election,
        candidates=list(election.candidates.all()),
        book=rules.book(election.held_on),
        term_rule=rules.term_rule_of(*kind),
    )
    return [doubt for check in ELECTION_CHECKS for doubt in _tried(check, held)]


def _tried(check: Callable[[Held], Iterator[Doubt]], held: Held) -> Iterator[Doubt]:
    try:
        yield from check(held)
    except RuleUnknown as unknown:
        yield Doubt(str(unknown.message))


def _attendance(held: Held) -> Iterator[Doubt]:
    rule, election = held.book.value(RuleName.ATTENDANCE), held.election
    if election.attending * rule.per < election.due * rule.least:
        told = {"attending": election.attending, "due": election.due, "share": rules.said(rule)}
        yield Doubt(_("%(attending)s of %(due)s attended, fewer than %(share)s.") % told, rule.source)


def _votes(held: Held) -> Iterator[Doubt]:
    rule, election = held.book.value(RuleName.VOTES), held.election
    base = election.due if election.basis == VoteBasis.DUE else election.attending
    few = [one.name for one in held.candidates if one.elected and one.votes * rule.per <= base * rule.least]
    if few:
        told = {"names": "、".join(few), "share": rules.said(rule), "basis": election.get_basis_display()}
        yield Doubt(_("Elected with no more than %(share)s of %(basis)s: %(names)s.") % told, rule.source)


def _contest(held: Held) -> Iterator[Doubt]:
    rule, seats = held.book.value(RuleName.CONTEST), held.election.seats_committee
    stood = len({one.name for one in held.of(Body.COMMITTEE)})
    if (stood - seats) * rule.per < seats * rule.least:
        told = {"stood": stood, "seats": seats, "share": rules.said(rule)}
        yield Doubt(
            _("%(stood)s candidates for %(seats)s seats of the committee; there should be %(share)s more.") % told,
            rule.source,
        )


def _committee(held: Held) -> Iterator[Doubt]:
    rule = held.book.value(RuleName.COMMITTEE_SIZE, held.election.members)
    if not rule.allows(held.election.seats_committee):
        told = {"seats": held.election.seats_committee, "members": held.election.members, "range": rules.said(rule)}
        yield Doubt(_("A committee of %(seats)s for %(members)s members; usual are %(range)s.") % told, rule.source)


def _delegates(held: Held) -> Iterator[Doubt]:
    election = held.election
    rule = held.book.value(RuleName.DELEGATES, election.members)
    told = {"due": election.due, "members": election.members, "range": rules.said(rule)}
    if election.by_delegates and not rule.most:
        said = _("With %(members)s members a meeting of all of them elects, not delegates.")
        yield Doubt(said % told, rule.source)
    elif election.by_delegates and not rule.allows(election.due):
        said = _("%(due)s delegates for %(members)s members; usual are %(range)s.")
        yield Doubt(said % told, rule.source)


def _women(held: Held) -> Iterator[Doubt]:
    rule = held.book.value(RuleName.WOMEN)
    if held.election.women >= rule.least and not any(one.elected for one in held.of(Body.WOMEN)):
        told = {"women": held.election.women}
        yield Doubt(_("There are %(women)s women among the members, and no women's committee.") % told, rule.source)


def _years(held: Held) -> Iterator[Doubt]:
    rule = held.book.value(held.term_rule)
    if held.election.years not in {rule.least, rule.most or rule.least}:
        told = {"years": held.election.years, "range": rules.said(rule)}
        yield Doubt(_("A term of %(years)s years; the rule says %(range)s.") % told, rule.source)


def _audit(held: Held) -> Iterator[Doubt]:
    if not any(one.elected for one in held.of(Body.AUDIT)):
        yield Doubt(_("No audit committee was elected; a union with accounts of its own needs one."))


def _ballot(held: Held) -> Iterator[Doubt]:
    if not held.election.secret:
        yield Doubt(_("The ballot was not secret."))
    if not held.election.no_relatives:
        yield Doubt(
            _("It is not declared that no near relative of the employer's head stood for the committee."),
            _("Trade Union Law, article 10"),
        )


def _posts(held: Held) -> Iterator[Doubt]:
    elected = Counter(one.post for one in held.candidates if one.elected)
    if not elected[PostKind.CHAIR]:
        yield Doubt(_("No chair was elected."))


ELECTION_CHECKS = (_attendance, _votes, _contest, _committee, _delegates, _posts, _women, _audit, _years, _ballot)


def of_founding(founding: Founding) -> list[Doubt]:
    """What an application lacks, or says twice."""
    doubts = []
    sides = {talk.side for talk in founding.talks.all() if talk.outcome != Outcome.DECLINES}
    missing = [str(side.label) for side in Side if side not in sides]
    if missing:
        doubts.append(Doubt(_("No talk with this side has gone well yet: %(sides)s.") % {"sides": "、".join(missing)}))
    count = len(founding.employers)
    if founding.kind == Kind.JOINT and count < 2:
        doubts.append(Doubt(_("A joint union covers at least two employers."), _("Trade Union Law, article 11")))
    if founding.kind == Kind.SINGLE and count != 1:
        told = _("A union of one employer names exactly one; here are %(n)s.") % {"n": count}
        doubts.append(Doubt(told))
    if not founding.willing:
        doubts.append(Doubt(_("Nobody is said to be willing to join.")))
    return doubts


def of_postponement(postponement: Postponement, on: date) -> list[Doubt]:
    """Whether a re-election is put off longer than the rule of that day says."""
    try:
        rule = rules.value(RuleName.POSTPONE_MONTHS, on=on)
    except RuleUnknown as unknown:
        return [Doubt(str(unknown.message))]
    latest = months_later(postponement.term.until, rule.most or 0)
    if postponement.until <= latest:
        return []
    return [Doubt(_("More than %(n)s months after the end of the term.") % {"n": rule.most}, rule.source)]

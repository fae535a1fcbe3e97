"""The papers of founding and re-election: what each says, in words that a union may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core.errors import Text
from niangjia.formation.models import Case, Election, Founding, Postponement, Term
from niangjia.org.models import Organization
from niangjia.papers import queries as papers
from niangjia.papers.documents import Block, Document, Paragraph, Sheet
from niangjia.papers.kinds import Kind, Wording
from niangjia.ui import formats

APPLICATION, APPROVAL, REFUSAL = "formation.application", "formation.approval", "formation.refusal"
RESULT, CONFIRMATION, RETURN = "formation.result", "formation.confirmation", "formation.return"
REGISTRATION = "formation.registration"
RENEWAL, RENEWAL_APPROVAL = "formation.renewal", "formation.renewal_approval"
POSTPONEMENT, POSTPONEMENT_GRANTED = "formation.postponement", "formation.postponement_granted"
DEADLINE = "formation.deadline"

# Papers with people's names in them lie encrypted, and each reading of them is history.
SEALED = frozenset({APPLICATION, RESULT, CONFIRMATION})

NAMED = {
    "union": gettext_lazy("the union that the case is about"),
    "above": gettext_lazy("the union above, which decides"),
}
TERM = {
    "until": gettext_lazy("day on which the term ends"),
    "due": gettext_lazy("day by which the re-election is due"),
}
HELD = {
    "held": gettext_lazy("day of the election"),
    "meeting": gettext_lazy("members' meeting or congress"),
    "due": gettext_lazy("how many were due to attend"),
    "attending": gettext_lazy("how many attended"),
    "years": gettext_lazy("years of the term"),
}
PROPOSED = {
    "kind": gettext_lazy("kind of union"),
    "employers": gettext_lazy("names of the employers"),
    "workers": gettext_lazy("number of workers"),
    "women": gettext_lazy("number of women among them"),
    "willing": gettext_lazy("how many are willing to join"),
}
GROUP = gettext_lazy("Preparatory group of {union}")
PLEASE = gettext_lazy("Please decide on this.")
ANSWERED = gettext_lazy("This is our answer.")

REASONED = {
    "subject": gettext_lazy("what was asked for"),
    "asker": gettext_lazy("who asked for it"),
    "reason": gettext_lazy("the reasons"),
}
REFUSED = Wording(
    title=gettext_lazy("Answer to the request on {subject}"),
    letterhead="{above}",
    addressee="{asker}",
    opening=gettext_lazy(
        "We have received what you filed on {subject}. For the time being we do not agree, for these reasons:"
        " {reason}\nPlease mend this and file it again."
    ),
    closing=ANSWERED,
    signatory="{above}",
)

KINDS = (
    Kind(
        APPLICATION,
        gettext_lazy("Application to found a union"),
        Wording(
            title=gettext_lazy("Request to found {union}"),
            addressee="{above}",
            opening=gettext_lazy(
                "In accordance with the Trade Union Law and after talks with both sides, it is intended to found"
                " {union} ({kind}). Employers concerned: {employers}. There are {workers} workers, {women} of them"
                " women; {willing} are willing to join."
            ),
            closing=PLEASE,
            signatory=GROUP,
        ),
        NAMED | PROPOSED,
    ),
    Kind(
        APPROVAL,
        gettext_lazy("Approval to found a union"),
        Wording(
            title=gettext_lazy("Approval to found {union}"),
            letterhead="{above}",
            addressee=GROUP,
            opening=gettext_lazy(
                "We have received your request of {applied} to found {union}. We agree that {union} be founded.\n"
                "Please admit members, name candidates for the committee, hold the members' meeting or congress and"
                " report the result of the election to us for approval."
            ),
            closing=ANSWERED,
            signatory="{above}",
        ),
        NAMED | {"applied": gettext_lazy("day of the application")},
    ),
    Kind(REFUSAL, gettext_lazy("Refusal by the union above"), REFUSED, NAMED | REASONED),
    Kind(RETURN, gettext_lazy("Election not approved"), REFUSED, NAMED | REASONED),
    Kind(
        RESULT,
        gettext_lazy("Report of an election"),
        Wording(
            title=gettext_lazy("Report on the election in {union}"),
            addressee="{above}",
            opening=gettext_lazy(
                "On {held} the {meeting} of {union} was held. {due} were due to attend, {attending} attended. Officers"
                " were elected for a term of {years} years, with the result that follows."
            ),
            closing=gettext_lazy("Please approve this result."),
            signatory="{union}",
        ),
        NAMED | HELD,
    ),
    Kind(
        CONFIRMATION,
        gettext_lazy("Approval of an election"),
        Wording(
            title=gettext_lazy("Approval of the election in {union}"),
            letterhead="{above}",
            addressee="{union}",
            opening=gettext_lazy(
                "We have received your report on the election of {held}. We approve its result. The term of office is"
                " {years} years, from {starts} on; it ends on {until}."
            ),
            closing=ANSWERED,
            signatory="{above}",
        ),
        NAMED
        | {
            "held": HELD["held"],
            "years": HELD["years"],
            "starts": gettext_lazy("first day of the term"),
            "until": TERM["until"],
        },
    ),
    Kind(
        REGISTRATION,
        gettext_lazy("Notice of registration as a legal person"),
        Wording(
            title=gettext_lazy("Notice that {union} is registered as a legal person"),
            letterhead="{above}",
            addressee="{union}",
            opening=gettext_lazy(
                "{union} meets the conditions of a legal person and has been registered as one. Unified social"
                " credit code: {credit_code}; day of the certificate: {certificate}."
            ),
            closing=gettext_lazy("For your information."),
            signatory="{above}",
        ),
        NAMED
        | {
            "credit_code": gettext_lazy("unified social credit code"),
            "certificate": gettext_lazy("day of the certificate"),
        },
    ),
    Kind(
        RENEWAL,
        gettext_lazy("Request for re-election"),
        Wording(
            title=gettext_lazy("Request for the re-election in {union}"),
            addressee="{above}",
            opening=gettext_lazy(
                "The term of the present committee of {union} ends on {until}. It is intended to hold the re-election"
                " on {planned}. {note}"
            ),
            closing=PLEASE,
            signatory="{union}",
        ),
        NAMED
        | TERM
        | {"planned": gettext_lazy("intended day of the election"), "note": gettext_lazy("further explanation")},
    ),
    Kind(
        RENEWAL_APPROVAL,
        gettext_lazy("Approval of a re-election"),
        Wording(
            title=gettext_lazy("Approval of the re-election in {union}"),
            letterhead="{above}",
            addressee="{union}",
            opening=gettext_lazy(
                "We have received your request of {applied} for re-election. We agree that it be held on"
                " {planned}.\nPlease name the candidates in good time and report the result to us for approval."
            ),
            closing=ANSWERED,
            signatory="{above}",
        ),
        NAMED
        | {"applied": gettext_lazy("day of the application"), "planned": gettext_lazy("intended day of the election")},
    ),
    Kind(
        POSTPONEMENT,
        gettext_lazy("Request to postpone a re-election"),
        Wording(
            title=gettext_lazy("Request to postpone the re-election in {union}"),
            addressee="{above}",
            opening=gettext_lazy(
                "The term of the present committee of {union} ends on {until}. We ask to postpone the re-election"
                " until {postponed}. Reason: {reason}"
            ),
            closing=PLEASE,
            signatory="{union}",
        ),
        NAMED
        | {
            "until": TERM["until"],
            "postponed": gettext_lazy("day until which it is postponed"),
            "reason": gettext_lazy("the reasons"),
        },
    ),
    Kind(
        POSTPONEMENT_GRANTED,
        gettext_lazy("Approval of a postponement"),
        Wording(
            title=gettext_lazy("Approval to postpone the re-election in {union}"),
            letterhead="{above}",
            addressee="{union}",
            opening=gettext_lazy(
                "We have received your request to postpone the re-election. We agree that it be held by {postponed}."
                " Please prepare it in good time."
            ),
            closing=ANSWERED,
            signatory="{above}",
        ),
        NAMED | {"postponed": gettext_lazy("day until which it is postponed")},
    ),
    Kind(
        DEADLINE,
        gettext_lazy("Notice of a deadline for re-election"),
        Wording(
            title=gettext_lazy("Notice to hold the re-election in {union} by a set day"),
            letterhead="{above}",
            addressee="{union}",
            opening=gettext_lazy(
                "The re-election of your committee was due on {due}; its term ended on {until}. Please hold the"
                " re-election by {deadline} and report the result to us."
            ),
            closing=gettext_lazy("We hereby notify you of this."),
            signatory="{above}",
        ),
        NAMED | TERM | {"deadline": gettext_lazy("the day that is set")},
    ),
)


@dataclass(frozen=True)
class Draft:
    """A paper before its number and day: whose case it belongs to, and what fills its words."""

    kind: str
    home: Organization
    values: Mapping[str, object]
    blocks: tuple[Block, ...] = ()

    def document(self, on: date, number: str = "") -> Document:
        words = papers.wording(self.kind, self.home).filled(self.values)
        texts = [*_paragraphs(words.opening), *self.blocks, *_paragraphs(words.closing)]
        return Document(
            title=str(words.title),
            blocks=texts,
            letterhead=str(words.letterhead),
            addressee=str(words.addressee),
            signatory=str(words.signatory),
            day=formats.short_day(on),
            number=number,
        )


def _paragraphs(text: Text) -> list[Block]:
    return [Paragraph(part.strip()) for part in str(text).split("\n") if part.strip()]


def named(case: "Case | Term | Postponement") -> dict[str, object]:
    """Who the paper is about and who decides."""
    if isinstance(case, Founding):
        return {"union": case.name, "above": case.organization.name}
    unit = case.organization
    return {"union": unit.name, "above": (unit.parent or unit).name}


def asker(case: "Case | Postponement") -> str:
    """Who has asked: a union, or before there is one its preparatory group."""
    told = named(case)
    before = isinstance(case, Founding) and case.unit_id is None and not hasattr(case, "election")
    return str(GROUP).format(**told) if before else str(told["union"])


def sentence(text: str) -> str:
    """What somebody has typed, with the full stop that a paper wants; in Chinese the full-width one."""
    return text if not text or text[-1] in ".!?。！？；" else text + _(".")


def application(founding: Founding) -> Draft:
    values = named(founding) | {
        "kind": founding.get_kind_display(),
        "employers": "、".join(founding.employers) or formats.EMPTY,
        "workers": f"{founding.workers:,}",
        "women": f"{founding.women:,}",
        "willing": f"{founding.willing:,}",
    }
    rows = [
        (formats.short_day(talk.on), talk.get_side_display(), talk.who, talk.get_outcome_display())
        for talk in founding.talks.all()
    ]
    columns = (_("Day"), _("Side"), _("Talked to"), _("What came of it"))
    blocks = (
        (Sheet(columns=columns, rows=rows, caption=_("Talks with both sides"), widths=(4, 3, 5, 3)),) if rows else ()
    )
    return Draft(APPLICATION, founding.organization, values, blocks)


def elected(election: Election, *, all_of_them: bool) -> tuple[Block, ...]:
    """The candidates with their votes, or only who was elected."""
    found = [one for one in election.candidates.all() if all_of_them or one.elected]
    if not all_of_them:
        rows = [(one.get_post_display(), one.name) for one in found]
        return (Sheet(columns=(_("Post"), _("Full name")), rows=rows, widths=(1, 1)),)
    rows4 = [
        (one.get_post_display(), one.name, f"{one.votes:,}", _("elected") if one.elected else _("not elected"))
        for one in found
    ]
    columns = (_("Post"), _("Full name"), _("Votes"), _("Result"))
    return (Sheet(columns=columns, rows=rows4, widths=(4, 4, 2, 2), ends=(2,)),)

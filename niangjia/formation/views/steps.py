"""A case as a list of steps, done, due now and still to come, each with what can be done in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.forms import Form
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import Text
from niangjia.formation import checks, forms, papers, services
from niangjia.formation.checks import Doubt
from niangjia.formation.models import CaseStatus, Founding, Renewal
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.org.permissions import MANAGE as MANAGE_UNITS
from niangjia.papers.models import Paper

AnyCase = Any  # a Founding or a Renewal; each step takes the one of its own page


@dataclass(frozen=True)
class Act:
    """Something that can be done with a case in some of its states, by whom, with which form."""

    slug: str
    verb: Text
    states: frozenset[CaseStatus]
    run: Callable[[AnyCase, Any, Actor, date], object]
    done: Text
    form: type[Form] = forms.Step
    by_above: bool = False
    also: str = ""  # a further permission that it needs
    folded: Text = ""  # what to press to see it, where it is not the usual way
    button: str = "main"

    def open_to(self, case: AnyCase, actor: Actor) -> bool:
        where = case.above if self.by_above else case.organization_path
        held = access.can(actor, APPROVE if self.by_above else MANAGE, where)
        return held and (not self.also or access.can(actor, self.also, case.above)) and case.status in self.states


@dataclass(frozen=True)
class Step:
    """One step: its name, what is shown of it, its papers, what can be done."""

    title: Text
    template: str
    acts: Sequence[str] = ()
    papers: Sequence[str] = ()


def _states(*states: CaseStatus) -> frozenset[CaseStatus]:
    return frozenset(states)


DRAFTED = _states(CaseStatus.TALKS, CaseStatus.REFUSED)
TO_ELECT = _states(CaseStatus.APPROVED, CaseStatus.RETURNED)

SHARED = (
    Act(
        "approve",
        _("Approve the application"),
        _states(CaseStatus.APPLIED),
        lambda case, form, actor, on: services.approve_case(case, on=on, actor=actor, **form.cleaned_data),
        _("The application is approved; the paper is on file."),
        forms.NumberedForm,
        by_above=True,
    ),
    Act(
        "refuse",
        _("Refuse the application"),
        _states(CaseStatus.APPLIED),
        lambda case, form, actor, on: services.refuse_case(case, on=on, actor=actor, **form.cleaned_data),
        _("The application is refused; the paper with the reasons is on file."),
        forms.RefusalForm,
        by_above=True,
        folded=_("Refuse it, with reasons"),
        button="quiet",
    ),
    Act(
        "elect",
        _("Write the election down"),
        TO_ELECT,
        lambda case, form, actor, on: services.record_election(case, plan=form.plan(), on=on, actor=actor),
        _("The election is written down."),
        forms.ElectionForm,
    ),
    Act(
        "elect-again",
        _("Write the election down again"),
        _states(CaseStatus.ELECTED),
        lambda case, form, actor, on: services.record_election(case, plan=form.plan(), on=on, actor=actor),
        _("The election is written down again."),
        forms.ElectionForm,
        folded=_("Correct what is written down"),
        button="quiet",
    ),
    Act(
        "report",
        _("Report the result"),
        _states(CaseStatus.ELECTED),
        lambda case, form, actor, on: services.report_result(case, on=on, actor=actor),
        _("The result is reported; the paper is on file."),
    ),
    Act(
        "return",
        _("Do not approve the result"),
        _states(CaseStatus.REPORTED),
        lambda case, form, actor, on: services.return_result(case, on=on, actor=actor, **form.cleaned_data),
        _("The result is not approved; the paper with the reasons is on file."),
        forms.RefusalForm,
        by_above=True,
        folded=_("Do not approve it, with reasons"),
        button="quiet",
    ),
    Act(
        "abandon",
        _("Give the case up"),
        DRAFTED | TO_ELECT | _states(CaseStatus.APPLIED),
        lambda case, form, actor, on: services.abandon_case(case, actor=actor, **form.cleaned_data),
        _("The case is given up."),
        forms.ReasonForm,
    ),
)
FOUNDING_ACTS = {
    act.slug: act
    for act in (
        *SHARED,
        Act(
            "talk",
            _("Write the talk down"),
            DRAFTED,
            lambda case, form, actor, on: services.add_talk(case, actor=actor, **form.cleaned_data),
            _("The talk is written down."),
            forms.TalkForm,
            button="quiet",
        ),
        Act(
            "apply",
            _("File the application"),
            DRAFTED,
            lambda case, form, actor, on: services.apply_founding(case, on=on, actor=actor),
            _("The application is filed; the paper is on file."),
        ),
        Act(
            "confirm",
            _("Approve the result and enter the union"),
            _states(CaseStatus.REPORTED),
            lambda case, form, actor, on: services.confirm_founding(case, on=on, actor=actor, **form.cleaned_data),
            _("The result is approved; the union hangs in the tree."),
            forms.NumberedForm,
            by_above=True,
            also=MANAGE_UNITS,
        ),
        Act(
            "register",
            _("Write the registration down"),
            _states(CaseStatus.CONFIRMED),
            lambda case, form, actor, on: services.register_legal_person(
                case, on=on, actor=actor, **form.cleaned_data
            ),
            _("The union is registered as a legal person; the paper is on file."),
            forms.RegistrationForm,
        ),
    )
}
RENEWAL_ACTS = {
    act.slug: act
    for act in (
        *SHARED,
        Act(
            "apply",
            _("File the request again"),
            _states(CaseStatus.REFUSED),
            lambda case, form, actor, on: services.refile_renewal(case, on=on, actor=actor, **form.cleaned_data),
            _("The request is filed; the paper is on file."),
            forms.RenewalForm,
        ),
        Act(
            "confirm",
            _("Approve the result"),
            _states(CaseStatus.REPORTED),
            lambda case, form, actor, on: services.confirm_renewal(case, on=on, actor=actor, **form.cleaned_data),
            _("The result is approved; the new term runs."),
            forms.NumberedForm,
            by_above=True,
        ),
    )
}

DECIDED = Step(
    pgettext_lazy("step", "Decision of the union above"),
    "formation/step_decision.html",
    ("approve", "refuse"),
    (papers.APPROVAL, papers.RENEWAL_APPROVAL, papers.REFUSAL),
)
ELECTED = Step(
    pgettext_lazy("step", "Members' meeting and election"), "formation/step_election.html", ("elect", "elect-again")
)
REPORTED = Step(
    pgettext_lazy("step", "Report of the result"), "formation/step_report.html", ("report",), (papers.RESULT,)
)
CONFIRMED = Step(
    pgettext_lazy("step", "Approval of the result"),
    "formation/step_result.html",
    ("confirm", "return"),
    (papers.RETURN, papers.CONFIRMATION),
)
FOUNDING_STEPS = (
    Step(pgettext_lazy("step", "Talks with both sides"), "formation/step_talks.html", ("talk",)),
    Step(
        pgettext_lazy("step", "Application"),
        "formation/step_proposal.html",
        ("apply",),
        (papers.APPLICATION,),
    ),
    DECIDED,
    ELECTED,
    REPORTED,
    CONFIRMED,
    Step(
        pgettext_lazy("step", "Registration as a legal person"),
        "formation/step_registration.html",
        ("register",),
        (papers.REGISTRATION,),
    ),
)
RENEWAL_STEPS = (
    Step(pgettext_lazy("step", "Request"), "formation/step_request.html", ("apply",), (papers.RENEWAL,)),
    DECIDED,
    ELECTED,
    REPORTED,
    CONFIRMED,
)

# How many steps are done in each state, and how many are due at once.
DONE: dict[CaseStatus, int] = {
    CaseStatus.TALKS: 0,
    CaseStatus.REFUSED: 1,
    CaseStatus.APPLIED: 2,
    CaseStatus.APPROVED: 3,
    CaseStatus.RETURNED: 3,
    CaseStatus.ELECTED: 4,
    CaseStatus.REPORTED: 5,
    CaseStatus.CONFIRMED: 6,
    CaseStatus.REGISTERED: 7,
}


@dataclass
class Offered:
    """An act with its form, bound where it was just sent."""

    act: Act
    form: Any


@dataclass
class Shown:
    """A step as the page shows it."""

    number: int
    step: Step
    state: str  # done, now, later
    papers: list[Paper] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def shows(self) -> bool:
        """Whether there is more to a step than its name."""
        return self.state != "later" or bool(self.papers or self.doubts or self.offers)

    @property
    def kind(self) -> str:
        return {"done": "done", "now": "active", "later": "draft"}[self.state]

    @property
    def word(self) -> Text:
        return {
            "done": pgettext_lazy("step", "done"),
            "now": pgettext_lazy("step", "due now"),
            "later": pgettext_lazy("step", "later"),
        }[self.state]


def acts_of(case: Founding | Renewal) -> dict[str, Act]:
    return FOUNDING_ACTS if isinstance(case, Founding) else RENEWAL_ACTS


def steps_of(case: Founding | Renewal) -> tuple[Step, ...]:
    return FOUNDING_STEPS if isinstance(case, Founding) else RENEWAL_STEPS


def shown(case: Founding | Renewal, filed: list[Paper], offers: dict[str, Offered]) -> list[Shown]:
    """Every step in order, with its papers, its warnings and what the reader may do now."""
    steps = steps_of(case)
    done = _done(case, len(steps))
    found = []
    for number, step in enumerate(steps, start=1):
        state = "done" if number <= done else "now" if number == done + 1 else "later"
        if case.status == CaseStatus.ABANDONED and state == "now":
            state = "later"
        offered = [offers[slug] for slug in step.acts if slug in offers]
        if state == "later" and offered:
            state = "now"
        own = [paper for paper in filed if paper.kind in step.papers]
        found.append(Shown(number, step, state, own, offered))
    _doubt(case, found)
    return found


def _done(case: Founding | Renewal, steps: int) -> int:
    """A re-election has no talks, so that each of its steps stands one earlier."""
    if case.status == CaseStatus.ABANDONED:
        return 0 if case.applied_on is None else 1
    return min(steps, DONE[CaseStatus(case.status)] - (0 if isinstance(case, Founding) else 1))


def _doubt(case: Founding | Renewal, found: list[Shown]) -> None:
    """Warnings stand where they arise: at the application, and at the election."""
    for one in found:
        if one.step.template == "formation/step_proposal.html" and isinstance(case, Founding):
            one.doubts = checks.of_founding(case)
        if one.step is ELECTED and hasattr(case, "election"):
            one.doubts = checks.of_election(case.election)

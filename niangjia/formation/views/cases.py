"""The page of a case: what was done, what is due now and by whom, what comes later."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.formation import queries, rules, services
from niangjia.formation.forms import ElectionForm, NewFoundingForm, ProposalForm, RenewalForm, lines_said, offer_number
from niangjia.formation.models import CaseStatus, Founding, Renewal
from niangjia.formation.permissions import MANAGE
from niangjia.formation.rules import RuleUnknown
from niangjia.formation.views import steps
from niangjia.formation.views.steps import Act, Offered
from niangjia.identity.http import UserRequest
from niangjia.papers.permissions import CHANGE as NUMBER_PAPERS
from niangjia.ui import pages

STATE_BADGES = {
    CaseStatus.TALKS: "draft",
    CaseStatus.APPLIED: "waiting",
    CaseStatus.REFUSED: "refused",
    CaseStatus.APPROVED: "active",
    CaseStatus.ELECTED: "active",
    CaseStatus.REPORTED: "waiting",
    CaseStatus.RETURNED: "refused",
    CaseStatus.CONFIRMED: "done",
    CaseStatus.REGISTERED: "done",
    CaseStatus.ABANDONED: "closed",
}


def _founding(request: UserRequest, pk: UUID) -> Founding:
    rows = Founding.objects.visible_to(request.user).select_related("organization", "unit", "election")
    found: Founding = get_object_or_404(rows.prefetch_related("talks", "election__candidates"), pk=pk)
    return found


def _renewal(request: UserRequest, pk: UUID) -> Renewal:
    rows = Renewal.objects.visible_to(request.user).select_related("organization__parent", "term", "election")
    found: Renewal = get_object_or_404(rows.prefetch_related("election__candidates"), pk=pk)
    return found


@login_required
def founding(request: UserRequest, pk: UUID) -> HttpResponse:
    return _page(request, _founding(request, pk))


@login_required
def renewal(request: UserRequest, pk: UUID) -> HttpResponse:
    return _page(request, _renewal(request, pk))


@login_required
def founding_act(request: UserRequest, pk: UUID, act: str) -> HttpResponse:
    return _act(request, _founding(request, pk), act)


@login_required
def renewal_act(request: UserRequest, pk: UUID, act: str) -> HttpResponse:
    return _act(request, _renewal(request, pk), act)


def _act(request: UserRequest, case: Founding | Renewal, slug: str) -> HttpResponse:
    """Take one step; an address of a step that is only read shows the page of the case."""
    act = steps.acts_of(case).get(slug)
    if act is None:
        raise Http404
    bound = _form(request, act, case, request.POST if request.method == "POST" else None)
    if request.method == "POST" and "more" in request.POST and isinstance(bound, ElectionForm):
        return _page(request, case, Offered(act, bound.more()))
    if request.method == "POST" and bound.is_valid():
        try:
            act.run(case, bound, request.user, timezone.localdate())
        except InvalidInput as no:
            pages.refuse(bound, no)
        else:
            messages.success(request, str(act.done))
            return redirect(_address(case))
    if slug == "abandon":
        return _abandon(request, case, act, bound)
    return _page(request, case, Offered(act, bound), status=422 if bound.is_bound else 200)


def _abandon(request: UserRequest, case: Founding | Renewal, act: Act, form: Any) -> HttpResponse:
    access.require(request.user, MANAGE, case.organization_path)
    return pages.confirm(
        request,
        heading=_("Give up the case of %(union)s?") % {"union": case},
        verb=str(act.verb),
        back=_address(case),
        consequences=[_("It cannot be taken up again; a new one can be begun."), _("What was done stays on file.")],
        form=form,
    )


def _form(request: UserRequest, act: Act, case: Founding | Renewal, data: Any = None) -> Any:
    form = act.form(data, prefix=act.slug, initial=_initial(act, case))
    offer_number(form, may=access.can(request.user, NUMBER_PAPERS, case.organization_path))
    return form


def _initial(act: Act, case: Founding | Renewal) -> dict[str, Any]:
    """What is known already need not be typed."""
    if act.form is ElectionForm:
        known = ElectionForm.shown(getattr(case, "election", None))
        return known or {"years": _years(case), **_numbers(case), "held_on": timezone.localdate()}
    if act.form is RenewalForm and isinstance(case, Renewal):
        return {"planned_on": case.planned_on, "note": case.note}
    return {"on": timezone.localdate()}


def _numbers(case: Founding | Renewal) -> dict[str, Any]:
    return {"members": case.willing, "due": case.willing, "women": case.women} if isinstance(case, Founding) else {}


def _years(case: Founding | Renewal) -> int | None:
    unit = case if isinstance(case, Founding) else case.organization
    try:
        rule = rules.value(rules.term_rule_of(unit.kind, unit.level), on=timezone.localdate())
    except RuleUnknown:
        return None
    return rule.least


def _page(
    request: UserRequest, case: Founding | Renewal, sent: Offered | None = None, *, status: int = 200
) -> HttpResponse:
    offers = {
        slug: Offered(act, _form(request, act, case))
        for slug, act in steps.acts_of(case).items()
        if act.open_to(case, request.user)
    }
    if sent and sent.act.slug in offers:
        offers[sent.act.slug] = sent
    step = queries.next_step(case)
    context = {
        "case": case,
        "name": case.name if isinstance(case, Founding) else case.organization.name,
        "made": case.unit if isinstance(case, Founding) else case.organization,
        "founding": case if isinstance(case, Founding) else None,
        "badge": STATE_BADGES[CaseStatus(case.status)],
        "steps": steps.shown(case, queries.papers_about(case), offers),
        "next": step,
        "next_by": queries.next_by(case),
        "sent": sent.act.slug if sent else "",
        "said": _said(sent),
        "may_abandon": "abandon" in offers,
        "may_change": isinstance(case, Founding) and "apply" in offers,
        "act_url": "formation:founding-act" if isinstance(case, Founding) else "formation:renewal-act",
        "list_url": reverse("formation:founding-list" if isinstance(case, Founding) else "formation:renewal-list"),
    }
    return render(request, "formation/case.html", context, status=status)


def _said(sent: Offered | None) -> list[str]:
    """What is wrong with the lines of candidates, for the summary."""
    bound = sent is not None and isinstance(sent.form, ElectionForm) and sent.form.is_bound
    return lines_said(sent.form.candidates) if sent and bound else []


def _address(case: Founding | Renewal) -> str:
    return reverse("formation:founding" if isinstance(case, Founding) else "formation:renewal", args=[case.pk])


@login_required
def founding_new(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, MANAGE)
    units = queries.units(request.user, MANAGE)
    form = NewFoundingForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_founding(
                organization=form.cleaned_data["organization"],
                proposal=form.proposal(),
                on=timezone.localdate(),
                actor=request.user,
            )
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The founding of %(union)s is begun.") % {"union": made})
            return redirect("formation:founding", made.pk)
    context = {"form": form, "back": reverse("formation:founding-list")}
    return render(request, "formation/founding_form.html", context, status=422 if form.errors else 200)


@login_required
def founding_change(request: UserRequest, pk: UUID) -> HttpResponse:
    case = _founding(request, pk)
    access.require(request.user, MANAGE, case.organization_path)
    form = ProposalForm(request.POST or None, initial=ProposalForm.shown(case))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_founding(case, proposal=form.proposal(), actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The proposal is changed."))
            return redirect("formation:founding", pk)
    context = {"form": form, "founding": case, "back": _address(case)}
    return render(request, "formation/founding_form.html", context, status=422 if form.errors else 200)

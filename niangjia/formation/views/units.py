"""The terms and officers of one union, and what is written down or asked for there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, Text
from niangjia.formation import checks, forms, queries, services
from niangjia.formation.models import Post, Postponement, PostponementStatus, Renewal
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.services import PostPlan
from niangjia.identity.http import UserRequest
from niangjia.org.models import Organization
from niangjia.papers.permissions import CHANGE as NUMBER_PAPERS
from niangjia.ui import pages


@dataclass(frozen=True)
class UnitAct:
    """Something written down or asked for on a page of its own; without a running term only if not ``with_term``."""

    heading: Text
    verb: Text
    form: type[Form]
    run: Callable[[Organization, Any, Any, Actor, date], object]
    done: Text
    by_above: bool = False
    with_term: bool = True


ACTS = {
    "term": UnitAct(
        _("Since when does the present term of %(unit)s run?"),
        _("Write the term down"),
        forms.TermForm,
        lambda unit, term, form, actor, on: services.record_term(
            unit, posts=form.plans(), on=on, actor=actor, **form.cleaned_data
        ),
        _("The term is written down."),
        with_term=False,
    ),
    "post": UnitAct(
        _("Who has taken which post in %(unit)s?"),
        _("Write the post down"),
        forms.PostForm,
        lambda unit, term, form, actor, on: services.add_post(
            term,
            plan=PostPlan(kind=form.cleaned_data["kind"], name=form.cleaned_data["name"]),
            valid_from=form.cleaned_data["valid_from"],
            actor=actor,
        ),
        _("The post is written down."),
    ),
    "request": UnitAct(
        _("When is the re-election in %(unit)s to be held?"),
        _("File the request"),
        forms.RenewalForm,
        lambda unit, term, form, actor, on: services.request_renewal(term, on=on, actor=actor, **form.cleaned_data),
        _("The request is filed; the paper is on file."),
    ),
    "postpone": UnitAct(
        _("Until when is the re-election in %(unit)s to be postponed?"),
        _("Ask for the postponement"),
        forms.PostponementForm,
        lambda unit, term, form, actor, on: services.ask_postponement(term, on=on, actor=actor, **form.cleaned_data),
        _("The postponement is asked for; the paper is on file."),
    ),
    "deadline": UnitAct(
        _("By when must %(unit)s hold its re-election?"),
        _("Set the day"),
        forms.DeadlineForm,
        lambda unit, term, form, actor, on: services.set_deadline(term, on=on, actor=actor, **form.cleaned_data),
        _("The day is set; the notice is on file."),
        by_above=True,
    ),
}


def _unit(request: UserRequest, pk: UUID) -> Organization:
    unit: Organization = get_object_or_404(queries.units_seen(request.user), pk=pk)
    return unit


@login_required
def unit(request: UserRequest, pk: UUID) -> HttpResponse:
    found, today = _unit(request, pk), timezone.localdate()
    terms = queries.terms_of(found)
    running = next((term for term in terms if term.ended_on is None), None)
    asked = [one for term in terms for one in term.postponements.all()]
    cases = [case for term in terms for case in term.renewals.all()]
    under_way = next((case for case in cases if not case.is_over), None)
    context = {
        "unit": found,
        "running": running,
        "posts": [post for post in running.posts.all() if post.valid_to is None] if running else [],
        "left": [post for post in running.posts.all() if post.valid_to] if running else [],
        "earlier": [term for term in terms if term.ended_on],
        "overdue": bool(running and running.is_overdue(today)),
        "asked": [(one, checks.of_postponement(one, one.asked_on)) for one in asked],
        "undecided": any(one.status == PostponementStatus.ASKED for one in asked),
        "cases": cases,
        "under_way": under_way,
        "papers": queries.papers_about(*terms, *asked),
        "may_manage": access.can(request.user, MANAGE, found),
        "may_approve": access.can(request.user, APPROVE, found.parent or found),
    }
    return render(request, "formation/unit.html", context)


@login_required
def unit_act(request: UserRequest, pk: UUID, act: str) -> HttpResponse:
    found, doing = _unit(request, pk), ACTS.get(act)
    if doing is None:
        raise Http404
    _require(request, doing, found)
    term = queries.running_term(found)
    if doing.with_term and term is None:
        raise Http404
    form = doing.form(request.POST or None)
    forms.offer_number(form, may=access.can(request.user, NUMBER_PAPERS, found))
    if request.method == "POST" and form.is_valid():
        try:
            made = doing.run(found, term, form, request.user, timezone.localdate())
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, str(doing.done))
            there = ("formation:renewal", made.pk) if isinstance(made, Renewal) else ("formation:unit", pk)
            return redirect(*there)
    context = {
        "form": form,
        "unit": found,
        "heading": doing.heading % {"unit": found},
        "verb": doing.verb,
        "term": term,
    }
    context["said"] = forms.lines_said(form.posts) if isinstance(form, forms.TermForm) and form.is_bound else []
    return render(request, "formation/unit_act.html", context, status=422 if form.is_bound else 200)


def _require(request: UserRequest, doing: UnitAct, found: Organization) -> None:
    if doing.by_above:
        access.require(request.user, APPROVE, found.parent or found)
    else:
        access.require(request.user, MANAGE, found)


@login_required
def post_end(request: UserRequest, pk: UUID) -> HttpResponse:
    post: Post = get_object_or_404(Post.objects.visible_to(request.user).select_related("organization"), pk=pk)
    access.require(request.user, MANAGE, post.organization_path)
    form = forms.PostEndForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_post(post, actor=request.user, **form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("It is written down that the post was left."))
            return redirect("formation:unit", post.organization_id)
    heading = _("When has %(name)s left the post “%(post)s”?") % {"name": post.name, "post": post.get_kind_display()}
    hint = _("A chair is not moved within the term without the consent of the committee and of the union above.")
    context = {"form": form, "unit": post.organization, "heading": heading, "verb": _("Write it down"), "hint": hint}
    return render(request, "formation/unit_act.html", context, status=422 if form.is_bound else 200)


@login_required
def postponement(request: UserRequest, pk: UUID) -> HttpResponse:
    """The union above decides on a postponement."""
    rows = Postponement.objects.visible_to(request.user).select_related("organization__parent", "term")
    asked: Postponement = get_object_or_404(rows, pk=pk)
    above = asked.organization.parent or asked.organization
    access.require(request.user, APPROVE, above)
    form = forms.PostponementDecisionForm(request.POST or None)
    forms.offer_number(form, may=access.can(request.user, NUMBER_PAPERS, asked.organization_path))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        grant = given.pop("grant") == "yes"
        try:
            services.decide_postponement(asked, grant=grant, on=timezone.localdate(), actor=request.user, **given)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The decision is written down; the paper is on file."))
            return redirect("formation:unit", asked.organization_id)
    heading = _("May %(unit)s postpone its re-election?") % {"unit": asked.organization}
    context = {"form": form, "unit": asked.organization, "heading": heading, "verb": _("Decide on it"), "asked": asked}
    context["doubts"] = checks.of_postponement(asked, asked.asked_on)
    return render(request, "formation/unit_act.html", context, status=422 if form.is_bound else 200)

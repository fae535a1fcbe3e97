"""Pages of audiences: drawing up, freezing, the list, and why somebody is on it or not."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from niangjia.audiences import queries, services
from niangjia.audiences.explain import Explanation
from niangjia.audiences.forms import AudienceForm
from niangjia.audiences.models import Audience, AudienceEntry, Rule
from niangjia.audiences.permissions import DEFINE, FREEZE, VIEW
from niangjia.audiences.tables import AudienceTable, entry_table
from niangjia.audiences.views.common import answer_why, asked_about, enter, form_page
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.members.permissions import EXPORT
from niangjia.ui import pages


@require_safe
@login_required
def audience_list(request: UserRequest) -> HttpResponse:
    enter(request, VIEW)
    rows = Audience.objects.visible_to(request.user).select_related("organization", "rule_version__rule")
    context = {"may_define": access.can_anywhere(request.user, DEFINE)}
    return AudienceTable(request, rows).respond("audiences/audience_list.html", context)


@form_page
@login_required
def audience_new(request: UserRequest) -> HttpResponse:
    enter(request, DEFINE)
    rules, units = Rule.objects.visible_to(request.user), queries.units(request.user, DEFINE)
    form = AudienceForm(request.POST or None, initial=request.GET.dict(), units=units, rules=rules)
    if form.is_valid() and (made := _draw_up(form, request)):
        return redirect("audiences:audience", made.pk)
    return render(request, "audiences/audience_new.html", {"form": form}, status=422 if form.is_bound else 200)


def _draw_up(form: AudienceForm, request: UserRequest) -> Audience | None:
    wanted = form.cleaned_data
    try:
        return services.create_audience(
            organization=wanted["unit"],
            name=wanted["name"],
            rule_version=queries.latest(wanted["rule"]),
            actor=request.user,
        )
    except DomainError as refused:
        pages.refuse(form, refused)
        return None


def _visible(request: UserRequest, pk: UUID) -> Audience:
    enter(request, VIEW)
    known = Audience.objects.visible_to(request.user).select_related("organization", "rule_version__rule", "job")
    found: Audience = get_object_or_404(known, pk=pk)
    return found


@require_safe
@login_required
def audience(request: UserRequest, pk: UUID) -> HttpResponse:
    shown = _visible(request, pk)
    may_freeze = not shown.is_frozen and access.can(request.user, FREEZE, shown.organization)
    context = {"audience": shown, "words": queries.words_of(shown), "may_freeze": may_freeze}
    return (_frozen if shown.is_frozen else _draft)(request, shown, context)


def _draft(request: UserRequest, shown: Audience, context: dict[str, Any]) -> HttpResponse:
    context["preview"] = queries.preview(shown.rule_version.source, shown.organization, request.user)
    return render(request, "audiences/audience.html", context)


def _frozen(request: UserRequest, shown: Audience, context: dict[str, Any]) -> HttpResponse:
    context["tallies"] = queries.tallies(shown)
    entries = AudienceEntry.objects.visible_to(request.user).filter(audience=shown)
    may_export = access.can(request.user, EXPORT, shown.organization)
    table = entry_table(request, shown, entries, may_export=may_export)
    if table.wants_export:
        services.export_audience(shown, actor=request.user)
    response = table.respond("audiences/audience.html", context)
    if request.headers.get("HX-Target") == "progress":  # somebody has watched the work, which is done now
        response["HX-Refresh"] = "true"
    return response


@form_page
@login_required
def audience_freeze(request: UserRequest, pk: UUID) -> HttpResponse:
    shown = _visible(request, pk)
    access.require(request.user, FREEZE, shown.organization)
    back = reverse("audiences:audience", args=[pk])
    if request.method == "POST":
        services.start_freezing(shown, actor=request.user, result_url=back)
        return redirect(back)
    return pages.confirm(
        request,
        heading=_("Freeze the list “%(name)s”?") % {"name": shown.name},
        verb=_("Freeze the list"),
        back=back,
        consequences=[
            _("Everybody's data of this moment are kept, and every later question is answered from them."),
            _("Who joins or is corrected later does not come onto this list."),
            _("A frozen list cannot be changed. You can draw up another one at any time."),
        ],
    )


@require_safe
@login_required
def audience_why(request: UserRequest, pk: UUID) -> HttpResponse:
    shown, member = _visible(request, pk), asked_about(request)
    explanation = _explain(shown, member, request) if member else None
    context = {"audience": shown, "name": shown.name, "back": reverse("audiences:audience", args=[pk])}
    return answer_why(request, member, explanation, context)


def _explain(shown: Audience, member: Member, request: UserRequest) -> Explanation:
    if shown.is_frozen:
        return queries.explain_frozen(shown, member, request.user)
    return queries.explain(shown.rule_version, member, request.user, shown.organization)

"""Pages of rules: the condition builder, the versions, and why somebody satisfies a rule or not."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from niangjia.audiences import queries, services
from niangjia.audiences.builder import UNIT, Builder
from niangjia.audiences.forms import RuleForm, UnitForm, ZodiacForm
from niangjia.audiences.models import Audience, Rule, RuleVersion, YearStart
from niangjia.audiences.permissions import DEFINE, VIEW
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tables import RuleTable
from niangjia.audiences.views.common import answer_why, asked_about, by_key, enter, form_page
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.identity.http import UserRequest
from niangjia.org.models import Organization
from niangjia.ui import pages


@require_safe
@login_required
def rule_list(request: UserRequest) -> HttpResponse:
    enter(request, VIEW)
    rows = Rule.objects.visible_to(request.user).select_related("organization")
    rows = rows.annotate(latest=Max("versions__number"), saved_at=Max("versions__created_at")).order_by("-pk")
    context = {"may_define": access.can_anywhere(request.user, DEFINE)}
    return RuleTable(request, rows).respond("audiences/rule_list.html", context)


def _visible(request: UserRequest, pk: UUID) -> Rule:
    enter(request, VIEW)
    found: Rule = get_object_or_404(Rule.objects.visible_to(request.user).select_related("organization"), pk=pk)
    return found


@require_safe
@login_required
def rule(request: UserRequest, pk: UUID) -> HttpResponse:
    shown = _visible(request, pk)
    versions = list(shown.versions.select_related("created_by"))
    drawn = Audience.objects.visible_to(request.user).filter(rule_version__rule=shown)
    context = {
        "rule": shown,
        "version": versions[0],
        "versions": versions,
        "preview": queries.preview(versions[0].source, shown.organization, request.user),
        "may_define": access.can(request.user, DEFINE, shown.organization),
        "audiences": drawn.select_related("organization"),
    }
    return render(request, "audiences/rule.html", context)


@require_safe
@login_required
def rule_why(request: UserRequest, pk: UUID) -> HttpResponse:
    shown, member = _visible(request, pk), asked_about(request)
    explanation = queries.explain(queries.latest(shown), member, request.user) if member else None
    context = {"name": shown.name, "back": reverse("audiences:rule", args=[pk])}
    return answer_why(request, member, explanation, context)


@form_page
@login_required
def rule_new(request: UserRequest) -> HttpResponse:
    enter(request, DEFINE)
    return _edit(request, _unit(request), None)


@form_page
@login_required
def rule_change(request: UserRequest, pk: UUID) -> HttpResponse:
    shown = _visible(request, pk)
    access.require(request.user, DEFINE, shown.organization)
    return _edit(request, shown.organization, shown)


def _unit(request: UserRequest) -> Organization:
    """The unit that was asked for, or the highest at which one may write rules."""
    units = queries.units(request.user, DEFINE)
    asked = request.POST.get(UNIT) or request.GET.get("unit")
    if asked:
        return by_key(units, asked)
    highest = units.first()
    if highest is None:
        raise Http404
    return highest


def _edit(request: UserRequest, unit: Organization, shown: Rule | None) -> HttpResponse:
    """A rule being written: its name, its conditions, what they yield."""
    builder, form, status = _opened(request, unit, shown), RuleForm(initial=_named(request, shown)), 200
    if request.method == "POST" and not builder.act(request.POST.get("do", "")):
        form = RuleForm(request.POST | _named(request, shown))
        if form.is_valid() and (saved := _save(form, builder, request.user)):
            messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
            return redirect("audiences:rule", saved.rule_id)
        status = 422
    context = {
        "form": form,
        "builder": builder,
        "rule": shown,
        "units": UnitForm(initial={"unit": unit.pk}, units=queries.units(request.user, DEFINE)),
    }
    return render(request, "audiences/rule_edit.html", context, status=status)


def _named(request: UserRequest, shown: Rule | None) -> dict[str, str]:
    """A rule keeps its name: the name is what later versions are versions of."""
    return {"name": shown.name if shown else request.POST.get("name", "")}


def _opened(request: UserRequest, unit: Organization, shown: Rule | None) -> Builder:
    if request.method == "POST":
        return Builder.sent(request.POST, unit, request.user)
    return Builder.start(unit, request.user, queries.latest(shown) if shown else None)


def _save(form: RuleForm, builder: Builder, actor: Actor) -> RuleVersion | None:
    name, unit = form.cleaned_data["name"], builder.organization
    try:
        if builder.by_hand:
            return services.save_rule(organization=unit, name=name, source=builder.text, actor=actor)
        return services.save_rule(organization=unit, name=name, conditions=builder.conditions, actor=actor)
    except RuleRefused as refused:
        builder.problem = str(refused)
        form.add_error(None, builder.problem)
    except DomainError as refused:
        pages.refuse(form, refused)
    return None


@require_POST
@login_required
def builder(request: UserRequest) -> HttpResponse:
    """The builder alone, as it stands after a change; for htmx."""
    enter(request, DEFINE)
    changed = Builder.sent(request.POST, _unit(request), request.user)
    changed.act(request.POST.get("do", ""))
    return render(request, "audiences/builder.html", {"builder": changed, "follows": True})


@form_page
@login_required
def zodiac(request: UserRequest) -> HttpResponse:
    """With which day the year of an animal begins."""
    enter(request, VIEW)
    form = ZodiacForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_year_start(
                year_start=YearStart(form.cleaned_data["year_start"]),
                valid_from=form.cleaned_data["valid_from"],
                source=form.cleaned_data["source"],
                actor=request.user,
            )
        except InvalidInput as refused:
            pages.refuse(form, refused)
        else:
            return redirect("audiences:zodiac")
    context = {"form": form, "rules": queries.year_starts(), "may_define": queries.may_settle_year(request.user)}
    return render(request, "audiences/zodiac.html", context, status=422 if form.is_bound else 200)

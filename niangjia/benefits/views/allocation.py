"""The step of the plan that says how the gifts find their people.

One form, sent whole by every button: a row is added or taken away, a limit is written down, and what was filled in
stays as it is. Only the last button saves.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.benefits import services
from niangjia.benefits.forms import AllocationForm, CountForm, LimitsForm, ShareForm, ShareTemplateForm
from niangjia.benefits.models import Programme
from niangjia.benefits.permissions import PLAN
from niangjia.benefits.queries import allocation as how
from niangjia.benefits.queries import planning
from niangjia.benefits.views.common import kept, show
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.models import SHARES, Method
from niangjia.bookings.queries import allocation_of
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import pages

Values = dict[str, Any]
ShareForms: Any = forms.formset_factory(ShareForm, extra=0, max_num=SHARES, validate_max=True)
REMOVE = "remove-"


@form_page
@login_required
def allocation(request: UserRequest, pk: UUID) -> HttpResponse:
    programme = kept(request, pk, PLAN)
    if request.method == "POST":
        return _act(request, programme)
    found = allocation_of(pk)
    fitting = planning.fitting_method(programme, planning.gifts_of(programme))
    values = _kind(programme).shown(found) if found else {}
    values["method"] = values.get("method") or fitting
    rows = [ShareForm.shown(each) for each in found.shares.select_related("rule_version")] if found else []
    return _show(request, programme, values, rows)


def _act(request: UserRequest, programme: Programme) -> HttpResponse:
    form = _kind(programme)(request.POST, programme=programme)
    shares = ShareForms(request.POST, prefix="shares", form_kwargs={"programme": programme})
    do = request.POST.get("do", "save")
    if do == "save":
        return _save(request, programme, form, shares)
    values, rows = _filled_in(form), [_filled_in(row) for row in shares.forms]
    if do == "add":
        return _add_share(request, programme, values, rows)
    if do == "row":
        rows.append({})
    elif do == "limit":
        return _add_limit(request, programme, values, rows)
    elif do.removeprefix(REMOVE).isdecimal() and int(do.removeprefix(REMOVE)) < len(rows):
        del rows[int(do.removeprefix(REMOVE))]
    return _show(request, programme, values, rows)


def _kind(programme: Programme) -> type[LimitsForm]:
    """Where nothing can be booked, nothing need be allocated."""
    return AllocationForm if programme.gifts.filter(quantity_online__gt=0).exists() else LimitsForm


def _filled_in(form: forms.Form) -> Values:
    """What stands in the form, right or wrong."""
    return {name: form[name].value() for name in form.fields}


def _save(request: UserRequest, programme: Programme, form: LimitsForm, shares: Any) -> HttpResponse:
    if form.is_valid() and shares.is_valid():
        try:
            plan = form.plan([row.plan() for row in shares.forms])
            services.plan_allocation(programme, plan, actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("How the gifts are allocated is saved."))
            return redirect("benefits:plan", programme.pk)
    return _page(request, programme, form=form, shares=shares, status=422)


def _add_share(request: UserRequest, programme: Programme, values: Values, rows: list[Values]) -> HttpResponse:
    """A row whose rule is made from a template."""
    template = ShareTemplateForm(request.POST, prefix="template", programme=programme)
    if template.is_valid():
        try:
            name, version = services.save_share_rule(
                programme, template.template(), actor=request.user, on=timezone.localdate()
            )
        except DomainError as refused:
            pages.refuse(template, refused)
        else:
            rows.append({"name": name, "rule": version.rule_id})
            return _show(request, programme, values, rows)
    return _show(request, programme, values, rows, template=template, status=422)


def _add_limit(request: UserRequest, programme: Programme, values: Values, rows: list[Values]) -> HttpResponse:
    """A new limit, ticked at once."""
    limit = CountForm(request.POST, prefix="limit")
    if limit.is_valid():
        try:
            made = bookings.create_limit(organization=programme.organization, actor=request.user, **limit.cleaned_data)
        except DomainError as refused:
            pages.refuse(limit, refused)
        else:
            values["limits"] = [*(values["limits"] or []), made.pk]
            return _show(request, programme, values, rows)
    return _show(request, programme, values, rows, limit=limit, status=422)


def _show(
    request: UserRequest, programme: Programme, values: Values, rows: list[Values], *, status: int = 200, **more: Any
) -> HttpResponse:
    """The form with what stands in it, unjudged."""
    form = _kind(programme)(initial=values, programme=programme)
    shares = ShareForms(prefix="shares", initial=rows, form_kwargs={"programme": programme})
    return _page(request, programme, form=form, shares=shares, status=status, **more)


def _page(request: UserRequest, programme: Programme, *, status: int, **context: Any) -> HttpResponse:
    gifts = planning.gifts_of(programme)
    known: Values = {
        "template": ShareTemplateForm(prefix="template", programme=programme),
        "limit": CountForm(prefix="limit"),
        "ways": how.consequences(),
        "scarce": planning.fitting_method(programme, gifts) == Method.DRAW,
        "gift": next((gift for gift in gifts if gift.quantity_online), None),
    }
    return show(request, programme, "allocation.html", known | context, status=status)

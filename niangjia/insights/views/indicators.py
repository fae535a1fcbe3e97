"""The indicators of the house: what they count, who confirmed it, and the public page of those that are public."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.request import Request
from niangjia.insights import services, telling
from niangjia.insights.definitions import SUBJECTS
from niangjia.insights.forms import ConfirmingForm, CountedForm, IndicatorForm
from niangjia.insights.models import Indicator
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.queries.cockpit import root
from niangjia.insights.queries.public import published
from niangjia.insights.views.common import indicator_of
from niangjia.ui import pages


@require_safe
def indicator_public(request: HttpRequest) -> HttpResponse:
    """What everybody may see: the whole house and the units below its root, small numbers left out."""
    today = timezone.localdate()
    return render(request, "insights/indicator_public.html", {"found": published(today), "today": today})


def _may_define(request: Request) -> bool:
    return access.can(request.user, DEFINE, root().path)


@require_safe
@login_required
def indicator_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = [(one, telling.definition(one.definition)) for one in Indicator.objects.visible_to(request.user)]
    context = {"rows": rows, "may_define": _may_define(request)}
    return render(request, "insights/indicator_list.html", context)


@require_safe
@login_required
def indicator_detail(request: Request, code: str) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    indicator = indicator_of(request, code)
    context = {
        "indicator": indicator,
        "words": telling.definition(indicator.definition),
        "versions": [(one, telling.definition(one.definition)) for one in indicator.versions.all()],
        "may_define": _may_define(request),
    }
    return render(request, "insights/indicator.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_create(request: Request) -> HttpResponse:
    """First what is counted over what, then which of them."""
    access.require(request.user, DEFINE, root())
    sides = CountedForm(request.GET or None)
    if not sides.is_valid():
        status = 422 if sides.is_bound else 200
        return render(request, "insights/indicator_counted.html", {"form": sides}, status=status)
    form = IndicatorForm(request.POST or None, **sides.cleaned_data, initial=_suggested(sides.cleaned_data))
    if request.method == "POST" and form.is_valid():
        words = form.words
        least = words.pop("least_shown")
        try:
            made = services.define_indicator(
                code=form.cleaned_data["code"], least_shown=least, actor=request.user, **words
            )
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The indicator is defined. Have its measure confirmed now."))
            return redirect("insights:indicator", made.code)
    status = 422 if form.is_bound else 200
    return render(request, "insights/indicator_form.html", {"form": form}, status=status)


def _suggested(sides: dict[str, str]) -> dict[str, str]:
    return {"unit": str(SUBJECTS[sides["counted"]].unit)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_change(request: Request, code: str) -> HttpResponse:
    access.require(request.user, DEFINE, root())
    indicator = indicator_of(request, code)
    counted, over = indicator.numerator["subject"], (indicator.denominator or {}).get("subject", "")
    form = IndicatorForm(request.POST or None, counted=counted, over=over, indicator=indicator)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_indicator(indicator, actor=request.user, **form.words)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            said = _("Version %(version)s is what counts now.") % {"version": changed.version}
            messages.success(request, said if changed.version != indicator.version else _("The indicator is changed."))
            return redirect("insights:indicator", code)
    context = {"form": form, "indicator": indicator}
    return render(request, "insights/indicator_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_confirm(request: Request, code: str) -> HttpResponse:
    access.require(request.user, DEFINE, root())
    indicator = indicator_of(request, code)
    form = ConfirmingForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.confirm_indicator(indicator, **form.cleaned_data, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The measure is confirmed."))
            return redirect("insights:indicator", code)
    return pages.confirm(
        request,
        heading=_("Who has confirmed the measure of %(name)s?") % {"name": indicator},
        verb=_("Write down the confirmation"),
        back=reverse("insights:indicator", args=[code]),
        consequences=[
            _("It holds for this version alone; a change asks for a new confirmation."),
            _("Name and day stand beside the measure wherever it is shown."),
        ],
        form=form,
    )


@require_POST
@login_required
def indicator_publish(request: Request, code: str) -> HttpResponse:
    public = request.POST.get("public") == "yes"
    services.publish_indicator(indicator_of(request, code), public=public, actor=request.user)
    said = _("Everybody can see this indicator now.") if public else _("Only staff can see this indicator now.")
    messages.success(request, said)
    return redirect("insights:indicator", code)

"""The rules of terms and elections, as tables that hold for a time."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.formation import queries, rules, services
from niangjia.formation.forms import RuleForm, lines_said
from niangjia.formation.models import BANDED, RuleName, RuleRow
from niangjia.formation.permissions import MANAGE, VIEW
from niangjia.identity.http import UserRequest
from niangjia.ui import pages


def _lines(rows: list[RuleRow]) -> list[tuple[RuleRow, str, str]]:
    return [(row, rules.members_said(row) if row.name in BANDED else "", rules.said(row)) for row in rows]


@login_required
def rule_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    tables = queries.rule_tables(timezone.localdate())
    context = {
        "tables": [(table, _lines(table.now), _lines(table.others)) for table in tables],
        "may_manage": _may(request),
    }
    return render(request, "formation/rule_list.html", context)


@login_required
def rule_change(request: UserRequest, name: str) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    if name not in RuleName.values:
        raise Http404
    access.require(request.user, MANAGE, queries.root())
    rule = RuleName(name)
    table = next(one for one in queries.rule_tables(timezone.localdate()) if one.name == rule)
    form = RuleForm(request.POST or None, rule=rule, now=table.now)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_rule(rule, form.plan(), actor=request.user, **form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The rule is written down."))
            return redirect("formation:rule-list")
    context = {"form": form, "rule": rule, "now": _lines(table.now), "banded": rule in BANDED}
    context["said"] = lines_said(form.bands) if form.is_bound else []
    return render(request, "formation/rule_form.html", context, status=422 if form.is_bound else 200)


def _may(request: UserRequest) -> bool:
    return access.can(request.user, MANAGE, queries.root())

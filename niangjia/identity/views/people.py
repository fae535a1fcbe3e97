"""Officers look after accounts: who works where, with which role."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity import queries, services
from niangjia.identity.forms import AccountForm, PlaceForm
from niangjia.identity.http import UserRequest
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.ui import pages
from niangjia.ui.tables import Choice, Column, Search, Table
from niangjia.ui.templatetags.ui import badge

SHOWN_ENTRIES = 20
STATES = [("open", pgettext_lazy("account", "open")), ("closed", pgettext_lazy("account", "closed"))]


def _places(user: Any) -> str:
    return _("; ").join(f"{held.organization.short_name} · {held.role.name}" for held in user.held)


def _state(user: Any) -> str:
    return pgettext("account", "open") if user.is_active else pgettext("account", "closed")


class PeopleTable(Table):
    columns = (
        Column("name", gettext_lazy("Full name"), sort="name"),
        Column("username", gettext_lazy("User name"), sort="username"),
        Column("places", gettext_lazy("Works as"), value=_places),
        Column("last_login", gettext_lazy("Last log-in"), sort="last_login"),
        Column("state", gettext_lazy("Account"), value=_state,
               show=lambda user: badge("active" if user.is_active else "closed", _state(user))),
    )  # fmt: skip
    filters = (
        Choice("state", gettext_lazy("Account"), STATES, gettext_lazy("open or closed"),
               apply=lambda rows, value: rows.filter(is_active=value == "open")),
        Search("q", gettext_lazy("Name or user name"), fields=("name", "username")),
    )  # fmt: skip
    sentence = gettext_lazy("Accounts that are {state} and match {q}")
    caption = gettext_lazy("Accounts")
    empty = gettext_lazy("Colleagues with a role in your units will be listed here.")
    empty_action = gettext_lazy("Create an account")
    file_name = gettext_lazy("Accounts")

    def empty_href(self) -> str:
        return reverse("identity:person-new")

    def row_href(self, row: User) -> str:
        return reverse("identity:person", args=[row.pk])


@login_required
def person_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    table = PeopleTable(request, queries.colleagues(request.user))
    return table.respond("identity/person_list.html", {"may_manage": access.can_anywhere(request.user, MANAGE)})


@login_required
def person_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    held = Assignment.objects.visible_to(request.user).filter(user=person).select_related("role", "organization")
    entries = Entry.objects.visible_to(request.user).about(person)
    context = {
        "person": person,
        "state": ("active" if person.is_active else "closed", _state(person)),
        "assignments": held.order_by("organization__sort_key", "role__code", "valid_from"),
        "today": timezone.localdate(),
        "has_second_factor": queries.has_second_factor(person),
        "past": [(entry, words.said(entry.action)) for entry in entries.order_by("-id")[:SHOWN_ENTRIES]],
        "may_manage": access.can_anywhere(request.user, MANAGE) and person.pk != request.user.pk,
    }
    return render(request, "identity/person_detail.html", context)


@login_required
@sensitive_variables("password")
def person_new(request: UserRequest) -> HttpResponse:
    """The password is on the answer itself and nowhere else, not in the session either."""
    access.require_anywhere(request.user, MANAGE)
    form = AccountForm(request.POST or None, **_choices(request), initial={"organization": request.GET.get("at", "")})
    if request.method == "POST" and form.is_valid():
        try:
            person, password = services.open_account(**form.cleaned_data, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return _password_page(request, person, password)
    return render(request, "identity/person_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def person_assign(request: UserRequest, pk: UUID) -> HttpResponse:
    access.require_anywhere(request.user, MANAGE)
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = PlaceForm(request.POST or None, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            role, unit = form.cleaned_data["role"], form.cleaned_data["organization"]
            services.assign_role(person, role, at=unit, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("%(name)s now holds the role.") % {"name": person})
            return redirect("identity:person", pk)
    context = {"form": form, "person": person}
    return render(request, "identity/assign_form.html", context, status=422 if form.errors else 200)


@login_required
def assignment_end(request: UserRequest, pk: UUID) -> HttpResponse:
    held = get_object_or_404(
        Assignment.objects.visible_to(request.user).select_related("user", "role", "organization"), pk=pk
    )
    back = reverse("identity:person", args=[held.user_id])
    if request.method != "POST":
        names = {"name": held.user, "role": held.role, "unit": held.organization}
        return pages.confirm(
            request,
            heading=_("End the role of %(name)s as %(role)s at %(unit)s?") % names,
            verb=_("End the role today"),
            back=back,
            consequences=[_("From today on, these rights are gone. What was done with them stays in the history.")],
        )
    services.end_assignment(held, on=timezone.localdate(), actor=request.user)
    messages.success(request, _("The role has ended."))
    return redirect(back)


@login_required
@sensitive_variables("password")
def person_reset_password(request: UserRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Give %(name)s a new temporary password?") % {"name": person},
            verb=_("Make a temporary password"),
            back=reverse("identity:person", args=[pk]),
            consequences=[
                _("The present password no longer works, and every device is logged out."),
                _("You see the new one once, and tell it in person; at log-in it must be changed."),
            ],
        )
    return _password_page(request, person, services.reset_password(person, actor=request.user))


@login_required
def person_remove_factor(request: UserRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Remove the second factor of %(name)s?") % {"name": person},
            verb=_("Remove the second factor"),
            back=reverse("identity:person", args=[pk]),
            lead=_("For somebody who has lost the phone or the key. Make sure who is asking."),
            consequences=[_("Authenticator app, passkeys and recovery codes no longer work. The password is enough.")],
        )
    services.remove_second_factor(person, actor=request.user)
    messages.success(request, _("The second factor is removed."))
    return redirect("identity:person", pk)


@login_required
def person_close(request: UserRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Close the account of %(name)s?") % {"name": person},
            verb=_("Close the account"),
            back=reverse("identity:person", args=[pk]),
            consequences=[
                _("Every device is logged out at once, and nobody can log in to it."),
                _("What this person has done stays in the history. You can open the account again."),
            ],
        )
    services.deactivate_user(person, actor=request.user)
    messages.success(request, _("The account is closed."))
    return redirect("identity:person", pk)


@login_required
def person_reopen(request: UserRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Open the account of %(name)s again?") % {"name": person},
            verb=_("Open the account"),
            back=reverse("identity:person", args=[pk]),
            consequences=[_("The roles that have not ended hold again.")],
        )
    services.reactivate_user(person, actor=request.user)
    messages.success(request, _("The account is open again."))
    return redirect("identity:person", pk)


@login_required
def role_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = [(role, queries.words_of(role.permissions)) for role in Role.objects.visible_to(request.user)]
    return render(request, "identity/role_list.html", {"rows": rows})


def _choices(request: UserRequest) -> dict[str, Any]:
    return {"units": queries.units_to_staff(request.user), "roles": queries.roles_to_give(request.user)}


def _password_page(request: UserRequest, person: User, password: str) -> HttpResponse:
    response = render(request, "identity/password_told.html", {"person": person, "password": password})
    response["Cache-Control"] = "no-store"
    return response

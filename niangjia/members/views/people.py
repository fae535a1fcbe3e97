"""Members as officers see them: the list, and one person. Numbers are masked."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from niangjia.audit import permissions as audit
from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.members import queries, services
from niangjia.members.models import LIVE_STATES, Group, Member, MemberState
from niangjia.members.permissions import CHANGE, EXPORT, IMPORT, REVEAL, VIEW
from niangjia.ui.filters import Choice, Options, Search
from niangjia.ui.formats import masked_id, masked_phone
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

SHAPES = {
    MemberState.APPLIED: "waiting",
    MemberState.REJECTED: "refused",
    MemberState.ACTIVE: "done",
    MemberState.TRANSFERRING_OUT: "active",
    MemberState.AWAITING_INTAKE: "waiting",
    MemberState.POOLED: "active",
    MemberState.RETAINED: "draft",
}


def state_badge(member: Member) -> object:
    return badge(SHAPES.get(MemberState(member.state), "closed"), member.get_state_display())


def _units(request: HttpRequest) -> Options:
    return [(unit.path, unit.name) for unit in queries.units(request.user)]  # type: ignore[arg-type]  # logged in


def _occupations(_request: HttpRequest) -> Options:
    return [(str(one.pk), one.name) for one in queries.occupations()]


class MemberTable(Table):
    columns = (
        Column("name", pgettext_lazy("person", "Name"), sort="name", whole=True),
        Column("id_number", gettext_lazy("ID number"), value=lambda row: masked_id(row.id_number), whole=True),
        Column(
            "phone",
            gettext_lazy("Mobile number"),
            whole=True,
            value=lambda row: masked_phone(row.phone) if row.phone else "",
        ),
        Column("organization", gettext_lazy("Union"), value=lambda row: row.organization.short_name),
        Column("employer", gettext_lazy("Employer"), value=lambda row: row.employer and row.employer.name),
        Column("occupation", gettext_lazy("Occupation"), value=lambda row: row.occupation and row.occupation.name),
        Column("joined_on", gettext_lazy("Joined on"), sort="joined_on", whole=True),
        Column("state", gettext_lazy("State"), value=lambda row: row.get_state_display(), show=state_badge),
    )
    filters = (
        Choice("unit", gettext_lazy("Union"), _units, gettext_lazy("all unions"),
               apply=lambda rows, path: rows.filter(organization_path__startswith=path)),
        Choice("state", gettext_lazy("State"), MemberState.choices, gettext_lazy("in any state")),
        Choice("occupation", gettext_lazy("Occupation"), _occupations, gettext_lazy("any occupation")),
        Choice("group", gettext_lazy("Group"), Group.choices, gettext_lazy("any group"), field="occupation__group"),
        Search("q", gettext_lazy("Name, mobile number, ID number or its last four characters"), apply=queries.found),
    )  # fmt: skip
    sentence = gettext_lazy("People of {unit}, {state}, with {occupation} in {group}, found by {q}")
    caption = gettext_lazy("Members")
    empty = gettext_lazy("The people of your unions will be listed here.")
    file_name = gettext_lazy("Members")

    @property
    def empty_action(self) -> Any:  # type: ignore[override]  # said only to those who may
        return gettext_lazy("Import a roster") if access.can_anywhere(self.user, IMPORT) else ""

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def exports(self) -> bool:
        return access.can_anywhere(self.user, EXPORT)

    def empty_href(self) -> str:
        return reverse("imports:batch-new")

    def row_href(self, row: Member) -> str:
        return reverse("members:member", args=[row.pk])


@login_required
@never_cache
def member_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    people = Member.objects.visible_to(request.user).filter(access.scope(request.user, VIEW))
    table = MemberTable(request, people.select_related("organization", "employer", "occupation"))
    if table.wants_export:
        table.source = table.source.filter(access.scope(request.user, EXPORT))
        services.record_export(rows=table.found.count(), conditions=table.chosen, actor=request.user)
    context = {"live": queries.live_count(people), "may_enter": access.can_anywhere(request.user, CHANGE)}
    return table.respond("members/member_list.html", context)


def visible_member(request: UserRequest, pk: UUID) -> Member:
    """A person of the subtrees one looks after; oneself is found on one's own page."""
    visible = Member.objects.visible_to(request.user).filter(access.scope(request.user, VIEW))
    rows = visible.select_related("organization", "employer", "occupation", "household", "user")
    member: Member = get_object_or_404(rows, pk=pk)
    return member


@login_required
@never_cache
def member_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    member = visible_member(request, pk)
    user = request.user
    context = {
        "member": member,
        "state": state_badge(member),
        "is_live": member.state in LIVE_STATES,
        "memberships": member.memberships.filter(superseded_at=None).select_related("organization").order_by(
            "-valid_from", "-id"
        ),
        "corrections": member.corrections.all()[:5],
        "happenings": queries.happenings(member) if access.can(user, audit.VIEW, member.organization) else None,
        "may_change": access.can(user, CHANGE, member.organization),
        "may_reveal": access.can(user, REVEAL, member.organization),
    }  # fmt: skip
    return render(request, "members/member_detail.html", context)

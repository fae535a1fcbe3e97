"""Changing what is known of a person, and her membership."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, phones
from niangjia.core.access import Actor
from niangjia.core.cleaning import person_name
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.coverage.models import Employer
from niangjia.identity.models import User
from niangjia.members.indexes import bigrams, id_number_index, id_tail_index, phone_index
from niangjia.members.models import (
    LIVE_STATES,
    MEMBER_TRANSITIONS,
    Household,
    Member,
    Membership,
    MemberState,
    Occupation,
)
from niangjia.members.permissions import CHANGE, EXPORT, IMPORT, REVEAL
from niangjia.members.services.registering import (
    AlreadyRegistered,
    check_name,
    check_phone,
    checked_id_number,
    household_at,
)
from niangjia.members.signals import member_left, member_transferred
from niangjia.org.models import Organization

SEALED = frozenset({"id_number", "phone", "household"})  # history names these when they change, and keeps no value


class TransferRefused(DomainError):
    """The membership cannot move there, or not on that day."""

    code = "transfer-refused"


class Changes(TypedDict):
    """What may be changed of a person; what is absent stays."""

    name: NotRequired[str]
    id_number: NotRequired[str]
    phone: NotRequired[str]
    joined_on: NotRequired[date | None]
    employer: NotRequired[Employer | None]
    occupation: NotRequired[Occupation | None]
    on_duty_festival: NotRequired[bool | None]
    home_address: NotRequired[str]


@whole
def change_member(member: Member, *, on: date, actor: Actor | None, **changes: Unpack[Changes]) -> Member:
    """Change what is given. History names every field that became different; sealed values stay out of it."""
    access.require(actor, CHANGE, member.organization)
    member = Member.objects.select_for_update(of=["self"]).select_related("organization").get(pk=member.pk)
    data = apply_changes(member, on=on, changes=changes)
    if not data:
        return member
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError:
        raise AlreadyRegistered(
            _("Another person is registered with this ID number."), remedy=_("Compare it with the ID card.")
        ) from None
    audit.record(actor, "members.member.change", member, **data)
    return member


@whole
def change_many(changes: Sequence[tuple[UUID, Changes]], *, on: date, actor: Actor | None) -> list[Member]:
    """Change many people as ``change_member`` does, under the right to import; returns those that became different."""
    by_key = dict(changes)
    found = Member.objects.select_for_update(of=["self"]).select_related("organization", "employer", "occupation")
    members = list(found.filter(pk__in=by_key).order_by("pk"))
    for organization in {member.organization_id: member.organization for member in members}.values():
        access.require(actor, IMPORT, organization)
    history = []
    for member in members:
        if data := apply_changes(member, on=on, changes=by_key[member.pk]):
            member.save()
            history.append((member, data))
    audit.record_many(actor, "members.member.change", history)
    return [member for member, _data in history]


def apply_changes(member: Member, *, on: date, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set on ``member`` what differs, unsaved; returns the words of history, empty when nothing differs."""
    values = _checked(member, on=on, changes=changes)
    data: dict[str, Any] = {}
    for field, value in values.items():
        before = getattr(member, field)
        if before == value:
            continue
        setattr(member, field, value)
        if field in SEALED:
            data[field] = "changed"
        elif not field.endswith("_index"):
            data[field] = [_shown(before), _shown(value)]
    if "name" in data:
        member.name_bigrams = bigrams(member.name)
    return data


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | date) else str(value)


def _checked(member: Member, *, on: date, changes: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: changes[name] for name in ("employer", "occupation", "on_duty_festival") if name in changes}
    if "name" in changes:
        values["name"] = person_name(changes["name"])
        check_name(values["name"])
    if "id_number" in changes:
        number = checked_id_number(changes["id_number"], on=on)
        values |= {
            "id_number": number.text,
            "id_number_index": id_number_index(number.text),
            "id_tail_index": id_tail_index(number.tail),
            "birth_on": number.birth_on,
            "sex": number.sex,
        }
    if "phone" in changes:
        values["phone"] = phones.normal(changes["phone"])
        check_phone(values["phone"])
        values["phone_index"] = phone_index(values["phone"])
    if "joined_on" in changes:
        values["joined_on"] = day = changes["joined_on"]
        if day and not (member.birth_on or date.min) < day <= on:
            raise InvalidInput(
                _("The day of joining must lie after the birth and not in the future."), field="joined_on"
            )
    if "home_address" in changes:
        values["household"] = household_at(changes["home_address"], member.organization)
    return values


@whole
def change_state(member: Member, to: MemberState, *, on: date, reason: str, actor: Actor | None) -> Member:
    """Move the membership to another state from ``on``; sends ``member_left`` when it ends."""
    access.require(actor, CHANGE, member.organization)
    member = Member.objects.select_for_update(of=["self"]).select_related("organization").get(pk=member.pk)
    before = MemberState(member.state)
    advance(member, to, MEMBER_TRANSITIONS, field="state")
    _next_membership(member, on=on, reason=reason)
    member.save(update_fields=["state", "updated_at"])
    audit.record(
        actor, "members.member.change_state", member, before=before.value, after=to.value, on=on, reason=reason
    )
    if before in LIVE_STATES and to not in LIVE_STATES:
        member_left.send(Member, member=member, organization=member.organization, state=to, on=on)
    return member


@whole
def transfer_member(member: Member, *, to: Organization, on: date, reason: str, actor: Actor | None) -> Member:
    """Move a live membership to another union from ``on``; the actor must hold the right at both.

    Old cases stay where they were. Sends ``member_transferred``.
    """
    access.require(actor, CHANGE, member.organization)
    access.require(actor, CHANGE, to)
    member = Member.objects.select_for_update(of=["self"]).select_related("organization").get(pk=member.pk)
    origin = member.organization
    access.require(actor, CHANGE, origin)
    if origin.pk == to.pk:
        raise TransferRefused(_("The membership is at %(name)s already.") % {"name": to})
    if to.closed_on:
        raise TransferRefused(_("%(name)s is closed.") % {"name": to}, remedy=_("Choose a union that is open."))
    if member.state not in LIVE_STATES:
        raise TransferRefused(_("This membership has ended."), remedy=_("Let the person join again at the new union."))
    member.organization, member.organization_path = to, to.path
    member.state = MemberState.ACTIVE
    _next_membership(member, on=on, reason=reason)
    member.save(update_fields=["organization", "organization_path", "state", "updated_at"])
    audit.record(
        actor, "members.member.transfer", member, origin=origin.code, destination=to.code, on=on, reason=reason
    )
    member_transferred.send(Member, member=member, origin=origin, destination=to, on=on)
    return member


def _next_membership(member: Member, *, on: date, reason: str) -> None:
    """Close the present stretch and open the next; only ever forward in time."""
    present = member.memberships.select_for_update().filter(valid_to=None, superseded_at=None).first()
    if present:
        if on < present.valid_from:
            raise InvalidInput(
                _("The present membership began on %(day)s: the change cannot lie before it.")
                % {"day": present.valid_from},
                field="on",
            )
        present.valid_to = on
        present.save(update_fields=["valid_to"])
    Membership.objects.create(
        member=member,
        organization_id=member.organization_id,
        organization_path=member.organization_path,
        state=member.state,
        valid_from=on,
        reason=reason,
    )


@whole
def record_export(*, rows: int, conditions: Mapping[str, str], actor: User) -> None:
    """Write down that a list of people was taken away: how many, and which."""
    places = actor.paths(EXPORT)
    if not places:
        access.require(actor, EXPORT, "")
    audit.record(actor, "members.list.export", actor, place=min(places), rows=rows, conditions=dict(conditions))


@whole
def reveal_member(member: Member, *, reason: str, actor: Actor | None) -> dict[str, str]:
    """The sealed values of a person in full. Who looked, and why, is recorded and shown to the person."""
    access.require(actor, REVEAL, member.organization)
    if not reason.strip():
        raise InvalidInput(
            _("Say what you need the full number for."), field="reason", remedy=_("The member can read it.")
        )
    household: Household | None = member.household
    audit.record(actor, "members.member.reveal", member, reason=reason.strip()[:200])
    return {
        "id_number": str(member.id_number),
        "phone": str(member.phone),
        "address": str(household.address) if household else "",
    }

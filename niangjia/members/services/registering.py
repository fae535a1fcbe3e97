"""Entering people: one, or thousands in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, bulk, id_numbers, phones
from niangjia.core.access import Actor
from niangjia.core.cleaning import compact, person_name
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.coverage.models import Employer
from niangjia.members.indexes import address_index, bigrams, id_number_index, id_tail_index, phone_index
from niangjia.members.models import Household, Member, Membership, MemberState, Occupation
from niangjia.members.permissions import CHANGE, IMPORT
from niangjia.org.models import Organization

NAME_LENGTH = 60


class AlreadyRegistered(DomainError):
    """The ID number is in the registry. Where, is not said: the asker may not be allowed to know."""

    code = "already-registered"


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is known of somebody who is to be entered. Birth date and sex follow from the ID number."""

    organization: Organization
    name: str
    id_number: str
    phone: str = ""
    joined_on: date | None = None
    employer: Employer | None = None
    occupation: Occupation | None = None
    on_duty_festival: bool | None = None
    home_address: str = ""
    state: MemberState = MemberState.ACTIVE


@whole
def register_member(person: NewMember, *, on: date, actor: Actor | None) -> Member:
    """Enter one person with her membership from her day of joining, or from ``on`` when that is not known."""
    access.require(actor, CHANGE, person.organization)
    refusal = AlreadyRegistered(
        _("This person is already registered."),
        remedy=_("If she is not in your list, another union has her: ask for a transfer of the membership."),
    )
    try:
        with transaction.atomic():
            made = _enter([person], on=on, actor=actor)
    except IntegrityError:  # somebody else was quicker by a moment
        raise refusal from None
    if not made:
        raise refusal
    return made[0]


@whole
def register_many(people: Sequence[NewMember], *, on: date, actor: Actor | None) -> list[Member]:
    """Enter those of ``people`` who are not in the registry, and return them; the others are left as they are."""
    for organization in {person.organization.pk: person.organization for person in people}.values():
        access.require(actor, IMPORT, organization)
    return _enter(people, on=on, actor=actor)


def _enter(people: Sequence[NewMember], *, on: date, actor: Actor | None) -> list[Member]:
    """The rows of a person, her membership and the line of history, each kind in one write."""
    drafts = {bytes(member.id_number_index): (member, person) for person in people for member in [_draft(person, on)]}
    known = Member.objects.filter(id_number_index__in=list(drafts)).values_list("id_number_index", flat=True)
    for index in known:
        del drafts[bytes(index)]
    households = _households([person for _member, person in drafts.values()])
    for member, person in drafts.values():
        member.household = households.get(address_index(compact(person.home_address)))
    members = [member for member, _person in drafts.values()]
    bulk.copy_in(Household, [household for household in households.values() if household._state.adding])
    bulk.copy_in(Member, members)
    bulk.copy_in(Membership, [_membership(member, on) for member in members])
    audit.record_many(actor, "members.member.register", [(member, {}) for member in members])
    return members


def _draft(person: NewMember, on: date) -> Member:
    name, phone = person_name(person.name), phones.normal(person.phone)
    number = checked_id_number(person.id_number, on=on)
    check_name(name)
    check_phone(phone)
    if person.joined_on and not number.birth_on < person.joined_on <= on:
        raise InvalidInput(_("The day of joining must lie after the birth and not in the future."), field="joined_on")
    return Member(
        organization=person.organization,
        organization_path=person.organization.path,
        name=name,
        name_bigrams=bigrams(name),
        id_number=number.text,
        id_number_index=id_number_index(number.text),
        id_tail_index=id_tail_index(number.tail),
        phone=phone,
        phone_index=phone_index(phone),
        birth_on=number.birth_on,
        sex=number.sex,
        state=person.state,
        joined_on=person.joined_on,
        employer=person.employer,
        occupation=person.occupation,
        on_duty_festival=person.on_duty_festival,
    )


def _membership(member: Member, on: date) -> Membership:
    return Membership(
        organization_id=member.organization_id,
        organization_path=member.organization_path,
        member=member,
        state=member.state,
        valid_from=member.joined_on or on,
    )


def _households(people: Sequence[NewMember]) -> dict[bytes, Household]:
    """By index: those that are known, and fresh ones not yet saved for the addresses that are not."""
    homes = {address_index(compact(one.home_address)): one for one in people if compact(one.home_address)}
    found = {bytes(row.address_index): row for row in Household.objects.filter(address_index__in=list(homes))}
    for index, person in homes.items():
        if index not in found:
            found[index] = Household(
                organization=person.organization,
                organization_path=person.organization.path,
                address=compact(person.home_address),
                address_index=index,
            )
    return found


def household_at(address: str, organization: Organization) -> Household | None:
    """The household of an address, made when it is not known yet; none for no address."""
    text = compact(address)
    if not text:
        return None
    household, _made = Household.objects.get_or_create(
        address_index=address_index(text),
        defaults={"organization": organization, "organization_path": organization.path, "address": text},
    )
    return household


def checked_id_number(text: str, *, on: date) -> id_numbers.IdNumber:
    """The number, or a refusal that says what is wrong with it."""
    try:
        number = id_numbers.parse(compact(text))
    except id_numbers.IdNumberWrong as wrong:
        reasons = {
            id_numbers.Fault.LENGTH: _("An ID number has 18 characters."),
            id_numbers.Fault.CHARACTERS: _("An ID number has 17 digits and a last digit or X."),
            id_numbers.Fault.BIRTH_DATE: _("The birth date in this ID number does not exist."),
            id_numbers.Fault.CHECK: _("The last character of this ID number should be %(expected)s.")
            % {"expected": wrong.expected},
        }
        raise InvalidInput(
            reasons[wrong.fault], field="id_number", remedy=_("Compare it with the ID card."), code=wrong.fault.value
        ) from None
    if number.birth_on > on:
        raise InvalidInput(_("The birth date in this ID number lies in the future."), field="id_number")
    return number


def check_name(name: str) -> None:
    if not 2 <= len(name) <= NAME_LENGTH:
        raise InvalidInput(_("A name has 2 to 60 characters."), field="name")


def check_phone(phone: str) -> None:
    if phone and not phones.is_mobile(phone):
        raise InvalidInput(_("A mobile number has 11 digits and begins with 1."), field="phone")

"""Reads about people."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.core import access, id_numbers, phones
from niangjia.core.access import Actor
from niangjia.core.cleaning import compact, person_name
from niangjia.members.indexes import bigrams, id_number_index, id_tail_index, phone_index
from niangjia.members.models import LIVE_STATES, CorrectionRequest, CorrectionStatus, Member, Occupation
from niangjia.members.permissions import CHANGE, VIEW
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.ui.inbox import InboxItem

TAIL = re.compile(r"\d{3}[\dXx]", re.ASCII)


@dataclass(frozen=True)
class Happening:
    """One line of a person's history, in words."""

    at: datetime
    who: str
    what: str
    why: str


def found(people: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Those of ``people`` whom a phone, an ID number or its last four name, or whose name holds the words."""
    phone = phones.normal(words)
    if phones.is_mobile(phone):
        return people.filter(phone_index=phone_index(phone))
    try:
        number = id_numbers.parse(compact(words))
    except id_numbers.IdNumberWrong:
        pass
    else:
        return people.filter(id_number_index=id_number_index(number.text))
    if TAIL.fullmatch(compact(words)):
        return people.filter(id_tail_index=id_tail_index(compact(words)))
    name = person_name(words)
    if len(name) < 2:
        return people.filter(name__startswith=name)
    return people.filter(name_bigrams__contains=bigrams(name), name__icontains=name)


def occupations() -> "QuerySet[Occupation]":
    """The trades people work in; anybody may know them."""
    return Occupation.objects.all()


def occupation(key: UUID) -> Occupation | None:
    return Occupation.objects.filter(pk=key).first()


def units(actor: Actor, permission: str = VIEW) -> OrganizationQuerySet:
    """The open unions at which ``actor`` holds ``permission`` over members."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))


def happenings(member: Member, *, limit: int = 50) -> list[Happening]:
    """What was done with a person's record, the newest first: every change, and every look at the full numbers."""
    entries = Entry.objects.about(member).order_by("-id")[:limit]
    return [
        Happening(entry.at, _who(entry), words.said(entry.action), str(entry.data.get("reason", "")))
        for entry in entries
    ]


def _who(entry: Entry) -> str:
    return entry.actor_name if entry.actor_id else _("the system")


def live_count(people: "QuerySet[Any]") -> int:
    """How many of ``people`` have a membership that holds."""
    return people.filter(state__in=LIVE_STATES).count()


def belonging(unit: Organization) -> str:
    """What keeps ``unit`` open: people who belong to it."""
    count = Member.objects.live().filter(organization=unit).count()
    if not count:
        return ""
    said = ngettext("%(n)s person is a member here: transfer her first.",
                    "%(n)s people are members here: transfer them first.", count)  # fmt: skip
    return said % {"n": f"{count:,}"}


def corrections_waiting(actor: Actor) -> list[InboxItem]:
    """One line of the inbox for all requests that wait."""
    if not access.can_anywhere(actor, CHANGE):
        return []
    waiting = CorrectionRequest.objects.filter(access.scope(actor, CHANGE), status=CorrectionStatus.OPEN).count()
    if not waiting:
        return []
    title = ngettext(
        "%(n)s member asks for a correction of her data", "%(n)s members ask for a correction of their data", waiting
    )
    return [InboxItem(title % {"n": waiting}, reverse("members:correction-list"), count=waiting, icon="pencil")]

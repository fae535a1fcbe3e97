"""Finding the person who stands at the desk."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from niangjia.audiences.models import AudienceEntry
from niangjia.benefits.models import Handout, Programme
from niangjia.benefits.queries.handing import SERVED
from niangjia.bookings.models import Booking
from niangjia.core import phones
from niangjia.members.indexes import bigrams, id_tail_index, phone_index
from niangjia.members.models import Member

MOST = 20
TAIL = re.compile(r"\d{3}[\dXx]")


@dataclass(frozen=True)
class Found:
    """One person who may be meant, and where she stands."""

    member: Member
    eligible: bool
    served: bool

    @property
    def state(self) -> str:
        return "done" if self.served else "waiting" if self.eligible else "refused"


def people_of(programme: Programme) -> QuerySet[Member]:
    """The live members of the programme's unit and below: those for whom its desk may act."""
    found: QuerySet[Member] = Member.objects.live().filter(organization_path__startswith=programme.organization_path)
    return found.select_related("organization", "occupation")


def find(programme: Programme, words: str, audience_id: UUID | None = None) -> list[Found]:
    """People by name, by their whole phone number, or by the last four of the ID number; at most twenty.

    Eligible is who stands on the list of the programme, or on that of ``audience_id``.
    """
    words = words.strip()
    meant = Q(name_bigrams__contains=bigrams(words))
    if TAIL.fullmatch(words):
        meant |= Q(id_tail_index=id_tail_index(words))
    if index := phone_index(phones.normal(words)):
        meant |= Q(phone_index=index)
    booked = Booking.objects.filter(offer=programme.pk, member=OuterRef("pk"), status__in=SERVED)
    listed = Handout.objects.live().filter(programme=programme, member=OuterRef("pk"))
    entry = AudienceEntry.objects.filter(
        audience=audience_id or programme.audience_id, member=OuterRef("pk"), eligible=True
    )
    rows = (
        people_of(programme)
        .filter(meant)
        .annotate(served=Exists(booked) | Exists(listed), on_list=Exists(entry))
        .order_by("name", "id")[:MOST]
    )
    return [Found(member, member.on_list, member.served) for member in rows]

"""Rehearsing the opening of a programme, which may still be a draft."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Allocation, Method
from niangjia.bookings.rehearsed import Rehearsal
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError

BEFORE_ITS_END = {ProgrammeStatus.DRAFT, ProgrammeStatus.PUBLISHED, ProgrammeStatus.OPEN}


def rehearse_opening(
    programme: Programme, *, members: int, seconds: int, result_url: str, actor: Actor, at: datetime
) -> Rehearsal:
    """Let a job replay the opening with so many synthetic people; nothing of the programme is touched."""
    return bookings.start_rehearsal(
        **plan_of(programme), members=members, seconds=seconds, result_url=result_url, actor=actor, at=at
    )


def plan_of(programme: Programme) -> dict[str, Any]:
    """What of a programme matters for its opening."""
    gift = programme.gifts.filter(quantity_online__gt=0).first()
    if gift is None or gift.quantity_online == gift.protected:
        raise DomainError(
            _("This programme gives nothing that people book by themselves."),
            remedy=_("Say on the page “Gifts” how many are to be booked online."),
            code="nothing-to-rehearse",
        )
    if Allocation.objects.filter(pk=programme.pk, method=Method.DRAW).exists():
        raise DomainError(
            _("The gifts of this programme are drawn by lot: nobody hurries to its opening."),
            remedy=_("Rehearse a programme in which whoever books first gets one."),
            code="nothing-to-rehearse",
        )
    if programme.status not in BEFORE_ITS_END:
        raise DomainError(_("This programme is over."), remedy=_("Rehearse the next one."), code="nothing-to-rehearse")
    return {
        "programme_id": programme.pk,
        "organization": programme.organization,
        "title": programme.name,
        "capacity": gift.quantity_online,
        "protected": gift.protected,
    }

"""What a rule may ask about earlier gifts."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from niangjia.benefits.models import Handout, HandoutStatus, Programme
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.core.catalogue import Fact, Kind, Parameter
from niangjia.core.errors import InvalidInput


def _codes() -> dict[str, str]:
    return dict(Programme.objects.public().values_list("code", "name"))


def _received(code: str) -> Any:
    """Has collected a gift of the programme with this code, or was handed one offline."""
    programme = Programme.objects.filter(code=code).values_list("pk", flat=True).first()
    if programme is None:
        raise InvalidInput(
            now("There is no programme with the code “%(code)s”.") % {"code": code},
            field="source",
            remedy=now("Look up the code on the page of the programme."),
        )
    collected = Booking.objects.filter(offer=programme, member=OuterRef("pk"), status=BookingStatus.COLLECTED)
    handed = Handout.objects.filter(programme=programme, member=OuterRef("pk"), status=HandoutStatus.HANDED_OUT)
    return Q(Exists(collected)) | Q(Exists(handed))


def _today() -> Any:
    """Whoever asks is answered from the records themselves."""
    return TruncDate(Now())


FACTS = [
    Fact(
        name="received",
        label=_("Has received a gift of %(argument)s"),
        kind=Kind.FLAG,
        value=_received,
        parameters=(Parameter(kind=Kind.CHOICE, label=_("Programme"), choices=_codes),),
        affirmed=_("Has received a gift of %(argument)s"),
        denied=_("Has not received a gift of %(argument)s"),
        source=_("Bookings and hand-outs"),
        dated=_today,
    ),
]

"""What a rule may ask about earlier gifts."""

from datetime import date
from typing import Any

from django.db.models import DateField, Exists, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Greatest, Now, TruncDate
from django.db.models.lookups import LessThan
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.benefits.models import Handout, HandoutStatus, Programme
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.core.catalogue import Fact, Kind, Parameter
from niangjia.core.errors import InvalidInput
from niangjia.vouchers.models import Redemption, RedemptionKind

SOURCE = _("Bookings and hand-outs")


def _codes() -> dict[str, str]:
    return dict(Programme.objects.public().values_list("code", "name"))


def _received(code: str) -> Any:
    """Has collected a gift of the programme with this code, or was handed one offline."""
    programme = Programme.objects.filter(code=code).values_list("pk", flat=True).first()
    if programme is None:
        raise InvalidInput(
            gettext("There is no programme with the code “%(code)s”.") % {"code": code},
            field="source",
            remedy=gettext("Look up the code on the page of the programme."),
        )
    collected = Booking.objects.filter(offer=programme, member=OuterRef("pk"), status=BookingStatus.COLLECTED)
    handed = Handout.objects.filter(programme=programme, member=OuterRef("pk"), status=HandoutStatus.HANDED_OUT)
    return Q(Exists(collected)) | Q(Exists(handed))


def _last_received() -> Any:
    """The day of the last gift that the person still has, whichever the channel; unknown where there was none."""
    collected = Booking.objects.filter(member=OuterRef(OuterRef("pk")), status=BookingStatus.COLLECTED)
    over_the_counter = Redemption.objects.filter(
        kind=RedemptionKind.HANDED_OVER, voucher__in=collected.order_by().values("pk")
    )
    offline = Handout.objects.filter(member=OuterRef("pk"), status=HandoutStatus.HANDED_OUT)
    return Greatest(
        Subquery(over_the_counter.order_by("-at").values(day=TruncDate("at"))[:1]),
        Subquery(offline.order_by("-handed_at").values(day=TruncDate("handed_at"))[:1]),
        output_field=DateField(),
    )


def _unserved_since(day: date) -> Any:
    """Whoever never had a gift is not served either: here nothing on record is a known answer."""
    return Coalesce(LessThan(_last_received(), Value(day)), Value(True))


def _last_in_words(_day: date) -> Any:
    day = Func(_last_received(), Value(gettext("FMDD Mon YYYY")), function="to_char", output_field=TextField())
    return Coalesce(day, Value(gettext("none on record")), output_field=TextField())


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
        source=SOURCE,
        dated=_today,
    ),
    Fact(
        name="member.last_received_on",
        label=_("Day of the last gift"),
        kind=Kind.DATE,
        value=_last_received,
        nullable=True,
        source=SOURCE,
        dated=_today,
    ),
    Fact(
        name="member.unserved_since",
        label=_("Without a gift since %(argument)s"),
        kind=Kind.FLAG,
        value=_unserved_since,
        shown=_last_in_words,
        parameters=(Parameter(kind=Kind.DATE, label=_("Day")),),
        affirmed=_("Has had no gift since %(argument)s"),
        denied=_("Has had a gift since %(argument)s"),
        source=SOURCE,
        dated=_today,
    ),
]

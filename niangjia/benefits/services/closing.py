"""Closing a programme, and its report."""

from datetime import datetime

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.benefits import papers
from niangjia.benefits.models import PROGRAMME_TRANSITIONS, Gift, Programme, ProgrammeStatus
from niangjia.benefits.permissions import PUBLISH, REPORT
from niangjia.benefits.queries.report import Report, report
from niangjia.benefits.services.planning import locked
from niangjia.benefits.sheets import report_excel
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, BookingStatus, Offer, OfferStatus
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import Account
from niangjia.ledgers.queries import available
from niangjia.papers.models import Paper
from niangjia.papers.services import file_paper
from niangjia.papers.word import render_docx
from niangjia.ui import formats


class DoesNotAgree(DomainError):
    """People, vouchers and stock do not say the same; such a report is not signed."""

    code = "does-not-agree"


class StillWaiting(DomainError):
    """Somebody's booking still stands."""

    code = "still-waiting"


@whole
def close_programme(programme: Programme, *, actor: Actor | None, at: datetime) -> Programme:
    """End booking and handing out. What nobody collected lapses, and what is left is held in the store again.

    Refused while people who have booked may still come.
    """
    programme = locked(programme, actor, PUBLISH)
    advance(programme, ProgrammeStatus.CLOSED, PROGRAMME_TRANSITIONS)
    offer = Offer.objects.filter(pk=programme.pk).first()
    if offer:
        _end_offer(offer, actor, at)
    released = {}
    for gift in programme.gifts.select_related("item"):
        released[gift.item.name] = _release(gift, programme, actor)
    programme.closed_at = at
    programme.save(update_fields=["status", "closed_at"])
    audit.record(actor, "benefits.programme.close", programme, released=released)
    return programme


def _end_offer(offer: Offer, actor: Actor | None, at: datetime) -> None:
    waiting = Booking.objects.filter(offer=offer, status=BookingStatus.BOOKED).count()
    over = offer.collect_until is not None and offer.collect_until <= at
    if waiting and not over:
        raise StillWaiting(
            _("%(count)s people have booked and may still collect until %(when)s.")
            % {"count": waiting, "when": formats.moment(offer.collect_until)},
            remedy=_("Close the programme after that, or when everybody has collected."),
        )
    if offer.status == OfferStatus.PUBLISHED:
        bookings.close_offer(offer, actor=actor)
    if waiting:
        bookings.expire_bookings(offer, actor=actor, at=at)


def _release(gift: Gift, programme: Programme, actor: Actor | None) -> int:
    left = available(gift.item, Account.ALLOTTED, purpose_id=programme.pk)
    if left > 0:
        ledgers.release(
            gift.item, purpose_id=programme.pk, quantity=left, actor=actor, reason=_("The programme is closed.")
        )
    return max(0, left)


@whole
def file_report(programme: Programme, *, actor: Actor | None, at: datetime) -> Paper:
    """The report as it stands now, as PDF, Word and Excel."""
    programme = locked(programme, actor, REPORT)
    return _file(programme, report(programme), actor, at)


def _file(programme: Programme, found: Report, actor: Actor | None, at: datetime) -> Paper:
    document = papers.report_document(found, at)
    return file_paper(
        organization=programme.organization,
        kind=papers.REPORT,
        title=document.title.replace("\n", ""),
        about=programme,
        contents={
            "pdf": papers.report_pdf(found, at),
            "word": render_docx(document),
            "excel": report_excel(found),
        },
        actor=actor,
    )


@whole
def report_programme(programme: Programme, *, actor: Actor | None, at: datetime) -> Paper:
    """Sign off the report: from now on the programme is over. Refused while the counts disagree."""
    programme = locked(programme, actor, REPORT)
    advance(programme, ProgrammeStatus.REPORTED, PROGRAMME_TRANSITIONS)
    found = report(programme)
    if not found.agrees:
        raise DoesNotAgree(
            _("The people counted, the hand-overs and the stock do not agree."),
            remedy=_("Open the live page: its banner says what differs. Correct the stock, then report."),
        )
    programme.save(update_fields=["status"])
    audit.record(actor, "benefits.programme.report", programme, served=found.served, amount=found.amount)
    return _file(programme, found, actor, at)

"""The whole programme, from the plan to the report, and every number against every other."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.benefits import queries, services
from niangjia.benefits.checks import differences
from niangjia.benefits.models import FrontLine, Handout, HandoutStatus, MoneySource, ProgrammeStatus
from niangjia.benefits.queries.report import report
from niangjia.benefits.tests.factories import make_scene
from niangjia.bookings import queries as bookings
from niangjia.bookings import services as booking_services
from niangjia.bookings.models import Booking, BookingStatus, Offer
from niangjia.ledgers.queries import balance
from niangjia.ledgers.services import verify_stock
from niangjia.papers.models import Paper
from niangjia.vouchers import services as vouchers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


def test_a_warm_programme_from_plan_to_report() -> None:
    scene = make_scene(online=4, protected=2, offline=5, people=4, cleaners=3)
    officer, now = scene.officer, scene.now
    scene.programme = services.publish_programme(scene.programme, actor=officer, at=now)
    programme = scene.programme
    assert programme.status == ProgrammeStatus.OPEN
    offer = Offer.objects.get(pk=programme.pk)
    assert (offer.capacity, offer.protected) == (4, 2)
    assert balance(purpose_id=programme.pk).allotted == 9

    # Offline: the cleaners' list, the sheet, everybody but number 2.
    split = scene.split()
    filled = services.fill_list(split, actor=officer)
    assert (filled.listed, filled.left_over) == (3, 0)
    sheet = services.print_sheet(split, actor=officer, at=now)
    assert sheet.pdf_id
    assert sheet.excel_id
    recorded = services.record_sheet(split, absent=[2], actor=officer, at=now)
    assert (recorded.done, recorded.refused) == (2, [])
    second = Handout.objects.get(split=split, number=2)
    services.record_handout(second, actor=officer, at=now, signed_by="李队长代")
    services.undo_handout(second, reason="签错行", actor=officer)
    assert balance(purpose_id=programme.pk).handed_out == 2

    # At the desk: one is booked for and handed the gift at once, one is booked for only and cancels.
    first, other, third, fourth = scene.people
    booking, _redemption = services.hand_out_now(programme, first, point=scene.point, actor=officer, at=now)
    cancelled = services.book_for(programme, other, actor=officer, at=now)
    booking_services.cancel_booking(cancelled, actor=officer, at=now)
    late = services.book_for(programme, third, actor=officer, at=now)
    missed = services.book_for(programme, fourth, actor=officer, at=now)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.COLLECTED
    voucher = vouchers.ensure_voucher(late.pk)
    assert voucher
    vouchers.redeem(voucher, actor=officer, point=scene.point, at=timezone.now())

    totals = queries.programme_totals(programme)
    assert (totals.online_booked, totals.online_collected, totals.assisted, totals.cancelled) == (3, 2, 3, 1)
    assert (totals.offline_listed, totals.offline_handed_out) == (3, 2)
    assert (totals.all, totals.handed_out) == (5, 4)
    live = bookings.live_figures(offer)
    assert (live.taken, live.left + live.protected_left) == (3, 1)

    # Closing waits for the one who has not collected.
    with pytest.raises(services.StillWaiting):
        services.close_programme(programme, actor=officer, at=now)
    over = now + timedelta(days=11)
    programme = services.close_programme(programme, actor=officer, at=over)
    missed.refresh_from_db()
    assert (programme.status, missed.status) == (ProgrammeStatus.CLOSED, BookingStatus.EXPIRED)

    found = report(programme)
    stock = found.stock
    assert (stock.bought, stock.handed_out, stock.held, stock.allotted, stock.booked) == (9, 4, 5, 0, 0)
    assert stock.balances
    assert found.agrees
    assert sum(line.served for line in found.by_unit) == found.served == 4
    assert sum(line.served for line in found.by_occupation) == 4
    assert sum(count for _label, count in found.by_channel) == 4
    assert sum(line.missed for line in found.by_unit) == 1
    assert found.by_group == [(str(FrontLine.CLEANERS.label), 2)]
    assert found.amount == 4 * 12_000 + 5 * 8_000
    assert {(row.source, row.quantity) for row in found.money} == {
        (str(MoneySource.OWN.label), 4),
        (str(MoneySource.DONATION.label), 5),
    }
    assert (found.considered, found.eligible) == (7, 7)
    assert list(differences()) == []
    assert verify_stock(at=now) == []

    services.report_programme(programme, actor=officer, at=over)
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.REPORTED
    paper = Paper.objects.get(kind="benefits.report")
    assert paper.pdf_id
    assert paper.word_id
    assert paper.excel_id

    # Who did what for whom stands in the history.
    handed = Entry.objects.filter(action="benefits.handout.hand_out")
    assert {entry.data["person"] for entry in handed} == {member.name for member in scene.cleaners}
    assert {entry.actor_name for entry in handed} == {"天桥干部"}
    assert Booking.objects.filter(offer=offer).count() == 4
    assert Handout.objects.filter(status=HandoutStatus.HANDED_OUT).count() == 2

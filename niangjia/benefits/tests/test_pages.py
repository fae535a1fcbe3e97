"""The officer's pages: each step once through the door, who may pass it, and how many questions a list asks."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from niangjia.audiences.tests.factories import make_audience
from niangjia.audit import permissions as audit
from niangjia.audit.models import Entry
from niangjia.benefits import services
from niangjia.benefits.models import Gift, Handout, HandoutStatus, Programme, ProgrammeStatus, Split
from niangjia.benefits.tests.factories import OFFICER, Scene, make_people, make_programme, make_scene
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, grant, holder, make_cast
from niangjia.jobs.queue import run_waiting
from niangjia.ledgers.services import verify_stock
from niangjia.org.tests.factories import make_tree
from niangjia.papers.models import Paper
from niangjia.vouchers.services import create_point

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def local(moment: object) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")  # type: ignore[arg-type]


def exact(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def test_an_officer_plans_and_publishes_on_the_pages() -> None:
    tree = make_tree()
    client = signed_in(holder(*OFFICER, at=tree.unit, name="天桥干部"))
    make_people(tree, 3)
    basics = {
        "organization": tree.unit.pk,
        "name": "2026年迎新春送温暖",
        "occasion": "spring_festival",
        "year": "2026",
        "purpose": "为节日在岗职工送上一份心意。",
        "contact_phone": "010-83000000",
        "one_per_person": "on",
    }
    assert client.post(reverse("benefits:new"), basics | {"name": ""}).status_code == 422
    answer = client.post(reverse("benefits:new"), basics)
    programme = Programme.objects.get()
    assert answer["Location"] == reverse("benefits:gifts", args=[programme.pk])
    assert programme.code == "warm-2026"

    gift = {
        "name": "干果礼盒",
        "unit": "盒",
        "contents": "核桃 500克\n大枣 500克",
        "unit_price": "120.50",
        "money_source": "own",
        "quantity_online": "3",
        "protected": "4",
        "quantity_offline": "0",
    }
    assert client.post(reverse("benefits:gift-new", args=[programme.pk]), gift).status_code == 422
    assert Gift.objects.count() == 0
    assert client.post(reverse("benefits:gift-new", args=[programme.pk]), gift | {"protected": "1"}).status_code == 302
    made = Gift.objects.get()
    assert (made.unit_price, made.item.contents, made.item.unit) == (12_050, "核桃 500克、大枣 500克", "盒")

    now = timezone.now()
    point = create_point(organization=tree.unit, name="天桥职工服务站", address="北纬路甲6号", actor=None)
    times = {
        "opens_at": local(now - timedelta(hours=1)),
        "closes_at": local(now + timedelta(days=2)),
        "collect_from": local(now),
        "collect_until": local(now + timedelta(days=5)),
        "points": [point.pk],
    }
    wrong = times | {"closes_at": local(now - timedelta(days=1))}
    assert client.post(reverse("benefits:times", args=[programme.pk]), wrong).status_code == 422
    assert client.post(reverse("benefits:times", args=[programme.pk]), times).status_code == 302

    audience = make_audience(tree.unit, frozen=True)
    chosen = client.post(reverse("benefits:eligibility", args=[programme.pk]), {"audience": audience.pk})
    assert chosen.status_code == 302
    page = client.get(reverse("benefits:publish", args=[programme.pk])).content.decode()
    assert 'name="csrfmiddlewaretoken"' in page
    assert client.post(reverse("benefits:publish", args=[programme.pk])).status_code == 409
    receive = reverse("benefits:goods-receive", args=[programme.pk, made.pk])
    delivery = {"quantity": "3", "unit_price": "119.00", "money_source": "own"}
    assert client.post(receive, delivery).status_code == 302
    assert client.post(reverse("benefits:publish", args=[programme.pk])).status_code == 302
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.OPEN
    assert client.get(reverse("benefits:programme", args=[programme.pk]), follow=True).status_code == 200


def test_an_officer_hands_out_by_list_on_the_pages() -> None:
    scene = make_scene().publish()
    client, programme = signed_in(scene.officer), scene.programme
    form = {"group": "cleaner", "name": "先农坛保洁员", "gift": scene.packs.pk, "quantity": "9", "audience": ""}
    assert client.post(reverse("benefits:group-new", args=[programme.pk]), form).status_code == 422
    assert Split.objects.count() == 0
    assert client.post(reverse("benefits:group-new", args=[programme.pk]), form | {"quantity": "3"}).status_code == 302
    split = Split.objects.get()
    group = [programme.pk, split.pk]
    run_waiting()
    assert client.post(reverse("benefits:group-fill", args=group)).status_code == 302
    assert split.handouts.count() == 3
    sheet = client.post(reverse("benefits:group-sheet", args=group))
    assert sheet["Location"] == reverse("papers:paper", args=[Paper.objects.get().pk])
    assert client.post(reverse("benefits:group-record", args=group), {"absent": "x"}).status_code == 422
    assert client.post(reverse("benefits:group-record", args=group), {"absent": "77"}).status_code == 422
    assert client.post(reverse("benefits:group-record", args=group), {"absent": "2"}).status_code == 302
    assert Handout.objects.handed_out().count() == 2
    left = split.handouts.get(number=2)
    page = reverse("benefits:handout", args=[programme.pk, left.pk])
    assert client.post(page, {"signed_by": "李队长"}).status_code == 302
    assert client.get(page).status_code == 200
    undo = reverse("benefits:handout-undo", args=[programme.pk, left.pk])
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "签错行"}).status_code == 302
    left.refresh_from_db()
    assert left.status == HandoutStatus.LISTED
    assert client.get(reverse("benefits:group", args=group) + "?format=xlsx").status_code == 200


def test_an_officer_serves_somebody_at_the_desk() -> None:
    scene = make_scene(online=3, protected=1).publish()
    client, programme, person = signed_in(scene.officer), scene.programme, scene.people[0]
    found = client.get(reverse("benefits:desk", args=[programme.pk]), {"q": person.id_tail}).content.decode()
    assert person.name in found
    address = reverse("benefits:desk-person", args=[programme.pk, person.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"do": "hand_out", "point": scene.point.pk}).status_code == 302
    assert client.post(address, {"do": "book"}).status_code == 422
    booking = Booking.objects.get()
    assert (booking.channel, booking.status, booking.helper_id) == ("assisted", "collected", scene.officer.pk)
    other = make_people(scene.tree, 1)[0]
    refused = client.post(reverse("benefits:desk-person", args=[programme.pk, other.pk]), {"do": "book"})
    assert refused.status_code == 422
    assert Booking.objects.count() == 1
    grant(scene.officer, audit.VIEW, at=scene.tree.unit)
    entry = Entry.objects.get(action="benefits.programme.hand_out_now")
    history = client.get(reverse("portal:history"), {"action": entry.action}).content.decode()
    assert f"职工 {person.name}" in history
    assert str(scene.officer) in history


def test_moments_come_back_from_the_form_as_they_went_to_the_second() -> None:
    """So that whoever adds a place to a published programme does not bring its deadlines forward by half a minute."""
    scene = make_scene()
    closes_at = (scene.now + timedelta(days=3)).replace(second=37, microsecond=250_000)
    services.change_programme(scene.programme, actor=None, at=scene.now, closes_at=closes_at)
    scene.programme.refresh_from_db()
    programme = scene.publish().programme
    client, address = signed_in(scene.officer), reverse("benefits:times", args=[programme.pk])
    fields = re.findall(r'type="datetime-local" name="(\w+)" value="([^"]*)"', client.get(address).content.decode())
    assert dict(fields)["closes_at"].endswith(":37")
    another = create_point(organization=scene.tree.unit, name="永安路服务点", address="永安路1号", actor=None)
    sent = {**dict(fields), "points": [scene.point.pk, another.pk]}
    assert client.post(address, sent).status_code == 302
    programme.refresh_from_db()
    assert (programme.closes_at, programme.points.count()) == (closes_at, 2)
    later = closes_at + timedelta(seconds=30)
    assert client.post(address, sent | {"closes_at": exact(later - timedelta(minutes=1))}).status_code == 422
    assert client.post(address, sent | {"closes_at": exact(later)}).status_code == 302
    assert Offer.objects.get(pk=programme.pk).closes_at == later.replace(microsecond=0)


def test_an_officer_closes_and_reports_on_the_pages() -> None:
    scene = make_scene().publish()
    client, programme = signed_in(scene.officer), scene.programme
    assert client.get(reverse("benefits:close", args=[programme.pk])).status_code == 200
    assert client.post(reverse("benefits:close", args=[programme.pk])).status_code == 302
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.CLOSED
    report = reverse("benefits:report", args=[programme.pk])
    assert client.get(report).status_code == 200
    assert client.get(report + "?format=xlsx")["Content-Type"].endswith("sheet")
    assert client.post(reverse("benefits:report-file", args=[programme.pk]), {"do": "draft"}).status_code == 302
    assert client.get(reverse("benefits:report-file", args=[programme.pk])).status_code == 200
    assert client.post(reverse("benefits:report-file", args=[programme.pk])).status_code == 302
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.REPORTED
    assert Paper.objects.filter(kind="benefits.report").count() == 2


def test_a_count_that_does_not_agree_stands_above_the_live_page_until_it_does() -> None:
    scene = make_scene().publish()
    client, address = signed_in(scene.officer), reverse("benefits:live", args=[scene.programme.pk])
    stock = OfferStock.objects.filter(offer=scene.programme.pk)

    def alarm() -> str:
        verify_stock(at=timezone.now())
        text = client.get(address).content.decode()
        return text[text.index('role="alert"') : text.index("线上预订")] if 'role="alert"' in text else ""

    assert alarm() == ""
    stock.update(remaining=F("remaining") - 1)
    assert "数目对不上" in alarm()
    assert "3 / 2" in alarm()
    stock.update(remaining=F("remaining") + 1)
    assert alarm() == ""


def test_the_page_before_closing_says_what_it_waits_for_and_then_what_lapses() -> None:
    scene = make_scene().publish()
    client, address = signed_in(scene.officer), reverse("benefits:close", args=[scene.programme.pk])
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    assert "在此之前不能结束活动" in client.get(address).content.decode()
    assert client.post(address)["Location"] == reverse("benefits:live", args=[scene.programme.pk])
    for model in (Programme, Offer):
        model.objects.filter(pk=scene.programme.pk).update(collect_until=timezone.now(), cancel_until=None)
    page = client.get(address).content.decode()
    assert "还有 1 份预订没有领取，将按逾期未领处理" in page
    assert "在此之前不能结束活动" not in page
    assert client.post(address)["Location"] == reverse("benefits:report", args=[scene.programme.pk])


def test_a_limit_is_written_down_and_warns() -> None:
    scene = make_scene()
    client = signed_in(scene.officer)
    limit = {
        "organization": scene.tree.unit.pk,
        "kind": "per_gift",
        "amount": "100",
        "valid_from": "2026-01-01",
        "source": "京工发〔2025〕1号",
    }
    assert client.post(reverse("benefits:limits"), limit | {"source": ""}).status_code == 422
    assert client.post(reverse("benefits:limits"), limit).status_code == 302
    assert client.get(reverse("benefits:limits")).status_code == 200
    assert "京工发〔2025〕1号" in client.get(reverse("benefits:plan", args=[scene.programme.pk])).content.decode()


# Who may ----------------------------------------------------------------------------------------------------------
SEES = {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
PAGES = (
    "plan",
    "basics",
    "gifts",
    "gift-new",
    "times",
    "eligibility",
    "goods",
    "publish",
    "groups",
    "group-new",
    "report",
)


def everything(scene: Scene) -> tuple[Scene, Cast]:
    return scene, make_cast(scene.tree, *OFFICER)


@pytest.mark.parametrize("page", PAGES)
def test_staff_pages_are_for_those_who_look_after_the_unit(page: str) -> None:
    scene, cast = everything(make_scene())
    for who, user in cast:
        status = signed_in(user).get(reverse(f"benefits:{page}", args=[scene.programme.pk])).status_code
        assert status == SEES[who], (who, page)


@pytest.mark.parametrize(
    "page", ["basics", "gift-new", "times", "eligibility", "publish", "group-new", "abandon", "desk"]
)
def test_who_only_looks_may_not_change(page: str) -> None:
    scene = make_scene()
    reader = holder("benefits.view", at=scene.tree.unit)
    address = reverse(f"benefits:{page}", args=[scene.programme.pk])
    entries = Entry.objects.count()
    assert (signed_in(reader).get(address).status_code, signed_in(reader).post(address).status_code) in {
        (403, 403),
        (403, 405),
    }
    assert Entry.objects.count() == entries


def test_a_stranger_is_sent_to_the_log_in() -> None:
    scene = make_scene()
    for page in (*PAGES, "live", "member-programme"):
        assert Client().get(reverse(f"benefits:{page}", args=[scene.programme.pk])).status_code == 302


# Lists ------------------------------------------------------------------------------------------------------------
def questions(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_list_asks_as_many_questions_for_one_programme_as_for_three() -> None:
    scene = make_scene().publish()
    client, address = signed_in(scene.officer), reverse("benefits:programme-list")
    one = questions(client, address)
    for _n in range(2):
        make_programme(scene.tree)
    assert questions(client, address) == one


def test_a_group_asks_as_many_questions_for_one_person_as_for_three() -> None:
    scene = make_scene(cleaners=1).publish()
    client, split = signed_in(scene.officer), scene.split()
    services.fill_list(split, actor=None)
    addresses = [
        reverse("benefits:group", args=[scene.programme.pk, split.pk]),
        reverse("benefits:live", args=[scene.programme.pk]),
        reverse("benefits:report", args=[scene.programme.pk]),
    ]
    one = [questions(client, address) for address in addresses]
    more = make_people(scene.tree, 2, trade="cleaner")
    other = make_audience(scene.tree.unit, 'member.group == "cleaner"', frozen=True)
    Split.objects.filter(pk=split.pk).update(audience=other)
    services.fill_list(Split.objects.get(pk=split.pk), actor=None)
    assert split.handouts.count() == 1 + len(more)
    assert [questions(client, address) for address in addresses] == one

"""The house with people and things in it, for whoever walks through all its rooms; looking changes nothing in it."""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from niangjia.audiences.tests.factories import make_audience, make_rule
from niangjia.benefits import services as programmes
from niangjia.benefits.models import Programme
from niangjia.benefits.tests import factories as benefits
from niangjia.bookings.models import Method, Share
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.coverage import services as coverage
from niangjia.coverage.worklist import Mood, Side, Task
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder
from niangjia.identity.tests.test_staff_log_in import PASSWORD, confirm, log_in, set_up_app
from niangjia.imports import registry
from niangjia.imports import services as imports
from niangjia.insights import services as insights
from niangjia.insights.models import Indicator
from niangjia.insights.tests.register import make_employer, make_park
from niangjia.jobs.models import Job, JobStatus
from niangjia.members.models import Member
from niangjia.members.services.occupations import ensure_occupations
from niangjia.members.tests.factories import make_id_number, make_member
from niangjia.notices import services as notices
from niangjia.org.models import Kind, Level
from niangjia.org.tests.factories import make_organization
from tests.e2e.sights import Sight
from tests.world import World, make_world

LONG_UNION = "天桥街道先农坛片区楼宇物业保洁保安与新就业形态劳动者（快递、外卖、网约车）联合工会"
LONG_PROGRAMME = "天桥街道总工会2027年元旦春节期间走访慰问节日在岗一线职工与新就业形态劳动者“送温暖”活动"
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊"


@dataclass
class House:
    """The world of the access table and more; ``sessions`` are the cookies of those who have come in."""

    world: World
    things: dict[str, Any]
    sessions: dict[str, str] = field(default_factory=dict)

    def path(self, seen: Sight) -> str:
        return reverse(seen.address, kwargs={key: self.things[thing] for key, thing in seen.keys}) + seen.query

    def admit(self, who: str, client: Client) -> None:
        if settings.SESSION_COOKIE_NAME in client.cookies:
            self.sessions[who] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def admit_user(self, who: str, user: User | None) -> None:
        client = Client()
        if user:
            client.force_login(user)
        self.admit(who, client)


def make_house() -> House:
    ensure_occupations(actor=None)
    world = make_world()
    house = House(world, world.things)
    for who, user in house.world.people.items():
        house.admit_user(who, user)
    _fill_programmes(house)
    _fill_draw(house)
    _fill_members(house)
    _fill_work(house)
    _fill_figures(house)
    _open_doors(house)
    return house


def _fill_programmes(house: House) -> None:
    """A draft with nothing, one that is nearly ready, and one that is over with a sheet of packs handed out."""
    tree, now = house.world.tree, timezone.now()
    running = Programme.objects.get(pk=house.things["programme"])
    blank = programmes.create_programme(
        organization=tree.unit, name=LONG_PROGRAMME, purpose="", occasion="new_year", year=2027, actor=None
    )
    draft = benefits.make_programme(tree, name="2026年夏季送清凉", occasion="summer_heat")
    programmes.choose_audience(draft, running.audience, actor=None)
    gift = programmes.add_gift(draft, benefits.plan(name="清凉礼包", quantity_online=20, protected=4), actor=None)
    house.things |= {"blank": blank.pk, "draft": draft.pk, "draft_gift": gift.pk, "over": _over(house).pk}
    notice = notices.draft_notice(
        organization=tree.unit, title=LONG_PROGRAMME, body="各位职工：\n请准时领取。", actor=None
    )
    house.things["notice_out"] = notices.publish_notice(notice, actor=None, at=now).pk


def _over(house: House) -> Programme:
    tree, now = house.world.tree, timezone.now()
    over = benefits.make_programme(
        tree,
        name="2025年冬日送温暖",
        year=2025,
        collect_until=now + timedelta(minutes=1),
        closes_at=now,
        cancel_until=now,
    )
    pack = programmes.add_gift(over, benefits.plan(name="保暖礼包", quantity_offline=5), actor=None)
    programmes.receive_goods(pack, quantity=5, actor=None)
    over = programmes.publish_programme(over, actor=None, at=now)
    audience = make_audience(tree.unit, 'member.group == "cleaner"', frozen=True)
    plan = programmes.SplitPlan(name="先农坛保洁员", group="cleaner", gift=pack, audience=audience, quantity=5)
    split = programmes.add_split(over, plan, actor=None)
    programmes.fill_list(split, actor=None)
    programmes.record_sheet(split, actor=None, at=now)
    return programmes.close_programme(over, actor=None, at=now + timedelta(hours=1))


def _fill_draw(house: House) -> None:
    """A programme whose gifts are drawn, some of them for cleaners alone, and somebody who has entered."""
    tree, now = house.world.tree, timezone.now()
    running = Programme.objects.get(pk=house.things["programme"])
    drawn = benefits.make_programme(tree, name="2026年中秋慰问", occasion="mid_autumn")
    programmes.choose_audience(drawn, running.audience, actor=None)
    programmes.choose_points(drawn, list(running.points.all()), actor=None)
    gift = programmes.add_gift(drawn, benefits.plan(name="月饼礼盒", quantity_online=3), actor=None)
    programmes.receive_goods(gift, quantity=3, actor=None)
    rule = make_rule(tree.unit, 'member.group == "cleaner"')
    plan = AllocationPlan(
        method=Method.DRAW,
        value_name="开奖号码",
        value_due_at=drawn.closes_at,
        shares=[SharePlan(name="保洁员", rule_version=rule, quantity=1)],
    )
    programmes.plan_allocation(drawn, plan, actor=None)
    drawn = programmes.publish_programme(drawn, actor=None, at=now)
    entrant = Member.objects.filter(name="张二").order_by("pk")[0]
    programmes.join_line(drawn, entrant, actor=entrant.user, at=now)
    house.admit_user("entrant", entrant.user)
    house.things |= {"raffle": drawn.pk, "raffle_share": Share.objects.get(allocation=drawn.pk).pk}


def _fill_members(house: House) -> None:
    """One who has booked, one whom the conditions leave out, and one with a long name in a union with a longer."""
    tree, now = house.world.tree, timezone.now()
    running = Programme.objects.get(pk=house.things["programme"])
    booker = Member.objects.filter(name="张一").order_by("pk")[0]
    programmes.book_for(running, booker, actor=None, at=now)
    assert booker.user
    notices.tell(booker.user, title=f"{LONG_PROGRAMME}：预订成功", body="请按时领取。", link="/me/bookings/")
    (left_out,) = benefits.make_people(replace(tree, primary=tree.sibling), 1)
    union = make_organization(tree.unit, name=LONG_UNION, kind=Kind.SINGLE, level=Level.PRIMARY)
    long_named = make_member(union, name=LONG_NAME, phone="13900009999")
    house.things |= {"booker": booker.pk, "long_named": long_named.pk, "long_union": union.pk}
    house.admit_user("booker", booker.user)
    house.admit_user("left out", left_out.user)


def _fill_work(house: House) -> None:
    """A roster of which one row is wrong, checked; work that runs, and work that failed."""
    officer, unit, today = house.world.people["officer"], house.world.tree.unit, timezone.localdate()
    assert officer
    rows = (("王红", make_id_number(), "13900001234"), (LONG_NAME, make_id_number()[:-1] + "?", "123"))
    roster = "姓名,身份证号,手机号\n" + "".join(",".join(row) + "\n" for row in rows)
    batch = imports.receive_file(
        roster.encode(), name="名册.csv", organization=unit, target=registry.target("roster"), on=today, actor=officer
    )
    imports.choose_mapping(batch, sheet=0, mapping={0: "name", 1: "id_number", 2: "phone"}, actor=officer)
    imports.check_batch(batch.pk, on=today, actor=officer)
    running = Job.objects.create(
        task="house", label="核对名册", started_by=officer, status=JobStatus.RUNNING, done=300, total=1200,
        message="正在核对第 300 行",
    )  # fmt: skip
    failed = Job.objects.create(
        task="house", label="核对名册", started_by=officer, status=JobStatus.FAILED, message="数据库没有应答"
    )
    house.things |= {"checked": batch.pk, "job_running": running.pk, "job_failed": failed.pk}


def _fill_figures(house: House) -> None:
    """Figures with something in them: a public indicator, a target, a locked report and its correction, a talk."""
    tree, today = house.world.tree, timezone.localdate()
    for number in range(8):
        make_employer(tree.unit, covered=number < 5)
    make_park(tree.unit, reached=True)
    indicator = Indicator.objects.get(code=house.things["indicator"])
    insights.confirm_indicator(indicator, by="区总工会组织部", on=today, actor=None)
    insights.publish_indicator(indicator, public=True, actor=None)
    insights.change_indicator(Indicator.objects.get(code="parks"), measure="园区口径", actor=None)
    insights.set_targets(tree.unit, today.year, {indicator.code: Decimal("90.5")}, actor=None)
    locked = insights.open_period(tree.unit, today - timedelta(days=1), actor=None)
    locked = insights.approve_period(insights.submit_period(locked, actor=None), actor=None)
    corrected = insights.correct_period(locked, reason="补登一家用人单位", actor=None)
    corrected = insights.submit_period(corrected, actor=None)
    task = Task.objects.get(pk=house.things["task"])
    coverage.record_talk(task, side=Side.EMPLOYER, on=today, who="人事经理", mood=Mood.WILLING, actor=None)
    house.things |= {"locked": locked.pk, "corrected": corrected.pk, "city": tree.city.pk, "changed": "parks"}
    house.admit_user("head", holder("insights.view", "insights.define", "insights.report", at=tree.city))


def _open_doors(house: House) -> None:
    """Those who stand half-way in either door, and two who came in by password."""
    with override_settings(SENDER="niangjia.core.senders.ScreenSender"):
        for who in ("has asked for a code", "has shown the phone"):
            client = Client()
            client.post("/login/", {"phone": f"1380000000{len(house.sessions) % 10}"})
            if who == "has shown the phone":
                page = client.get("/login/code/").content.decode()
                found = re.search(r'id="shown-code"[^>]*>(\d+)<', page)
                assert found, page
                client.post("/login/code/", {"code": found[1]})
            house.admit(who, client)
    _open_the_door_by_password(house)


def _open_the_door_by_password(house: House) -> None:
    """One with a password alone, one with all second factors, and one who has typed the password and no more."""
    everything = [permission for permission in registered if permission != "identity.manage_roles"]
    for name in ("plain", "secured"):
        user = holder(*everything, at=house.world.tree.unit, name=LONG_NAME, password=PASSWORD)
        User.objects.filter(pk=user.pk).update(username=name)
        client = Client()
        log_in(client, username=name)
        confirm(client)
        _stay_confirmed(client)
        house.admit(name, client)
    set_up_app(client)
    data = {"name": "办公室电脑", "credential": passkey()}
    house.things["passkey_kept"] = Authenticator.objects.create(user=user, type="webauthn", data=data).pk
    client = Client()
    log_in(client, username="secured")
    house.admit("has typed the password", client)


def _stay_confirmed(client: Client) -> None:
    """However long the walk takes, nobody is asked for the password again on the way."""
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] += timedelta(hours=1).total_seconds()
    session.save()


def passkey() -> dict[str, Any]:
    """What a device answers that has made a key."""
    algorithm: Any = ES256
    key = algorithm.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    made = AttestedCredentialData.create(bytes(16), b"passkey", key)
    data = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), flags, 0, made)
    told = {"type": "webauthn.create", "challenge": "", "origin": "http://localhost"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(told).encode()),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    name = websafe_encode(b"passkey")
    return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

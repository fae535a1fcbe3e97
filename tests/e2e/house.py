"""The house with people and things in it, for whoever walks through all its rooms.

``sights`` is every page that a reader can reach, derived from the access table, each as somebody sees it who may; and
those states of pages that the table's visitors do not meet. Nothing that a sight shows is changed by looking at it.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
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

from niangjia.audiences.tests.factories import make_audience
from niangjia.benefits import services as programmes
from niangjia.benefits.models import Programme
from niangjia.benefits.tests import factories as benefits
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder
from niangjia.identity.tests.test_staff_log_in import PASSWORD, confirm, log_in, set_up_app
from niangjia.imports import registry
from niangjia.imports import services as imports
from niangjia.jobs.models import Job, JobStatus
from niangjia.members.models import Member
from niangjia.members.services.occupations import ensure_occupations
from niangjia.members.tests.factories import make_id_number, make_member
from niangjia.notices import services as notices
from niangjia.org.models import Kind, Level
from niangjia.org.tests.factories import make_organization
from tests.access_row import Row
from tests.access_table import ROWS
from tests.world import VISITORS, World, make_world

LONG_UNION = "天桥街道先农坛片区楼宇物业保洁保安与新就业形态劳动者（快递、外卖、网约车）联合工会"
LONG_PROGRAMME = "天桥街道总工会2027年元旦春节期间走访慰问节日在岗一线职工与新就业形态劳动者“送温暖”活动"
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊"

# Addresses that answer with a file or with data, never with a page; a test shows that it is so.
NO_PAGES = frozenset({
    "api-1:openapi-json", "api-1:api-root", "files:download", "benefits:poster", "benefits:public-poster",
    "imports:batch-file", "imports:template", "mfa_download_recovery_codes", "mfa_login_webauthn", "ops:healthz",
    "papers:paper-download",
})  # fmt: skip
# Who sees the same lists with nothing in them.
EMPTY_HANDED = {"officer": "elsewhere", "member": "nobody"}
# Pages with a browser test of their own: they are there for developers and in the demo only.
ELSEWHERE = frozenset(name for name in ROWS if name.startswith("ui:styleguide"))
# Addresses that send everybody on to another page.
SENDING_ON = frozenset({"portal:home", "benefits:programme"})


@dataclass(frozen=True)
class Sight:
    """A page in one of its states, and who looks at it."""

    address: str
    visitor: str
    keys: tuple[tuple[str, str], ...] = ()
    query: str = ""
    status: int = 200

    def __str__(self) -> str:
        thing = "".join(f" {thing}" for _key, thing in self.keys)
        return f"{self.address}{thing}{self.query} as {self.visitor}"


def derived() -> Iterator[Sight]:
    """From the access table: who first of these may see the page, and a list also as somebody finds it empty."""
    for name, row in ROWS.items():
        if row.method == "GET" and name not in NO_PAGES | ELSEWHERE and not is_data(name):
            seers = seers_of(row)
            lists = not row.kwargs and not name.endswith(("new", "create"))  # an empty form is the same for all
            empty = [EMPTY_HANDED[seer] for seer in seers[:1] if lists and seer in EMPTY_HANDED]
            for visitor in seers[:1] + [visitor for visitor in empty if visitor in seers]:
                yield Sight(name, visitor, tuple(row.kwargs.items()), row.query)


def is_data(name: str) -> bool:
    return name.startswith("api-1:")


def seers_of(row: Row) -> list[str]:
    """Those who get the page itself: strangers first, then whom it is for."""
    answers = dict(zip(VISITORS, row.statuses.split(), strict=True))
    order = ("stranger", "member", "officer", "helper", "nobody", "above", "elsewhere")
    return [visitor for visitor in order if answers[visitor] == "200"]


def sight(address: str, visitor: str, query: str = "", status: int = 200, **keys: str) -> Sight:
    return Sight(address, visitor, tuple(keys.items()), query, status)


# States that the visitors of the access table do not meet.
FURTHER = (
    # half-way through the members' door, and through the officers'
    sight("identity:log-in-code", "has asked for a code"),
    sight("identity:log-in-who", "has shown the phone"),
    sight("mfa_authenticate", "has typed the password"),
    # an account with a password, without and with second factors
    *(sight(name, "plain") for name in ("account_change_password", "mfa_index", "mfa_activate_totp")),
    *(sight(name, "plain") for name in ("mfa_list_webauthn", "mfa_add_webauthn")),
    *(sight(name, "secured") for name in ("mfa_index", "mfa_deactivate_totp", "mfa_list_webauthn")),
    *(sight(name, "secured") for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes")),
    *(sight(name, "secured", pk="passkey_kept") for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")),
    *(sight(name, "secured") for name in ("account_reauthenticate", "mfa_reauthenticate")),
    sight("mfa_reauthenticate_webauthn", "secured"),
    # a draft with nothing in it, and one that is nearly ready
    *(sight(f"benefits:{name}", "officer", pk="blank") for name in ("plan", "gifts", "times", "eligibility")),
    *(sight(f"benefits:{name}", "officer", pk="blank") for name in ("goods", "publish", "groups", "report")),
    *(sight(f"benefits:{name}", "officer", pk="draft") for name in ("plan", "basics", "gifts", "times", "goods")),
    *(sight(f"benefits:{name}", "officer", pk="draft") for name in ("eligibility", "publish", "abandon", "gift-new")),
    *(sight(f"benefits:{name}", "officer", pk="draft", gift="draft_gift") for name in ("gift-change", "gift-remove")),
    # a programme that is over, as everybody reads it
    *(sight(f"benefits:{name}", "officer", pk="over") for name in ("plan", "live", "groups", "report", "report-file")),
    *(sight(f"benefits:{name}", "stranger", pk="over") for name in ("public", "result")),
    sight("benefits:desk", "officer", "?q=张一", pk="programme"),
    sight("benefits:desk", "officer", "?q=张", 422, pk="programme"),
    sight("benefits:desk-person", "officer", pk="programme", member="booker"),
    # one who has booked, and one whom the conditions leave out
    *(sight(f"benefits:{name}", "booker", pk="programme") for name in ("member-programme", "member-cancel")),
    sight("benefits:member-programme", "left out", pk="programme"),
    sight("portal:member", "booker"),
    sight("portal:member", "left out"),
    sight("bookings:mine", "booker"),
    sight("notices:message-list", "booker"),
    # a roster with mistakes, checked
    sight("imports:batch", "officer", pk="checked"),
    sight("imports:batch", "officer", "?show=good", pk="checked"),
    sight("vouchers:voucher", "officer", pk="voucher"),
    # long names
    sight("members:member", "officer", pk="long_named"),
    sight("members:member-transfer", "officer", pk="long_named"),
    sight("org:unit", "officer", pk="long_union"),
    sight("members:member-list", "officer", "?q=没有这个人"),
    # work under way, and work that failed
    sight("jobs:job", "officer", pk="job_running"),
    sight("jobs:job", "officer", pk="job_failed"),
    # what is refused
    sight("members:member-list", "nobody", status=403),
    sight("members:member", "elsewhere", status=404, pk="member"),
    sight("members:own", "nobody", status=404),
    sight("notices:public", "stranger", pk="notice_out"),
)  # fmt: skip


def sights() -> tuple[Sight, ...]:
    return (*derived(), *FURTHER)


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
    _fill_members(house)
    _fill_work(house)
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
        house.admit(name, client)
    set_up_app(client)
    _stay_confirmed(client)
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

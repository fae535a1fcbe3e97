"""One small world for tests that walk the whole house: a tree, seven visitors, one thing of every kind."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from niangjia.api.services import create_token
from niangjia.audiences.tests.factories import make_audience
from niangjia.benefits import services as programmes
from niangjia.benefits.papers import REPORT, SIGN_FOR
from niangjia.benefits.tests import factories as benefits
from niangjia.bookings.services import book_assisted
from niangjia.bookings.tests import drawn
from niangjia.bookings.tests import factories as bookings
from niangjia.core.ids import uuid7
from niangjia.coverage.models import PlaceKind
from niangjia.coverage.services import assign_task, create_employer, create_workplace
from niangjia.files import services as files
from niangjia.formation import services as unions
from niangjia.formation.tests import factories as formation
from niangjia.identity import services as identity
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder, person
from niangjia.imports import registry
from niangjia.imports.services import receive_file
from niangjia.insights.services import open_period
from niangjia.insights.tests.factories import make_figure
from niangjia.jobs.models import Job, JobStatus
from niangjia.members.models import Member
from niangjia.members.services import request_correction
from niangjia.members.tests.factories import make_member
from niangjia.notices import services as notices
from niangjia.notices.models import FeedbackKind
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.papers.services import file_paper
from niangjia.vouchers.services import ensure_voucher

# In the order of the statuses in the table. The officer and those above and elsewhere hold every permission.
VISITORS = ("stranger", "nobody", "member", "helper", "officer", "above", "elsewhere")
HELPER = ("vouchers.redeem", "vouchers.view")


@dataclass
class World:
    """Who comes, and what there is; ``things`` are the keys that addresses want, all within the officer's unit."""

    tree: Tree
    people: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)


def make_world() -> World:
    tree = make_tree()
    everything = [permission for permission in registered if permission != "identity.manage_roles"]
    world = World(tree)
    world.people = {
        "stranger": None,
        "nobody": person("路人"),
        "member": person("王小明", phone="13900000001"),
        "helper": holder(*(name for name in HELPER if name in registered), at=tree.unit, name="发放员"),
        "officer": holder(*everything, at=tree.unit, name="天桥干部"),
        "above": holder(*everything, at=tree.district, name="西城干部"),
        "elsewhere": holder(*everything, at=tree.elsewhere, name="昌平干部"),
    }
    member = make_member(tree.primary, name="王小明", phone="13900000001")
    Member.objects.filter(pk=member.pk).update(user=world.people["member"])
    world.things = {"organization": tree.unit.pk, "member": member.pk}
    _fill(world)
    return world


def _fill(world: World) -> None:
    """One thing of every kind that an address can name, made by the services people use."""
    officer = world.people["officer"]
    assert officer
    now = timezone.now()
    token, _secret = create_token(
        name="数据仓库", permissions=["org.view"], expires_at=now + timedelta(days=30), actor=officer, at=now
    )
    world.things["token"] = token.pk
    _fill_house(world, officer)
    _fill_people(world, officer, timezone.localdate(now))
    _fill_programme(world)
    _fill_formation(world)


def _fill_house(world: World, officer: User) -> None:
    """A colleague with a role, long work, a file, a message, a notice and a letter."""
    unit, now = world.tree.unit, timezone.now()
    role = identity.define_role(code="matrix", name="查看", permissions=["org.view"], actor=None)
    colleague, _password = identity.open_account(
        name="同事", username="tongshi", role=role, organization=unit, actor=officer
    )
    member = world.people["member"]
    assert member
    letter = notices.send_feedback(organization=unit, kind=FeedbackKind.QUESTION, text="问", at=now)
    world.things |= {
        "colleague": colleague.pk,
        "assignment": colleague.assignments.get().pk,
        "passkey": 1,
        "job": Job.objects.create(task="matrix", label="核对", started_by=officer, status=JobStatus.DONE).pk,
        "file": files.store(b"x", name="x.txt", organization=unit, purpose="matrix", actor=officer).pk,
        "message": notices.tell(member, title="消息", body="…").pk,
        "notice": notices.draft_notice(organization=unit, title="草稿", body="…", actor=officer).pk,
        "letter": letter.pk,
        "ticket": letter.ticket,
    }


def _fill_programme(world: World) -> None:
    """A programme under way, with a group, a person on its list, its sheet on file, and a limit."""
    scene = benefits.make_scene(tree=world.tree).publish()
    split = scene.split()
    programmes.fill_list(split, actor=None)
    paper = file_paper(
        organization=world.tree.unit,
        kind=SIGN_FOR,
        title="签收表",
        about=split,
        contents={"pdf": b"%PDF-1.7"},
        actor=None,
    )
    member = Member.objects.get(user=world.people["member"])
    offer = bookings.make_offer(world.tree.unit, bookings.make_audience(world.tree.unit, member))
    voucher = ensure_voucher(book_assisted(offer, member, actor=None).pk)
    assert voucher
    limit = programmes.set_limit(
        organization=world.tree.unit, kind="per_gift", amount=300_000, source="〔2026〕1号",
        valid_from=timezone.localdate(), actor=None,
    )  # fmt: skip
    world.things |= {
        "programme": scene.programme.pk,
        "drawn": drawn.make_scene(1, tree=world.tree).until("drawn").offer.pk,
        "point": scene.point.pk,
        "item": scene.packs.item_id,
        "entry": scene.packs.item.entries.values_list("pk", flat=True)[0],
        "audience": scene.audience.pk,
        "version": scene.audience.rule_version_id,
        "rule": scene.audience.rule_version.rule_id,
        "nothing": uuid7(),
        "gift": scene.packs.pk,
        "split": split.pk,
        "handout": split.handouts.get(number=1).pk,
        "paper": paper.pk,
        "paper_form": "pdf",
        "paper_kind": REPORT,
        "limit": limit.pk,
        "voucher": voucher.pk,
        "figure": make_figure(scene).pk,
        "indicator": "unionised-100",
        "period": open_period(world.tree.unit, timezone.localdate(), actor=None).pk,
        "frozen": scene.audience.pk,
    }
    audience = make_audience(world.tree.unit)
    world.things |= {"audience": audience.pk, "rule": audience.rule_version.rule_id}


def _fill_formation(world: World) -> None:
    """A founding at its talks under the officer's unit; of the unit a term overdue, with what was asked for in it."""
    unit, today = world.tree.unit, timezone.localdate()
    founding = formation.make_founding(unit)
    term = formation.make_term(unit, starts_on=today - timedelta(days=4 * 366), years=3)
    renewal = unions.request_renewal(term, planned_on=today + timedelta(days=30), on=today, actor=None)
    asked = unions.ask_postponement(term, until=today + timedelta(days=60), reason="搬迁", on=today, actor=None)
    world.things |= {
        "founding": founding.pk,
        "founding_act": "talk",
        "term": term.pk,
        "renewal": renewal.pk,
        "renewal_act": "approve",
        "unit_act": "post",
        "post": term.posts.all()[0].pk,
        "postponement": asked.pk,
        "formation_rule": "women",
    }


def _fill_people(world: World, officer: User, today: date) -> None:
    """An employer, a roster whose columns are not chosen yet, and a member's request for a correction."""
    member, unit = Member.objects.get(pk=world.things["member"]), world.tree.unit
    user = world.people["member"]
    assert user
    employer = create_employer(organization=unit, name="天桥物业公司", actor=officer)
    roster = "姓名,身份证号\n王红,11010519491231002X\n".encode()
    batch = receive_file(
        roster, name="名册.csv", organization=unit, target=registry.target("roster"), on=today, actor=officer
    )
    correction = request_correction(member, text="电话有误", actor=user)
    place = create_workplace(organization=unit, kind=PlaceKind.BUILDING, name="天桥大厦", actor=officer)
    task = assign_task(employer, indicator="unionised-100", officer=officer, due_on=today, actor=officer)
    world.things["task"] = task.pk
    world.things |= {"employer": employer.pk, "workplace": place.pk, "batch": batch.pk, "correction": correction.pk}

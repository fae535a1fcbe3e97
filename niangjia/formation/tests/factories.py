"""Foundings, elections and terms for tests, made by the services that people use."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from niangjia.formation import first_rules, services
from niangjia.formation.models import Founding, PostKind, Renewal, RuleRow, Term
from niangjia.formation.services import ElectionPlan, PostPlan, Proposal, Stood
from niangjia.identity.models import User
from niangjia.org.models import Organization

DAY = date(2026, 3, 2)
EVERYTHING = ("formation.view", "formation.manage", "formation.approve", "org.view", "org.manage")

_numbers = count(1)


def with_rules() -> None:
    """The first rules, where a test that emptied the database has taken them."""
    if not RuleRow.objects.exists():
        RuleRow.objects.bulk_create([RuleRow(**fields) for fields in first_rules.rows()])


def proposal(**changes: Any) -> Proposal:
    number = next(_numbers)
    told: dict[str, Any] = {
        "name": f"天桥剧院第{number}工会",
        "code": f"BJ-XC-TQ-N{number}",
        "kind": "single",
        "level": "primary",
        "workers": 60,
        "women": 20,
        "willing": 50,
        "employers": [f"天桥剧院第{number}有限公司"],
        "contact": "赵筹备 13800000000",
    }
    return Proposal(**told | changes)


def make_founding(above: Organization, **changes: Any) -> Founding:
    return services.open_founding(organization=above, proposal=proposal(**changes), on=DAY, actor=None)


def plan(**changes: Any) -> ElectionPlan:
    """An election that keeps every rule: 50 members, 45 attending, six candidates for five seats."""
    names = ("李主席", "王副主席", "张委员", "刘委员", "陈委员")
    posts = (PostKind.CHAIR, PostKind.VICE_CHAIR, PostKind.MEMBER, PostKind.MEMBER, PostKind.MEMBER)
    stood = [Stood(post=post, name=name, votes=40, elected=True) for name, post in zip(names, posts, strict=True)]
    stood.append(Stood(post=PostKind.MEMBER, name="孙落选", votes=12))
    stood.append(Stood(post=PostKind.AUDIT_CHAIR, name="周经审", votes=41, elected=True))
    told: dict[str, Any] = {
        "held_on": DAY + timedelta(days=30),
        "members": 50,
        "women": 20,
        "due": 50,
        "attending": 45,
        "seats_committee": 5,
        "seats_audit": 1,
        "years": 3,
        "no_relatives": True,
        "candidates": stood,
    }
    return ElectionPlan(**told | changes)


def talk(founding: Founding, side: str, outcome: str = "agrees") -> None:
    services.add_talk(founding, side=side, on=DAY, who="钱经理", outcome=outcome, actor=None)


def founding_at(status: str, above: Organization, *, actor: User | None = None) -> Founding:
    """A founding that has come as far as ``status`` on the usual way."""
    founding, later = make_founding(above), DAY + timedelta(days=40)
    steps: dict[str, Callable[[], object]] = {
        "applied": lambda: services.apply_founding(founding, on=DAY, actor=actor),
        "approved": lambda: services.approve_case(founding, on=DAY, actor=actor),
        "elected": lambda: services.record_election(founding, plan=plan(), on=later, actor=actor),
        "reported": lambda: services.report_result(founding, on=later, actor=actor),
        "confirmed": lambda: services.confirm_founding(founding, on=later, actor=actor),
        "registered": lambda: services.register_legal_person(
            founding, credit_code="81110102MC0000001U", certificate_on=later, on=later, actor=actor
        ),
    }
    sideways: dict[str, tuple[str, Callable[[], object] | None]] = {
        "refused": ("applied", lambda: services.refuse_case(founding, reason="材料不全", on=DAY, actor=actor)),
        "returned": ("reported", lambda: services.return_result(founding, reason="票数有误", on=later, actor=actor)),
        "abandoned": ("talks", lambda: services.abandon_case(founding, reason="企业迁出", actor=actor)),
    }
    goal, last = sideways.get(status, (status, None))
    for name, step in steps.items():
        if goal == "talks":
            break
        step()
        if name == goal:
            break
    if last:
        last()
    founding.refresh_from_db()
    return founding


def make_term(unit: Organization, *, starts_on: date = date(2023, 3, 1), years: int = 3) -> Term:
    posts = [PostPlan(kind=PostKind.CHAIR, name="何主席"), PostPlan(kind=PostKind.MEMBER, name="吕委员")]
    return services.record_term(unit, starts_on=starts_on, years=years, posts=posts, on=date(2099, 1, 1), actor=None)


def make_renewal(term: Term) -> Renewal:
    return services.request_renewal(term, planned_on=DAY + timedelta(days=30), on=DAY, actor=None)

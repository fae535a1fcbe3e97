"""Every step of a case as a table, and everything that one could change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from niangjia.audit.models import Entry
from niangjia.core.access import Actor
from niangjia.formation import services
from niangjia.formation.models import CaseStatus, Election, Founding, Post, Renewal, Talk, Term
from niangjia.formation.tests.factories import DAY, make_renewal, make_term, plan
from niangjia.notices.models import Message
from niangjia.org.models import Organization
from niangjia.papers.models import Paper

LATER = DAY + timedelta(days=40)
CODE = "81110102MC0000001U"
Act = Callable[[Any, Actor | None], object]

SHARED: dict[str, tuple[CaseStatus, Act]] = {
    "approve": (CaseStatus.APPROVED, lambda case, a: services.approve_case(case, on=DAY, actor=a)),
    "refuse": (CaseStatus.REFUSED, lambda case, a: services.refuse_case(case, reason="缺", on=DAY, actor=a)),
    "elect": (CaseStatus.ELECTED, lambda case, a: services.record_election(case, plan=plan(), on=LATER, actor=a)),
    "report": (CaseStatus.REPORTED, lambda case, a: services.report_result(case, on=LATER, actor=a)),
    "return": (CaseStatus.RETURNED, lambda case, a: services.return_result(case, reason="误", on=LATER, actor=a)),
    "abandon": (CaseStatus.ABANDONED, lambda case, a: services.abandon_case(case, reason="迁出", actor=a)),
}
FOUNDING: dict[str, tuple[CaseStatus, Act]] = SHARED | {
    "apply": (CaseStatus.APPLIED, lambda case, a: services.apply_founding(case, on=DAY, actor=a)),
    "confirm": (CaseStatus.CONFIRMED, lambda case, a: services.confirm_founding(case, on=LATER, actor=a)),
    "register": (
        CaseStatus.REGISTERED,
        lambda case, a: services.register_legal_person(
            case, credit_code=CODE, certificate_on=LATER, on=LATER, actor=a
        ),
    ),
}
RENEWAL: dict[str, tuple[CaseStatus, Act]] = SHARED | {
    "apply": (CaseStatus.APPLIED, lambda case, a: services.refile_renewal(case, planned_on=DAY, on=DAY, actor=a)),
    "confirm": (CaseStatus.CONFIRMED, lambda case, a: services.confirm_renewal(case, on=LATER, actor=a)),
}
BY_ABOVE = {"approve", "refuse", "return", "confirm"}


def state() -> tuple[Any, ...]:
    """Everything that an act could change."""
    counted = (Founding, Renewal, Election, Talk, Term, Post, Paper, Entry, Message, Organization)
    rows = [list(model.objects.order_by("pk").values_list("pk", "status")) for model in (Founding, Renewal)]
    return (*(model._default_manager.count() for model in counted), *rows)


def renewal_at(status: str, unit: Organization) -> Renewal:
    """A re-election that has come as far as ``status``."""
    renewal = make_renewal(make_term(unit))
    ways = {
        "applied": (), "refused": ("refuse",), "abandoned": ("abandon",), "approved": ("approve",),
        "elected": ("approve", "elect"), "reported": ("approve", "elect", "report"),
        "returned": ("approve", "elect", "report", "return"), "confirmed": ("approve", "elect", "report", "confirm"),
    }  # fmt: skip
    for verb in ways[status]:
        RENEWAL[verb][1](renewal, None)
    renewal.refresh_from_db()
    return renewal

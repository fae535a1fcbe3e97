"""The roles of the demo: bundles of permissions, as an installation would define its own."""

from dataclasses import dataclass

from niangjia.audiences import permissions as audiences
from niangjia.audit import permissions as audit
from niangjia.benefits import permissions as benefits
from niangjia.bookings import permissions as bookings
from niangjia.coverage import permissions as coverage
from niangjia.identity import permissions as identity
from niangjia.insights import permissions as insights
from niangjia.ledgers import permissions as ledgers
from niangjia.members import permissions as members
from niangjia.notices import permissions as notices
from niangjia.org import permissions as org
from niangjia.papers import permissions as papers
from niangjia.vouchers import permissions as vouchers


@dataclass(frozen=True)
class Bundle:
    """A role before it is a row."""

    code: str
    name: str
    permissions: tuple[str, ...]


LOOK = (
    org.VIEW, coverage.VIEW, members.VIEW, audiences.VIEW, ledgers.VIEW, vouchers.VIEW, bookings.VIEW, benefits.VIEW,
    papers.VIEW, notices.VIEW, insights.VIEW,
)  # fmt: skip
ROSTERS = (coverage.MANAGE, members.IMPORT, members.CHANGE, members.REVEAL, members.EXPORT)
HANDING_OUT = (vouchers.REDEEM, bookings.ASSIST, benefits.HAND_OUT)
PROGRAMMES = (
    audiences.DEFINE, audiences.FREEZE, ledgers.MANAGE, vouchers.MANAGE, bookings.MANAGE, benefits.PLAN,
    benefits.PUBLISH, benefits.REPORT, papers.CHANGE, notices.MANAGE, insights.DEFINE,
)  # fmt: skip

ROLES = (
    Bundle("programme-officer", "项目干部", (*LOOK, *ROSTERS, *PROGRAMMES, *HANDING_OUT, audit.VIEW)),
    Bundle("registrar", "会籍管理员", (org.VIEW, coverage.VIEW, members.VIEW, *ROSTERS)),
    Bundle("helper", "发放志愿者", (benefits.VIEW, *HANDING_OUT)),
    Bundle("district-officer", "区总工会干部", (*LOOK, coverage.MANAGE, members.EXPORT, audit.VIEW)),
    Bundle("auditor", "审计员", (*LOOK, identity.VIEW, audit.VIEW)),
    Bundle("administrator", "系统管理员", (org.VIEW, org.MANAGE, identity.VIEW, identity.MANAGE, audit.VIEW)),
)

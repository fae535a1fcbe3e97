"""The roles of the demo: bundles of permissions, as an installation would define its own."""

from dataclasses import dataclass

from niangjia.audit import permissions as audit
from niangjia.coverage import permissions as coverage
from niangjia.identity import permissions as identity
from niangjia.members import permissions as members
from niangjia.org import permissions as org


@dataclass(frozen=True)
class Bundle:
    """A role before it is a row."""

    code: str
    name: str
    permissions: tuple[str, ...]


LOOK = (org.VIEW, coverage.VIEW, members.VIEW)

ROLES = (
    Bundle(
        "programme-officer",
        "项目干部",
        (*LOOK, coverage.MANAGE, members.IMPORT, members.CHANGE, members.REVEAL, members.EXPORT, audit.VIEW),
    ),
    Bundle("registrar", "会籍管理员", (*LOOK, coverage.MANAGE, members.IMPORT, members.CHANGE)),
    Bundle("helper", "发放志愿者", (org.VIEW,)),
    Bundle("district-officer", "区总工会干部", (*LOOK, members.EXPORT, audit.VIEW)),
    Bundle("auditor", "审计员", (*LOOK, identity.VIEW, audit.VIEW)),
    Bundle("administrator", "系统管理员", (org.VIEW, org.MANAGE, identity.VIEW, identity.MANAGE, audit.VIEW)),
)

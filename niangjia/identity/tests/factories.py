"""People for tests, named by what they may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from niangjia.identity import services
from niangjia.identity.models import User
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree

_numbers = count(1)


def person(name: str = "路人", *, phone: str = "", username: str | None = None, password: str | None = None) -> User:
    """Somebody with an account and no role."""
    return services.create_user(name=name, phone=phone, username=username, password=password, actor=None)


def holder(*permissions: str, at: Organization, name: str = "持权人", password: str | None = None) -> User:
    """Somebody with exactly these rights, at ``at`` and below, by a role of their own."""
    number = next(_numbers)
    user = person(name, username=f"holder{number}", password=password)
    grant(user, *permissions, at=at)
    return user


def grant(user: User, *permissions: str, at: Organization) -> None:
    number = next(_numbers)
    role = services.define_role(code=f"role{number}", name=f"角色{number}", permissions=list(permissions), actor=None)
    services.assign_role(user, role, at=at, actor=None)


@dataclass
class Cast:
    """The five kinds of people that every rule is tried on; ``nobody`` is logged in and holds no role."""

    member: User
    officer: User
    above: User
    elsewhere: User
    nobody: User

    def __iter__(self) -> Iterator[tuple[str, User]]:
        return iter(vars(self).items())


def make_cast(tree: Tree, *permissions: str) -> Cast:
    """Officers of the subdistrict, of the district above and of another district, all with ``permissions``."""
    number = next(_numbers)
    return Cast(
        member=person("会员王", phone=f"138{number:08}"),
        officer=holder(*permissions, at=tree.unit, name="天桥干部"),
        above=holder(*permissions, at=tree.district, name="西城干部"),
        elsewhere=holder(*permissions, at=tree.elsewhere, name="昌平干部"),
        nobody=person("路人"),
    )

"""Who can log in to the demo: logins.json is the one list, shown by the launcher and read here."""

import json
from dataclasses import dataclass
from pathlib import Path

from niangjia.demo.roles import ROLES
from niangjia.identity import services
from niangjia.identity.models import User
from niangjia.org.models import Organization

LOGINS = Path(__file__).parent / "logins.json"


@dataclass(frozen=True)
class Account:
    """One member of staff."""

    login: str
    password: str
    name: str
    bundle: str
    where: str


def accounts() -> list[Account]:
    """The staff of ``logins.json``; members, who log in by phone, have no bundle there."""
    rows = json.loads(LOGINS.read_text(encoding="utf-8"))
    return [
        Account(row["login"], row["password"], row["name"], row["bundle"], row["where"])
        for row in rows
        if "bundle" in row
    ]


def make_accounts(unions: dict[str, Organization]) -> None:
    roles = {
        bundle.code: services.define_role(
            code=bundle.code, name=bundle.name, permissions=list(bundle.permissions), actor=None
        )
        for bundle in ROLES
    }
    for account in accounts():
        user = services.create_user(name=account.name, username=account.login, password=account.password, actor=None)
        services.assign_role(user, roles[account.bundle], at=unions[account.where], actor=None)


def officer(login: str) -> User:
    """Somebody of the staff, to act as; read afresh, so that new roles count."""
    return User.objects.get(username=login)

"""One small world for tests that walk the whole house: a tree, seven visitors, one thing of every kind."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from niangjia.api.services import create_token
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder, person
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree, make_tree

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

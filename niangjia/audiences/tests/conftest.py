"""A unit with its officers, one member, a draft and a frozen list, for the tests of the pages."""

import pytest
from django.test import Client

from niangjia.audiences.models import Audience
from niangjia.audiences.permissions import DEFINE, FREEZE, VIEW
from niangjia.audiences.tests.factories import freeze, make_audience
from niangjia.identity.tests.factories import Cast, make_cast
from niangjia.members.models import Member
from niangjia.members.permissions import EXPORT
from niangjia.members.permissions import VIEW as MEMBERS
from niangjia.members.tests.factories import make_member
from niangjia.org.permissions import VIEW as UNITS
from niangjia.org.tests.factories import Tree, make_tree

ALL = (VIEW, DEFINE, FREEZE, MEMBERS, EXPORT, UNITS)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def cast(tree: Tree) -> Cast:
    return make_cast(tree, *ALL)


@pytest.fixture
def member(tree: Tree) -> Member:
    return make_member(tree.primary, name="丁云亮")


@pytest.fixture
def drafted(tree: Tree, member: Member) -> Audience:
    return make_audience(tree.unit, "member.on_duty_festival")


@pytest.fixture
def frozen(drafted: Audience) -> Audience:
    return freeze(drafted)


@pytest.fixture
def office(client: Client, cast: Cast) -> Client:
    client.force_login(cast.officer)
    return client

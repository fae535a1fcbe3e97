"""The trades an installation begins with."""

import pytest

from niangjia.core.errors import NotPermitted
from niangjia.identity.tests.factories import make_cast
from niangjia.members import services
from niangjia.members.models import Group, Occupation
from niangjia.members.permissions import IMPORT
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_every_group_has_its_occupation_and_no_word_means_two() -> None:
    made = services.ensure_occupations(actor=None)
    assert {one.group for one in made if one.group} == set(Group)
    words = [word for one in made for word in (one.name, *one.aliases)]
    assert len(words) == len(set(words))
    assert {one.group for one in made if one.new_employment} == set(Group) - {Group.CLEANER, Group.SANITATION_WORKER}


def test_what_was_changed_stays_and_what_is_missing_comes_back() -> None:
    services.ensure_occupations(actor=None)
    Occupation.objects.filter(name="保安员").update(aliases=["守护者"])
    Occupation.objects.filter(name="保洁员").delete()
    services.ensure_occupations(actor=None)
    assert Occupation.objects.get(name="保安员").aliases == ["守护者"]
    assert Occupation.objects.filter(name="保洁员").exists()


def test_only_who_may_import_everywhere_enters_them() -> None:
    tree = make_tree()
    for _who, user in make_cast(tree, IMPORT):
        with pytest.raises(NotPermitted):
            services.ensure_occupations(actor=user)
    assert not Occupation.objects.exists()

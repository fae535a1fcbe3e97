"""Where the demo does not go."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from niangjia.audit.models import Entry
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_a_real_installation_is_left_alone() -> None:
    make_tree()
    before = Organization.objects.count(), Entry.objects.count()
    with pytest.raises(CommandError):
        call_command("demo_load", stdout=StringIO())
    assert (Organization.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize("scale", [-0.1, 1.1])
def test_a_scale_that_is_no_share_is_refused(scale: float) -> None:
    with pytest.raises(CommandError):
        call_command("demo_load", scale=scale, stdout=StringIO())
    assert not Organization.objects.exists()

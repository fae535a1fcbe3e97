"""A frozen audience answers every later question from its own list."""

import pytest
from django.utils import timezone

from niangjia.audiences import queries
from niangjia.audiences.models import AudienceEntry
from niangjia.audiences.tests.factories import make_audience
from niangjia.members.models import Occupation
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_everyone_considered_is_kept_with_result_and_values() -> None:
    tree = make_tree()
    cleaner = Occupation.objects.create(name="保洁员甲", group="cleaner")
    served = make_member(tree.primary, occupation=cleaner)
    other = make_member(tree.unit)
    make_member(tree.sibling, occupation=cleaner)
    audience = make_audience(tree.unit, 'member.group in ["cleaner", "guard"] && member.under("BJ-XC")', frozen=True)
    assert (audience.considered, audience.eligible) == (2, 1)
    kept = {entry.member_id: (entry.eligible, entry.findings) for entry in AudienceEntry.objects.all()}
    day = timezone.localdate(served.updated_at).isoformat()
    assert kept == {
        served.pk: (
            True,
            [
                {"met": True, "found": ["cleaner"], "dated": day},
                {"met": True, "found": ["天桥剧场工会"], "dated": day},
            ],
        ),
        other.pk: (
            False,
            [
                {"met": None, "found": [None], "dated": day},
                {"met": True, "found": ["天桥街道总工会"], "dated": day},
            ],
        ),
    }
    assert queries.reasons(audience)[0].people == 1

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from niangjia.identity.limits import Limit, TooOften, forget_old
from niangjia.identity.models import Throttle

pytestmark = pytest.mark.django_db

THREE = Limit("test", 3, timedelta(minutes=10))


def test_the_fourth_try_in_the_window_is_refused_and_says_from_when_on() -> None:
    now = timezone.localtime().replace(hour=9, minute=0, second=30, microsecond=0)
    for _ in range(3):
        THREE.take("a", at=now)
    with translation.override("en"), pytest.raises(TooOften) as refused:
        THREE.take("a", at=now + timedelta(minutes=4))
    assert refused.value.context == {"retry_after": 361}
    assert str(refused.value.remedy) == "Please try again after 09:11."
    assert refused.value.status == 429


def test_a_new_window_begins_when_the_first_has_passed() -> None:
    now = timezone.now()
    for _ in range(3):
        THREE.take("a", at=now)
    THREE.take("a", at=now + timedelta(minutes=10))
    assert [row.count for row in Throttle.objects.all()] == [1]


def test_keys_and_names_are_counted_apart_and_stored_unreadably() -> None:
    now = timezone.now()
    for _ in range(3):
        THREE.take("13800000000", at=now)
    THREE.take("13900000000", at=now)
    Limit("other", 3, timedelta(minutes=10)).take("13800000000", at=now)
    assert sorted(row.count for row in Throttle.objects.all()) == [1, 1, 3]
    assert not any("138" in str(row.pk) and str(row.pk).isdigit() for row in Throttle.objects.all())


def test_refused_tries_count_too_but_do_not_prolong_the_wait() -> None:
    now = timezone.now()
    for _ in range(3):
        THREE.take("a", at=now)
    for _ in range(5):
        with pytest.raises(TooOften):
            THREE.take("a", at=now + timedelta(minutes=9))
    THREE.take("a", at=now + timedelta(minutes=10))


def test_what_no_limit_looks_at_is_forgotten() -> None:
    now = timezone.now()
    THREE.take("old", at=now - timedelta(days=2))
    THREE.take("new", at=now)
    assert forget_old(at=now) == 1
    assert Throttle.objects.get().began_at == now

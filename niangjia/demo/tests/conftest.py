"""The demo, loaded once for the tests of a module, small, and taken back after them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from niangjia.demo import loading, steps
from niangjia.demo.people import Size
from niangjia.demo.tests.digest import digest

TINY = Size(unit=150, elsewhere=40, boxes=12, packs=20)


@dataclass
class Loaded:
    """The demo in the database, what was said on the way, and the digest of an earlier load that was taken back."""

    demo: loading.Demo
    said: list[str]
    digest_before: str


def _load() -> tuple[loading.Demo, list[str]]:
    demo, said = loading.Demo(TINY, on=timezone.localdate()), list[str]()
    assert loading.load(demo, steps.STEPS, said.append)
    return demo, said


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    with django_db_blocker.unblock():
        with transaction.atomic():
            _load()
            before = digest()
            transaction.set_rollback(True)
        with transaction.atomic():
            yield Loaded(*_load(), before)
            transaction.set_rollback(True)

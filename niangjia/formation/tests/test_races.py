"""Two who decide at once."""

import threading
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.formation.models import (
    Founding,
    Term,
)
from niangjia.formation.tests.acts import FOUNDING, Act
from niangjia.formation.tests.factories import (
    founding_at,
    with_rules,
)
from niangjia.org.tests.factories import make_tree


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_heard(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"
    with_rules()
    case = founding_at("reported", make_tree().unit)
    said = _race([FOUNDING["confirm"][1], FOUNDING["return"][1], FOUNDING["confirm"][1]], case)
    assert sorted(said) == ["InvalidTransition", "InvalidTransition", "done"]
    kept = Founding.objects.get()
    assert Term.objects.count() == (1 if kept.status == "confirmed" else 0)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_would_be_heard(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"
    with_rules()
    case = founding_at("reported", make_tree().unit)

    def unlocked(stale: Founding, _actor: Actor | None) -> None:
        both_have_read.wait()
        Founding.objects.filter(pk=stale.pk, status=stale.status).exists()
        Founding.objects.filter(pk=stale.pk).update(status="elected" if stale.status == "reported" else "reported")

    both_have_read = threading.Barrier(2)
    assert _race([unlocked, unlocked], case) == ["done", "done"]


def _race(acts: list[Act], case: Founding) -> list[str]:
    said: list[str] = []
    start = threading.Barrier(len(acts))

    def run(act: Act) -> None:
        try:
            start.wait()
            act(case, None)
            said.append("done")
        except DomainError as no:
            said.append(type(no).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said

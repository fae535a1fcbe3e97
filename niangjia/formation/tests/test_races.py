"""Two who decide at once."""

import threading
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.formation.models import Founding, Term
from niangjia.formation.services import deciding
from niangjia.formation.tests.acts import FOUNDING, Act
from niangjia.formation.tests.factories import founding_at, with_rules
from niangjia.org.tests.factories import make_tree
from niangjia.papers.models import Paper


@pytest.fixture
def case(transactional_db: None, settings: Settings, tmp_path: Path) -> Founding:
    del transactional_db
    settings.FILES_FOLDER = tmp_path / "files"
    with_rules()
    return founding_at("reported", make_tree().unit)


def test_of_those_who_decide_at_once_one_is_heard(case: Founding) -> None:
    said = _race([FOUNDING["confirm"][1], FOUNDING["return"][1], FOUNDING["confirm"][1]], case)
    assert sorted(said) == ["InvalidTransition", "InvalidTransition", "done"]
    confirmed = Founding.objects.get().status == "confirmed"
    assert (Term.objects.count(), Paper.objects.filter(kind="formation.return").count()) == (confirmed, not confirmed)


def test_control_without_the_lock_both_are_heard(case: Founding, monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_read = threading.Barrier(2)

    def unlocked(stale: Founding, _actor: Actor | None, _permission: str, *, above: bool = False) -> Founding:
        found: Founding = Founding.objects.select_related("organization__parent").get(pk=stale.pk)
        both_have_read.wait(timeout=30)
        return found

    monkeypatch.setattr(deciding, "locked", unlocked)
    assert _race([FOUNDING["return"][1]] * 2, case) == ["done", "done"]
    assert Paper.objects.filter(kind="formation.return").count() == 2


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

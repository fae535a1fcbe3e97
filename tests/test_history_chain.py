"""The chain of the history: whatever is done to it afterwards is found and named."""

import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from pytest_django import Settings

from niangjia.audit import queries, services
from niangjia.audit.chain import anchor_file, digest_of
from niangjia.audit.models import Entry
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def tree() -> Tree:
    """Six entries come with it, one for each unit."""
    made = make_tree()
    assert services.seal() == 6
    return made


def number(n: int) -> Entry:
    return Entry.objects.get(sequence=n)


def reseal_from(n: int) -> None:
    """What a forger with the database but not the anchor would do: compute every later digest anew."""
    before = bytes(number(n - 1).digest or b"") if n > 1 else b""
    for entry in Entry.objects.filter(sequence__gte=n).order_by("sequence"):
        before = digest_of(entry, before)
        Entry.objects.filter(pk=entry.pk).update(digest=before)


def swap(first: int, second: int) -> None:
    a, b = number(first), number(second)
    Entry.objects.filter(pk=a.pk).update(sequence=-1)
    Entry.objects.filter(pk=b.pk).update(sequence=first)
    Entry.objects.filter(pk=a.pk).update(sequence=second)


def test_an_untouched_history_is_whole(tree: Tree) -> None:
    services.record(None, "test.thing.do", tree.unit)
    verdict = queries.verify()
    assert (verdict.sound, verdict.sealed, verdict.unsealed) == (True, 6, 1)


@pytest.mark.parametrize(
    ("case", "harm", "fault"),
    [
        (
            "other words",
            lambda: Entry.objects.filter(sequence=3).update(action="org.unit.praise"),
            "3: changed",
        ),
        ("another actor", lambda: Entry.objects.filter(sequence=3).update(actor_name="somebody else"), "3: changed"),
        ("other data", lambda: Entry.objects.filter(sequence=3).update(data={"code": "X"}), "3: changed"),
        ("another day", lambda: Entry.objects.filter(sequence=3).update(at="2020-01-01T00:00:00Z"), "3: changed"),
        ("another place", lambda: Entry.objects.filter(sequence=3).update(organization_path="x."), "3: changed"),
        ("another thing", lambda: Entry.objects.filter(sequence=3).update(target_id="x"), "3: changed"),
        ("one removed", lambda: number(3).delete(), "3–3: removed"),
        ("the first removed", lambda: number(1).delete(), "1–1: removed"),
        ("two removed", lambda: Entry.objects.filter(sequence__in=[3, 4]).delete(), "3–4: removed"),
        ("two exchanged", lambda: swap(2, 5), "2: changed or moved"),
        ("the end cut off", lambda: Entry.objects.filter(sequence__gt=4).delete(), "5–6: removed at the end"),
        ("everything removed", lambda: Entry.objects.all().delete(), "1–6: removed at the end"),
    ],
)
def test_whatever_is_done_to_the_history_is_found(
    tree: Tree, case: str, harm: Callable[[], object], fault: str
) -> None:
    harm()
    verdict = queries.verify()
    assert not verdict.sound, case
    assert any(found.startswith(fault) for found in verdict.faults), verdict.faults


def test_one_removed_with_its_traces_closed_is_found_by_the_chain(tree: Tree) -> None:
    """The forger closes the gap in the numbers, but the digest of the next entry is over the one that is gone."""
    number(3).delete()
    for n in (4, 5, 6):
        Entry.objects.filter(sequence=n).update(sequence=F("sequence") - 1)
    assert not queries.verify().sound


def test_a_whole_chain_computed_anew_is_found_by_the_anchor(tree: Tree) -> None:
    Entry.objects.filter(sequence=3).update(actor_name="somebody else")
    reseal_from(3)
    verdict = queries.verify()
    assert verdict.faults == ["6: differs from the anchor outside the database"]
    anchor_file().unlink()
    assert queries.verify().sound, "without the anchor it would pass: hence the anchor"


def test_an_entry_slipped_in_is_found(tree: Tree) -> None:
    extra = services.record(None, "test.thing.forge", tree.unit)
    for n in (6, 5, 4):
        Entry.objects.filter(sequence=n).update(sequence=n + 1)
    Entry.objects.filter(pk=extra.pk).update(sequence=4, digest=digest_of(number(5), b""))
    assert not queries.verify().sound


def test_the_command_says_what_it_found_and_exits_with_one(tree: Tree) -> None:
    said = StringIO()
    call_command("audit", "verify", stdout=said)
    assert "6 entries sealed, 0 not yet." in said.getvalue()
    number(3).delete()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify", stdout=said)
    assert ended.value.code == 1
    assert "3–3: removed" in said.getvalue()


def test_sealing_again_seals_only_what_is_new(tree: Tree) -> None:
    before = [(entry.sequence, bytes(entry.digest or b"")) for entry in Entry.objects.order_by("sequence")]
    services.record(None, "test.thing.do", tree.unit)
    assert services.seal() == 1
    assert services.seal() == 0
    after = [(entry.sequence, bytes(entry.digest or b"")) for entry in Entry.objects.order_by("sequence")]
    assert after[:-1] == before
    assert json.loads(anchor_file().read_text())["sequence"] == 7


def test_what_commits_late_is_sealed_late_and_the_chain_stays_whole(tree: Tree) -> None:
    """An entry with an older key may become visible after a newer one has been sealed."""
    early = Entry(action="test.thing.early", actor_name="x", target_type="x", target_id="x", target_name="x")
    services.record(None, "test.thing.late", tree.unit)
    services.seal()
    early.save(force_insert=True)
    services.seal()
    assert Entry.objects.get(pk=early.pk).sequence == 8
    assert queries.verify().sound


def test_what_is_rolled_back_leaves_neither_entry_nor_anchor(tree: Tree) -> None:
    with transaction.atomic():
        services.record(None, "test.thing.do", tree.unit)
        services.seal()
        transaction.set_rollback(True)
    assert json.loads(anchor_file().read_text())["sequence"] == 6
    assert queries.verify().sound


def test_many_sealers_and_writers_at_once_make_one_whole_chain(tree: Tree) -> None:
    unit = Organization.objects.get(pk=tree.unit.pk)
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            for _ in range(10):
                act()
        except BaseException as fault:  # noqa: BLE001 (a thread's failure is told to the test)
            faults.append(fault)
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [lambda: services.record(None, "test.thing.do", unit), services.seal]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    services.seal()
    verdict = queries.verify()
    assert faults == []
    assert (verdict.faults, verdict.sealed, verdict.unsealed) == ([], 46, 0)


def test_an_entry_is_sealed_whole_or_not_at_all(tree: Tree) -> None:
    with pytest.raises(IntegrityError, match="entry_is_sealed_whole_or_not_at_all"):
        Entry.objects.filter(sequence=3).update(digest=None)

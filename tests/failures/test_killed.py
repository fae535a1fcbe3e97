"""Kill -9 while a thousand bookings a second are being acknowledged: what was said stands in the table, exactly once.

A killed process is not a power cut. That nothing acknowledged is lost then, too, rests on the three settings asserted
here and on a disk that does not lie about fsync; what happens without one of them is seen in the control.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from niangjia.ops.tests.places import folder, until
from tests.failures.installation import DURABLE, MENDING, Installation, Scene, copied, installation
from tests.failures.storm import Booked, Ledger, Storm, Verdict, judge, rows_of

PEOPLE, CAPACITY = 12_000, 10_000
AT_LEAST = 1_000  # bookings acknowledged in the second before the blow
PARTS = {"the database": "postgres", "the web server": "granian", "the job worker": "procrastinate"}
FORGETFUL = "synchronous_commit = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 1GB\n"


@pytest.fixture(scope="module")
def site(prepared: Path) -> Iterator[Installation]:
    with folder("home") as home, installation(copied(prepared, home)) as running:
        yield running


@pytest.fixture(scope="module")
def scene(site: Installation) -> Scene:
    return site.scene(PEOPLE, **dict.fromkeys([*PARTS.values(), "control", "changed"], CAPACITY))


def storm_with_a_kill(site: Installation, scene: Scene, offer: str, victim: str) -> Ledger:
    """Everybody asks until answered, and in the midst of it the victim dies."""
    family = site.family()
    with Storm(site.port, scene.offers[offer], scene.people, scene.passes[offer]) as storm:
        before = storm.strike(lambda: site.kill(victim), at_least=AT_LEAST)
    assert len(storm.ledger.booked) > before + AT_LEAST, "the blow came too late to matter"
    until(site.healthy, MENDING)
    assert site.family()[victim] != family[victim], "it was never dead"
    return storm.ledger


@pytest.mark.parametrize("victim", PARTS.values(), ids=PARTS)
def test_nothing_acknowledged_is_lost_and_nothing_given_twice(site: Installation, scene: Scene, victim: str) -> None:
    assert site.settings() == DURABLE
    ledger = storm_with_a_kill(site, scene, victim, victim)
    rows = rows_of(site.url, scene.offers[victim])
    assert judge(ledger, CAPACITY, rows) == Verdict()
    assert sorted(number for _member, number, _key in rows) == list(range(1, CAPACITY + 1))
    assert len({one.member for one in ledger.booked}) == CAPACITY
    assert len(ledger.sold_out) == PEOPLE - CAPACITY
    verified = site.run("niangjia", "stock", "verify")
    assert (verified.returncode, "in order" in verified.stdout) == (0, True), verified.stdout


def test_control_without_synchronous_commit_the_same_storm_loses_what_was_acknowledged(
    site: Installation, scene: Scene
) -> None:
    """The same crowd, the same kill, the same comparison, and one setting of the database turned off.

    It proves that the ledger sees a loss, that the kill falls upon bookings whose answers are on their way, and that
    the setting asserted above is what keeps them. The numbers of the lost go to others: the same number, said twice.
    """
    site.configure(FORGETFUL)
    try:
        until(lambda: site.settings()["synchronous_commit"] == "off")
        ledger = storm_with_a_kill(site, scene, "control", "postgres")
        verdict = judge(ledger, CAPACITY, rows_of(site.url, scene.offers["control"]))
        assert verdict.missing > 0
        assert verdict.repeated > 0
    finally:
        site.configure("")
        until(lambda: site.settings() == DURABLE)


def test_control_a_row_taken_from_the_table_is_missed_by_the_verification(site: Installation, scene: Scene) -> None:
    """What stock verify is worth: one booking deleted behind its back, and it names the offer and fails."""
    offer = scene.offers["changed"]
    with Storm(site.port, offer, scene.people[:50], scene.passes["changed"][:50]) as storm:
        pass
    with psycopg.connect(site.url) as connection:
        connection.execute("DELETE FROM bookings_booking WHERE offer_id = %s AND number = 7", [offer])
    assert judge(storm.ledger, CAPACITY, rows_of(site.url, offer)).missing == 1
    verified = site.run("niangjia", "stock", "verify")
    assert verified.returncode == 1, verified.stdout
    assert "Expected 49, found 50" in verified.stdout


def test_the_comparison_sees_each_kind_of_fault() -> None:
    """Small ledgers that are wrong in one way each."""
    one, two = Booked("a", 1, "x"), Booked("b", 2, "y")
    rows = [("a", 1, "x"), ("b", 2, "y")]

    def found(ledger: Ledger, rows: list[tuple[str, int, str]] = rows, capacity: int = 2) -> Verdict:
        return judge(ledger, capacity, rows)

    assert found(Ledger(booked=[one, two, two])) == Verdict()
    assert found(Ledger(booked=[one, two]), rows[:1]) == Verdict(missing=1)
    assert found(Ledger(booked=[one]), capacity=1) == Verdict(oversold=1)
    assert found(Ledger(booked=[one, Booked("b", 1, "y")])) == Verdict(missing=1, repeated=1)
    assert found(Ledger(booked=[one, Booked("a", 2, "x")])) == Verdict(missing=1, repeated=1)
    assert found(Ledger(), [("a", 1, "x"), ("b", 1, "y")]) == Verdict(repeated=1)
    assert found(Ledger(sold_out={"b"})) == Verdict(refused_yet_booked=1)
    left = Ledger()
    left.open.update(["c", "d"])
    assert found(left) == Verdict(unanswered=2)

"""A rehearsal from end to end: the real lane, the real crowd, and a world that is gone afterwards."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from niangjia.audiences.models import AudienceEntry
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.bookings import services
from niangjia.bookings.models import Booking, Offer
from niangjia.bookings.rehearsed import Check, Rehearsal, RehearsalStatus
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.factories import make_audience, make_offer
from niangjia.core.errors import InvalidTransition
from niangjia.core.ids import uuid7
from niangjia.ledgers.models import StockEntry
from niangjia.notices.models import Message
from niangjia.ops import workers
from niangjia.ops.queries import connect
from niangjia.ops.rehearsal import checks, keeping, running, standing
from niangjia.ops.rehearsal.keeping import SCHEMAS
from niangjia.ops.rehearsal.world import LANE, World, lane_words, member_key, parts_of
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING: tuple[list[str], list[str], list[Path]] = ([], [], [])
PROGRAMS = ("niangjia.config.rehearsal", "niangjia.config.lane", "rehearsal.storm")
REAL = (Offer, Booking, AudienceEntry, StockEntry, Message)


def schemas() -> list[str]:
    with connect() as raw:
        return [str(row[0]) for row in raw.execute(SCHEMAS)]


def left_behind() -> tuple[list[str], list[str], list[Path]]:
    """Schemas, processes and folders of rehearsals, dead or alive."""
    return schemas(), processes(), list(keeping.folders().glob("*"))


def processes() -> list[str]:
    """Command lines of everything that a rehearsal of this very test run has started and that still lives."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().decode().replace("\0", " ")
            state = (path / "stat").read_text().rpartition(")")[2].split()[0]
            ours = connection.settings_dict["NAME"] in (path / "environ").read_text(errors="replace")
        except OSError:
            continue
        if ours and state != "Z" and any(name in line for name in PROGRAMS):
            found.append(line)
    return found


def real_rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in REAL}


def planned(tree: Tree, **more: Any) -> Rehearsal:
    known: dict[str, Any] = {
        "programme_id": uuid7(), "organization": tree.unit, "title": "送温暖", "capacity": 50, "members": 300,
        "seconds": 2, "actor": None, "at": timezone.now(),
    }  # fmt: skip
    return services.plan_rehearsal(**(known | more))


def silently(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    """Folders of rehearsals lie in a home of the test's own; its keys are those of the installation."""
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def scene() -> Scene:
    return make_scene(online=55, protected=5)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    del transactional_db
    with keeping.world() as made:
        yield made


# From end to end -------------------------------------------------------------------------------------------------
def test_the_command_replays_an_opening_and_leaves_only_its_result(scene: Scene) -> None:
    before, said, told = real_rows(), StringIO(), StringIO()
    call_command(
        "rehearse", scene.programme.code, "--members", "300", "--seconds", "2", "--json", stdout=said, stderr=told
    )
    one = Rehearsal.objects.get()
    printed = json.loads(said.getvalue())
    assert (printed["id"], printed["safe_rate"]) == (str(one.pk), one.safe_rate)
    assert (one.status, one.programme_id, one.faults) == (RehearsalStatus.DONE, scene.programme.pk, [])
    assert (one.booked, one.answers) == (50, {"booked": 50, "sold-out": 250})
    waits = [one.wait_p50_ms or 0, one.wait_p99_ms or 0, one.settled_ms or 0]
    assert waits == sorted(waits)
    assert 0 < (one.gone_ms or 0) <= waits[-1]
    held = [step["rate"] for step in one.steps if step["held"]]
    assert len(one.steps) == running.TRIES
    assert one.safe_rate == (running.rounded_down(max(held)) if held else None)
    assert "每秒陆续来" in told.getvalue()
    assert real_rows() == before
    assert left_behind() == NOTHING


def test_where_the_site_has_processes_for_bookings_alone_they_are_rehearsed(tree: Tree, settings: Settings) -> None:
    settings.LANES, at_once = 2, list[int]()
    one = running.rehearse(
        planned(tree), lambda *_told: at_once.append(sum("niangjia.config.lane" in line for line in processes()))
    )
    assert (one.processes, max(at_once), one.faults) == (2, 2, [])
    assert one.answers == {"booked": 50, "sold-out": 250}
    assert left_behind() == NOTHING


def test_whoever_is_told_to_come_later_comes_again_and_it_is_counted(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANGJIA_LANE_QUEUE", "20")  # of 256 who ask at once, twenty may wait
    one = running.rehearse(planned(tree), silently)
    assert (one.turned_away or 0) > 100
    assert (one.answers, one.faults) == ({"booked": 50, "sold-out": 250}, [])
    assert (one.settled_ms or 0) > 1_000, "they came again after the second that they were told"


def test_a_fault_in_the_tables_is_found_and_is_an_exit_status(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the tampering this very run is clean, as the test above shows."""
    genuine = checks.faults

    def after_somebody_tampered(world: World, offer: UUID, told: Any) -> Any:
        world.raw.execute("DELETE FROM bookings_booking WHERE number = 7")
        return genuine(world, offer, told)

    monkeypatch.setattr(checks, "faults", after_somebody_tampered)
    with pytest.raises(CommandError) as failed:
        call_command(
            "rehearse", str(scene.programme.pk), "--members", "60", "--seconds", "2", stdout=StringIO(),
            stderr=StringIO(),
        )  # fmt: skip
    assert failed.value.returncode == 1
    one = Rehearsal.objects.get()
    assert {fault["check"] for fault in one.faults} >= {Check.STOCK, Check.MISSING, Check.LEDGER}
    assert (one.status, left_behind()) == (RehearsalStatus.DONE, NOTHING)


def test_a_killed_rehearsal_leaves_no_process_and_a_job_removes_the_rest(scene: Scene, home: Path) -> None:
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].replace("/niangjia?", f"/{name}?")
    assert name in url
    with subprocess.Popen(
        [sys.executable, "-m", "django", "rehearse", scene.programme.code, "--members", "5000", "--seconds", "60"],
        env={**os.environ, "DATABASE_URL": url, "NIANGJIA_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as command:
        deadline = time.monotonic() + 60
        while len(processes()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        schema, programs, folders = left_behind()
        assert len(schema) == len(folders) == 1
        assert len(programs) >= 2
        command.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes() == []
    assert Rehearsal.objects.get().is_running
    workers.clear_rehearsals()
    assert left_behind() == NOTHING
    assert Rehearsal.objects.get().message == "演练中断了。"


def test_when_somebody_really_books_it_stops_and_clears_up(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """The offer opens while the crowd is at work: the next line that the crowd says ends it."""
    one = planned(tree)

    def opening(what: str, _done: int, total: int) -> None:
        if total and not Offer.objects.exists():
            make_offer(tree.unit, make_audience(tree.unit), opens_at=timezone.now())

    with pytest.raises(services.RehearsalRefused):
        running.rehearse(one, opening)
    one.refresh_from_db()
    assert one.status == RehearsalStatus.FAILED
    assert "正有人预订" in one.message
    assert left_behind() == NOTHING


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def test_a_second_run_of_the_job_does_not_begin_again(tree: Tree) -> None:
    """Its first run has died with its worker; an opening may have come near since."""
    one = services.begin_rehearsal(planned(tree))
    with pytest.raises(InvalidTransition):
        workers.rehearse(str(one.pk))
    assert (Rehearsal.objects.get().message, left_behind()) == ("演练中断了。", NOTHING)


def test_a_second_run_beside_the_first_leaves_it_alone(world: World, tree: Tree) -> None:
    one = services.begin_rehearsal(planned(tree))
    with pytest.raises(services.RehearsalUnderWay):
        workers.rehearse(str(one.pk))
    assert (Rehearsal.objects.get().status, schemas()) == (RehearsalStatus.RUNNING, [world.name])


def test_one_that_waits_while_another_runs_is_told_so(world: World, tree: Tree) -> None:
    with pytest.raises(services.RehearsalUnderWay):
        running.rehearse(planned(tree), silently)
    assert "正在进行另一次演练" in Rehearsal.objects.get().message


# Its world -------------------------------------------------------------------------------------------------------
def test_there_is_one_world_at_a_time_and_a_dead_one_is_removed_first() -> None:
    with connect() as raw:
        raw.execute("CREATE SCHEMA rehearsal_deadbeef CREATE TABLE x (y int)")
        raw.execute("CREATE SCHEMA rehearsal_notes")  # somebody's own, which is no leftover
    try:
        with keeping.world() as world:
            assert schemas() == [world.name]
            with pytest.raises(services.RehearsalUnderWay), keeping.world():
                pass
            workers.clear_rehearsals()
            assert schemas() == [world.name]
        assert schemas() == []
    finally:
        with connect() as raw:
            raw.execute("DROP SCHEMA rehearsal_notes")


def test_a_world_is_dropped_past_a_lane_that_still_works_in_it() -> None:
    with keeping.world() as world, connect() as lane:
        lane.execute("SET application_name = 'niangjia lane'")
        lane.execute(f"SET search_path = {world.name}".encode())
        lane.execute("BEGIN")
        lane.execute("LOCK TABLE bookings_booking IN ACCESS EXCLUSIVE MODE")
    assert schemas() == []


def test_from_within_nothing_real_can_be_reached(world: World) -> None:
    for real in ("members_member", "identity_user", "audiences_audience"):
        with pytest.raises(psycopg.errors.UndefinedTable):
            world.raw.execute(f"TABLE {real}".encode())


def test_it_holds_what_the_lane_names_with_constraints_indexes_and_storage(world: World) -> None:
    def shape(schema: str, table: str) -> Any:
        columns = """SELECT column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = %s AND table_name = %s"""
        kept = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'p', 'u')"
        place = f"{schema}.{table}"
        return (
            sorted(world.raw.execute(columns, [schema, table]).fetchall()),
            len(world.raw.execute(kept, [place]).fetchall()),
            world.raw.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", [place]).fetchone(),
            world.raw.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [place]).fetchone(),
        )

    query = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
    tables = {str(row[0]) for row in world.raw.execute(query, [world.name])}
    assert {"bookings_booking", "bookings_offerstock", "bookings_refusalcount", "ledgers_stockentry"} <= tables
    for table in tables:
        assert shape(world.name, table) == shape("public", table)
    assert shape(world.name, "bookings_offerstock")[3] == (["fillfactor=10"],)


def test_what_the_function_comes_to_need_is_copied_without_being_listed() -> None:
    """A function that the lane's own calls, a table that only that one names, a trigger, and a new column."""
    with connect() as raw, raw.transaction(force_rollback=True):
        raw.execute("CREATE TABLE bookings_invented (id int)")
        raw.execute(
            "CREATE FUNCTION share_of() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM bookings_invented'"
        )
        raw.execute("CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        raw.execute("CREATE TRIGGER stamped BEFORE INSERT ON bookings_invented FOR EACH ROW EXECUTE FUNCTION stamp()")
        without = parts_of(raw, lane_words())
        raw.execute("CREATE FUNCTION bookings_book_batch() RETURNS int LANGUAGE sql AS 'SELECT share_of()'")
        parts = parts_of(raw, lane_words())
    assert "bookings_invented" not in without.tables
    assert set(parts.tables) == {*without.tables, "bookings_invented"}
    assert len(parts.functions) == len(without.functions) + 3
    assert any("stamped" in text for text in parts.triggers)


def test_the_words_of_the_lane_are_those_of_its_sql() -> None:
    assert LANE == "niangjia.bookings.lane"
    assert {"bookings_book_batch", "bookings_refusalcount", "bookings_passepoch"} <= lane_words()


def test_a_list_of_any_length_is_made_of_people_whom_nobody_knows(world: World) -> None:
    for count in (1, 2, 1_000, 1_000, 2_500):
        world.list_people(count)
    query = "SELECT count(*), count(DISTINCT member_id), max(member_id::text) FROM audiences_audienceentry"
    assert world.raw.execute(query).fetchone() == (2_500, 2_500, str(member_key(2_499)))
    assert member_key(0).version == 8


# Its checks ------------------------------------------------------------------------------------------------------
@pytest.fixture
def booked(world: World, tree: Tree) -> tuple[World, UUID, list[tuple[int, int]]]:
    """Six people have asked for five pieces; who got one was told the number."""
    world.list_people(6)
    offer = world.offer(Rehearsal(organization=tree.unit, title="x", capacity=7),
                        opens_at=world.now(), protected=2)  # fmt: skip
    row = world.raw.execute(
        "SELECT answers FROM bookings_book_batch(%s, %s, %s, %s, %s::integer[])",
        [offer, uuid7(), [uuid7() for _ in range(6)], [member_key(n) for n in range(6)], [0] * 6],
    ).fetchone()
    assert row is not None
    told = [(member, number) for member, number in enumerate(row[0]) if number > 0]
    assert len(told) == 5
    return world, offer, told


def test_right_bookings_have_no_fault(booked: tuple[World, UUID, list[tuple[int, int]]]) -> None:
    assert checks.faults(*booked) == []


SECOND = """DO $$ DECLARE one text; BEGIN  -- the guard has to go first
    FOR one IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'bookings_booking'::regclass
        AND indisunique AND indpred IS NOT NULL LOOP EXECUTE 'DROP INDEX ' || one; END LOOP; END $$;
    UPDATE bookings_booking b SET member_id = a.member_id FROM bookings_booking a
        WHERE b.number = 2 AND a.number = 1"""
ONE_MORE = """INSERT INTO bookings_booking SELECT m.* FROM bookings_booking b, jsonb_populate_record(b,
    jsonb_build_object('id', gen_random_uuid(), 'member_id', gen_random_uuid(), 'number', 6)) m WHERE b.number = 5"""
TAMPERING = {
    "a booking vanished": ("DELETE FROM bookings_booking WHERE number = 3", {"stock", "missing", "ledger"}),
    "a piece came back": ("UPDATE bookings_offerstock SET remaining = 1", {"stock"}),
    "a number was skipped": ("UPDATE bookings_booking SET number = 9 WHERE number = 5", {"last", "missing"}),
    "another has it": ("UPDATE bookings_booking SET member_id = gen_random_uuid() WHERE number = 2", {"missing"}),
    "somebody was early": ("UPDATE bookings_booking SET booked_at = booked_at - interval '1 hour'", {"early"}),
    "the ledger knows less": ("UPDATE ledgers_stockentry SET quantity = 4", {"ledger"}),
    "one more than there were": (ONE_MORE, {"stock", "oversold", "acknowledged", "ledger", "last"}),
    "somebody has two": (SECOND, {"members", "missing"}),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_each_wrong_is_found(booked: tuple[World, UUID, list[tuple[int, int]]], what: str) -> None:
    world, offer, told = booked
    statements, expected = TAMPERING[what]
    world.raw.execute(statements.encode())
    found = {fault["check"] for fault in checks.faults(world, offer, told)}
    assert expected <= found


# Passes for outside load tools ------------------------------------------------------------------------------------
def test_exported_passes_book_in_the_rehearsal_and_nowhere_else(tree: Tree, tmp_path: Path) -> None:
    real = make_offer(tree.unit, make_audience(tree.unit), capacity=5)
    Offer.objects.update(opens_at=timezone.now().replace(year=2020))
    file = tmp_path / "passes"
    plan = {"programme_id": uuid7(), "organization": tree.unit, "title": "送温暖", "capacity": 3, "protected": 1}
    with standing.hold_open(plan, 4, file) as stand:
        tokens = file.read_text().split()
        rehearsed = re.sub(r".*/book/", "", stand.url)
        answers = [
            httpx.post(stand.url, headers={"authorization": f"Bearer {token}"}, trust_env=False) for token in tokens
        ]
        with LaneClient() as door:
            refused = [door.post(real, token).json()["type"] for token in tokens]
            unknown = door.post(rehearsed, tokens[0])
    assert [answer.status_code for answer in answers] == [201, 201, 409, 409]
    assert {kind.rpartition("/")[2] for kind in refused} == {"bad-pass"}
    assert unknown.status_code == 404
    assert (stand.faults, stand.said) == ([], ["共预订 2 笔。"])
    assert file.stat().st_mode & 0o077 == 0
    assert not Booking.objects.exists()
    assert left_behind() == NOTHING

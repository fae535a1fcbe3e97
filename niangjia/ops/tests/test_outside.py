"""A PostgreSQL of the operator's own, and the pool that may stand before it."""

import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from niangjia.bookings.lane.database import _address
from niangjia.ops import doctor, outside
from niangjia.ops.queries import Health
from niangjia.ops.words import Trouble


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANGJIA_LANGUAGE", "en")


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of another database on the tests' server, made as the test says."""
    name = f"test_outside_{uuid4().hex}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        link.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + getattr(request, "param", "")).format(
                sql.Identifier(name)
            )
        )
        yield make_conninfo(os.environ["DATABASE_URL"], dbname=name)
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def refusal() -> Trouble:
    with pytest.raises(Trouble) as refused:
        outside.check()
    assert refused.value.remedy
    return refused.value


def test_a_server_that_will_do_is_taken() -> None:
    outside.check()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("ENCODING UTF8 LOCALE_PROVIDER libc LOCALE 'C'", "encoding UTF8, character type C"),
        ("ENCODING SQL_ASCII LOCALE_PROVIDER libc LOCALE 'C'", "encoding SQL_ASCII, character type C"),
    ],
    indirect=["other"],
)
def test_a_database_that_finds_no_chinese_is_refused(other: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(other) as link:
        assert found_in(link) == 0
    monkeypatch.setenv("DATABASE_URL", other)
    assert told in refusal().message


@pytest.mark.parametrize("other", ["ENCODING UTF8 LOCALE_PROVIDER libc LOCALE 'C.UTF-8'"], indirect=True)
def test_a_database_as_the_handbook_says_finds_chinese(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(other) as link:
        assert found_in(link) == len(doctor.CHINESE) + 1
    monkeypatch.setenv("DATABASE_URL", other)
    outside.check()


def found_in(link: outside.Link) -> int:
    link.execute("CREATE EXTENSION pg_trgm")
    row = link.execute("SELECT cardinality(show_trgm(%s))", [doctor.CHINESE]).fetchone()
    assert row
    return int(row[0])


def test_a_server_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://x@/x?host=/nonexistent")
    assert "cannot be reached" in refusal().message


# Pools ----------------------------------------------------------------------------------------------------------
def test_a_pool_is_known_by_two_connections_that_meet_one_backend() -> None:
    with outside.connect(os.environ["DATABASE_URL"]) as one, outside.connect(os.environ["DATABASE_URL"]) as other:
        assert outside.share_backends(one, one)  # what two connections through a transaction pool look like
        assert not outside.share_backends(one, other)


def test_a_pool_without_a_way_past_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "share_backends", lambda one, other: True)
    assert "NIANGJIA_DIRECT_URL" in refusal().remedy
    (finding,) = doctor.pool(doctor.Patient(Health(True)))
    assert "NIANGJIA_DIRECT_URL" in finding.remedy


def test_both_ways_must_lead_to_the_same_database(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANGJIA_DIRECT_URL", other)
    assert "two different databases" in refusal().message
    monkeypatch.setenv("DATABASE_URL", f"{other} application_name=pool")
    outside.check()


def test_a_way_past_a_pool_alone_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert not outside.given()
    monkeypatch.setenv("NIANGJIA_DIRECT_URL", "postgresql://x")
    with pytest.raises(Trouble) as refused:
        outside.given()
    assert "DATABASE_URL is not" in refused.value.message


def test_the_lane_goes_past_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://u:p@one:1,two:2/n?sslmode=require&target_session_attrs=read-write"
    monkeypatch.setattr(settings, "DIRECT_URL", address)
    found = _address()
    assert (found["user"], found["password"], found["host"], found["port"]) == ("u", "p", ["one", "two"], [1, 2])
    assert (found["ssl"], found["target_session_attrs"]) == ("require", "read-write")

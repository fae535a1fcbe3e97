"""A schema in which the lane finds everything it touches, and nothing of the real world.

What it touches is not listed by hand: it is every table and function whose name stands in the lane's own SQL, or in a
function found so. The lane then runs with this schema alone as its search path: what was overlooked is an error at
once, and never a row in the real tables.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg import sql

from niangjia.audiences.models import AudienceEntry
from niangjia.bookings.models import Offer, OfferStatus, OfferStock
from niangjia.bookings.rehearsed import Rehearsal
from niangjia.core.ids import uuid7
from niangjia.ledgers.models import Item

LANE = "niangjia.bookings.lane"
WORD = re.compile(r"\w+")
FIRST_MEMBER = UUID("ffffffff-ffff-8fff-8000-000000000000").int  # version 8: nobody real has such a key
LASTS = timedelta(hours=1)
PLENTY = 1_000_000  # pieces of an offer with which the safe rate is searched

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
FUNCTIONS = """SELECT p.oid, p.proname FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
TRIGGERS = """SELECT pg_get_triggerdef(t.oid), t.tgfoid FROM pg_trigger t
    WHERE NOT t.tgisinternal AND t.tgrelid = %s::regclass"""

Connection = psycopg.Connection[tuple[Any, ...]]


def member_key(number: int) -> UUID:
    """The key of the synthetic person of this number."""
    return UUID(int=FIRST_MEMBER + number)


# What the lane touches --------------------------------------------------------------------------------------------
def lane_words() -> set[str]:
    """Every word in a string of the lane's modules: all names in its SQL are among them."""
    spec = find_spec(LANE)
    words: set[str] = set()
    for folder in spec.submodule_search_locations or [] if spec else []:
        for path in sorted(Path(folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words.update(WORD.findall(node.value))
    return words


@dataclass
class Parts:
    """What has to be copied, as PostgreSQL itself writes it down."""

    tables: list[str]
    functions: list[str]
    triggers: list[str]


def parts_of(raw: Connection, words: set[str]) -> Parts:
    """The tables and functions that are named, those that these functions name, and so on."""
    names = {row[0] for row in raw.execute(TABLES)}
    functions = [(int(row[0]), str(row[1])) for row in raw.execute(FUNCTIONS)]
    found, triggers = {}, {}
    words, before = set(words), 0
    while len(words) > before:
        before = len(words)
        for table in names & words:
            triggers[table] = raw.execute(TRIGGERS, [f"public.{table}"]).fetchall()
        called = {oid for rows in triggers.values() for _text, oid in rows}
        for oid, name in functions:
            if oid not in found and (name in words or oid in called):
                row = raw.execute("SELECT pg_get_functiondef(%s)", [oid]).fetchone()
                found[oid] = str(row[0]) if row else ""
                words.update(WORD.findall(found[oid]))
    texts = [text for rows in triggers.values() for text, _oid in rows]
    return Parts(sorted(names & words), list(found.values()), texts)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """The models of this very process, but in that schema alone: they know every column and its default."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, true)", [name])
        yield


# Making it --------------------------------------------------------------------------------------------------------
class World:
    """One schema and one folder. ``raw`` is a connection outside any transaction that sees this schema alone."""

    def __init__(self, raw: Connection, name: str, folder: Path) -> None:
        self.raw = raw
        self.name = name
        self.folder = folder
        self.audience = uuid7()
        self.listed = 0

    @property
    def options(self) -> str:
        """What a connection into this world says at its beginning."""
        return f"-c search_path={self.name}"

    def build(self) -> None:
        """The tables with their constraints, indexes and storage, then the functions, then the triggers."""
        with self.raw.transaction():
            self.raw.execute("SET LOCAL search_path = ''")  # every name is then written in full
            self.raw.execute("SET LOCAL check_function_bodies = off")
            parts = parts_of(self.raw, lane_words())
            self.raw.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.name)))
            for table in parts.tables:
                self._copy_table(table)
            for text in (*parts.functions, *parts.triggers):
                self.raw.execute(text.replace("public.", f"{self.name}.").encode())
        self.raw.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(self.name)))

    def _copy_table(self, table: str) -> None:
        like = sql.SQL("CREATE TABLE {}.{} (LIKE public.{} INCLUDING ALL)")
        self.raw.execute(like.format(sql.Identifier(self.name), sql.Identifier(table), sql.Identifier(table)))
        options = "SELECT unnest(reloptions) FROM pg_class WHERE oid = %s::regclass"  # which LIKE leaves out
        for (option,) in self.raw.execute(options, [f"public.{table}"]).fetchall():
            self.raw.execute(f"ALTER TABLE {self.name}.{table} SET ({option})".encode())

    # Filling it ---------------------------------------------------------------------------------------------------
    def list_people(self, count: int) -> None:
        """So many synthetic people on the list: one row is written by the model, the others are made after it."""
        if count <= self.listed:
            return
        with inside(self.name):
            if not self.listed:
                AudienceEntry.objects.create(
                    audience_id=self.audience,
                    member_id=member_key(0),
                    organization_path=self.name,
                    eligible=True,
                    findings=[{"met": True, "found": "0"}],
                )
        self.raw.execute(
            "INSERT INTO audiences_audienceentry SELECT made.* FROM audiences_audienceentry one,"
            " generate_series(%s::bigint, %s::bigint) number, jsonb_populate_record(one, jsonb_build_object("
            "'member_id', 'ffffffff-ffff-8fff-8000-' || lpad(to_hex(number), 12, '0'))) made"
            " WHERE one.member_id = %s",
            [max(1, self.listed), count - 1, member_key(0)],
        )
        self.listed = count

    def offer(self, of: Rehearsal, *, opens_at: datetime, pieces: int = 0, protected: int = 0) -> UUID:
        """An open offer for everybody on the list, under a key that no real programme has."""
        capacity = pieces or of.capacity
        place = {"organization_id": of.organization_id, "organization_path": of.organization.path}
        item = Item(**place, name=of.title[:100])
        offer = Offer(
            **place,
            title=of.title,
            item_id=item.pk,
            audience_id=self.audience,
            status=OfferStatus.PUBLISHED,
            capacity=capacity,
            protected=protected,
            opens_at=opens_at,
            closes_at=opens_at + LASTS,
            created_at=opens_at,
        )
        with inside(self.name):
            Item.objects.bulk_create([item])
            Offer.objects.bulk_create([offer])
            OfferStock.objects.bulk_create(
                [OfferStock(offer=offer, remaining=capacity - protected, protected_remaining=protected)]
            )
        return offer.pk

    def now(self) -> datetime:
        row = self.raw.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101 (a SELECT without FROM has one row)
        moment: datetime = row[0]
        return moment

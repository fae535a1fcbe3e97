"""Bookings a second with the proof that nothing was oversold or lost: ``make bench-booking``.

Starts the real ``niangjia serve`` with its embedded PostgreSQL, durable as installed, and measures in one run against
the naive transaction of everybody's tutorial, the rounds alternating so that noise is shared. After each round the
tables are counted. Load generator, server and database share the machine. ``QUICK=1`` measures the naive transaction,
bookings, sold-out answers and the burst; ``ROUNDS`` and ``SECONDS_EACH`` change the rest. The last line is one line of
JSON; without QUICK the table goes to docs/benchmarks.md.
"""

import asyncio
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from bench import load, report, visitors
from bench.crowd import Crowd, check
from bench.site import Site, cpu_of, lanes_of, memory_of, site
from niangjia.ops.postgres import Cluster

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = int(os.environ.get("SECONDS_EACH", "2" if QUICK else "5"))
PEOPLE = 120_000 if QUICK else 250_000
BOXES, BUYERS = 1_200, 20_000
MILLION = 1_000_000

Round = dict[str, float]


class Bench:
    """One run: the site, its people, and what was found."""

    def __init__(self, place: Site, folder: Path) -> None:
        self.site, self.folder = place, folder
        self.crowd = Crowd(PEOPLE)
        self.found = {"oversold": 0, "lost": 0, "duplicates": 0}

    def storm(self, offers: list[Any], *, port: int = 0, closing: bool = False, seconds: int = SECONDS) -> Round:
        """One storm on the lane's own port, or another; the tables counted afterwards."""
        passes = self.crowd.passes(offers, self.folder)
        port = port or self.site.lane_port
        lanes = lanes_of(self.site.home) if port == self.site.lane_port else lanes_of(self.site.home, b"granian")
        warm = load.storm(port, passes, seconds=1)
        before = sum(map(cpu_of, lanes)), _cpu_of_database()
        seen = load.storm(port, passes, seconds=seconds, start=warm.requests + 4 * load.CONNECTIONS, closing=closing)
        after = sum(map(cpu_of, lanes)), _cpu_of_database()
        passes.unlink()
        said = warm.answers.get(201, 0) + seen.answers.get(201, 0)
        self.count(offers, said)
        return {
            "per_second": round(seen.per_second),
            "p50_ms": seen.p50,
            "p99_ms": seen.p99,
            "cpu_us_server": round((after[0] - before[0]) / seen.requests * 1e6, 1),
            "cpu_us_database": round((after[1] - before[1]) / seen.requests * 1e6, 1),
        }

    def count(self, offers: list[Any], said: int) -> None:
        """What the tables hold against what was acknowledged. wrk leaves unread what it broke off."""
        rows = 0
        for offer in offers:
            counted = check(offer)
            rows += counted["rows"]
            self.found["oversold"] += counted["oversold"]
            self.found["duplicates"] += counted["duplicates"] + counted["gaps"]
        self.found["lost"] += max(0, said - rows)

    def burst(self) -> Round:
        """Exactly 1,200 boxes, 20,000 members, all at the same moment, on lanes that have just started."""
        offer = self.crowd.offer(BOXES)
        passes = self.crowd.passes([offer], self.folder)
        lines = passes.read_text().splitlines()[:BUYERS]
        settled = uvloop.run(load.burst(self.site.lane_port, lines))
        passes.unlink()
        self.count([offer], settled.answers[201])
        assert settled.answers == {201: BOXES, 409: BUYERS - BOXES}, settled.answers
        assert settled.numbers == list(range(1, BOXES + 1)), "the acknowledged numbers have gaps or repeats"
        return {
            "seconds": round(settled.seconds, 2),
            "p99_ms": round(settled.waits[int(BUYERS * 0.99)] * 1_000, 1),
        }


def _cpu_of_database() -> float:
    """Seconds of all backends of the lanes, which live as long as they."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'niangjia lane'")
        return sum(cpu_of(row[0]) for row in cursor.fetchall())


def connect(home: Path) -> None:
    """Django of this process on the database of the site."""
    os.environ |= {"NIANGJIA_HOME": str(home), "DATABASE_URL": Cluster(home).url(), "NIANGJIA_DB_POOL": "0"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "niangjia.config.settings"
    import django
    from django.db import connection

    django.setup()
    with connection.cursor() as cursor:
        cursor.execute(load.NAIVE_TABLES)


def again(run: Bench, measure: Callable[[], Round], **serving: int) -> Round:
    """Measure once more on a server started anew; the database goes down with it and comes back."""
    from django.db import connection

    connection.close()
    with run.site.serving(**serving):
        found = measure()
        connection.close()
    return found


def main() -> None:
    with site() as place, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with place.serving():
            connect(place.home)
            run = Bench(place, folder)
            rounds = [_round(run, folder) for _ in range(ROUNDS)]
            more = {} if QUICK else _more(run)
            bursts = [run.burst()] if QUICK else []
            if not QUICK:
                _close()
        if not QUICK:
            bursts = [again(run, run.burst) for _ in range(ROUNDS)]
            more["two lane processes"] = again(run, lambda: run.storm([run.crowd.offer(PEOPLE)]), lanes=2)
            more["pages beside the storm"] = again(run, lambda: _beside(run))
            more["a million bookings"] = again(run, lambda: _million(run))
    figures = report.summary(rounds, bursts, run.found)
    for label, values in more.items():
        print(f"{label:32} {values}", flush=True)
    if not QUICK:
        report.write(rounds, bursts, more, figures)
    print(json.dumps(figures))


def _close() -> None:
    from django.db import connection

    connection.close()


def _round(run: Bench, folder: Path) -> dict[str, Round]:
    found = {
        "naive": {"8": load.naive(8, SECONDS, folder), "32": load.naive(32, max(1, SECONDS // 2), folder)},
        "booked": run.storm([run.crowd.offer(PEOPLE)]),
        "sold_out": run.storm([run.crowd.offer(BOXES)]),
    }
    print(found, flush=True)
    return found


def _more(run: Bench) -> dict[str, Round]:
    programme, people = visitors.programme_with_members(run.crowd.tree, 400)
    follow = visitors.follow(run.site.port, run.site.lane_port, programme, people, at_once=8)
    return {
        "20 programmes at once": run.storm([run.crowd.offer(PEOPLE // 20) for _ in range(20)]),
        "a new connection each": run.storm([run.crowd.offer(PEOPLE)], closing=True),
        "through the web server": run.storm([run.crowd.offer(PEOPLE)], port=run.site.port),
        "sold out, through the web server": run.storm([run.crowd.offer(BOXES)], port=run.site.port),
        "from the page to the voucher": asyncio.run(follow),
    }


def _beside(run: Bench) -> Round:
    """The pages of members while the storm blows through the lane."""
    programme, people = visitors.programme_with_members(run.crowd.tree, 20)
    storms: list[Round] = []
    offer = run.crowd.offer(PEOPLE)
    blowing = threading.Thread(target=lambda: storms.append(run.storm([offer], seconds=2 * SECONDS)))
    blowing.start()
    looked = asyncio.run(visitors.open_steadily(run.site.port, programme, people, a_second=50, seconds=2 * SECONDS))
    blowing.join()
    return {**looked, "bookings_per_second": storms[0]["per_second"]}


def _million(run: Bench) -> Round:
    """Memory of the lane after the first hundred thousand bookings and after a million."""
    (lane,) = lanes_of(run.site.home)
    marks: dict[int, float] = {}
    done = 0
    while done < MILLION:
        offer = run.crowd.offer(PEOPLE)
        passes = run.crowd.passes([offer], run.folder)
        lines = passes.read_text().splitlines()
        passes.unlink()
        settled = uvloop.run(load.burst(run.site.lane_port, lines, connections=load.CONNECTIONS))
        run.count([offer], settled.answers[201])
        done += settled.answers[201]
        marks[done] = memory_of(lane)
    return {
        "bookings": done,
        "mib_first": round(min(marks.items())[1], 1),
        "mib_last": round(max(marks.items())[1], 1),
    }


if __name__ == "__main__":
    for program in ("wrk", "pgbench"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is not installed: apt-get install wrk postgresql-contrib")
    main()

"""How many bookings a second the lane takes, against the naive transaction in the same run: ``python -m bench.lane``.

One granian worker, wrk with 128 connections on the same cores, every request another member's pass, 201 only after
commit with eligibility, numbers and the stock ledger behind it. Alternating rounds share the noise; ``ROUNDS=5`` makes
more of them. After each round the counts are compared.
"""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.ground import ground, tell

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = int(os.environ.get("SECONDS_EACH", "4"))
PEOPLE = 200_000
CONNECTIONS = 128

SCRIPT = """
local tokens, path, count = {}, os.getenv("BOOK_PATH"), 0
function setup(thread) thread:set("half", count); count = count + 1 end
function init(args)
  local number, start = 0, tonumber(os.getenv("START"))
  for line in io.lines(os.getenv("PASSES")) do
    if number >= start and number % 2 == half then tokens[#tokens + 1] = "Bearer " .. line end
    number = number + 1
  end
  next_one, codes = 0, {}
end
function request()
  next_one = next_one % #tokens + 1
  return wrk.format("POST", path, {["Authorization"] = tokens[next_one]}, nil)
end
function response(status) codes[status] = (codes[status] or 0) + 1 end
threads = {}
local plain = setup
function setup(thread) plain(thread); threads[#threads + 1] = thread end
function done(summary, latency, requests)
  local all = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("codes")) do all[status] = (all[status] or 0) + count end
  end
  for status, count in pairs(all) do io.write(string.format("code %d %d\\n", status, count)) end
  io.write(string.format("p50 %.2f\\np99 %.2f\\n", latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""

NAIVE = """\\set member random(1, 1000000000)
BEGIN;
UPDATE naive_stock SET remaining = remaining - 1 WHERE id = '00000000-0000-0000-0000-000000000001' AND remaining > 0;
INSERT INTO naive_booking VALUES (gen_random_uuid());
COMMIT;
"""


def main() -> None:
    with ground(), tempfile.TemporaryDirectory() as folder:
        rounds: list[dict[str, Any]] = []
        bench = Bench(Path(folder))
        for _round in range(ROUNDS):
            naive = bench.naive(8)
            booked = bench.storm(bench.offer(PEOPLE))
            sold_out = bench.storm(bench.offer(1_200))
            rounds.append({"naive": naive, "booked": booked, "sold_out": sold_out})
            print(rounds[-1], flush=True)
        ratios = [entry["booked"]["per_second"] / entry["naive"] for entry in rounds]
        refused = [entry["sold_out"]["per_second"] / entry["naive"] for entry in rounds]
        tell(
            bench="bookings.lane",
            naive_per_second=round(statistics.median(entry["naive"] for entry in rounds)),
            bookings_per_second=round(statistics.median(entry["booked"]["per_second"] for entry in rounds)),
            bookings_ratio=round(statistics.median(ratios), 2),
            ratio_least=round(min(ratios), 2),
            ratio_most=round(max(ratios), 2),
            soldout_ratio=round(statistics.median(refused), 2),
            p99_ms=statistics.median(entry["booked"]["p99"] for entry in rounds),
            cpu_us_server=statistics.median(entry["booked"]["cpu_us_server"] for entry in rounds),
            cpu_us_database=statistics.median(entry["booked"]["cpu_us_database"] for entry in rounds),
        )


class Bench:
    """What one run needs: a unit, an item, people as bare keys, and the naive tables."""

    def __init__(self, folder: Path) -> None:
        from django.db import connection

        from niangjia.core.ids import uuid7
        from niangjia.org import services as org

        self.folder = folder
        self.unit = org.create_organization(
            parent=None, code="TQ", name="天桥街道总工会", kind="federation", level="subdistrict", actor=None
        )
        self.people = [uuid7() for _ in range(PEOPLE)]
        self.audience: Any = None
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE naive_stock (id uuid PRIMARY KEY, remaining integer NOT NULL)")
            cursor.execute("CREATE TABLE naive_booking (id uuid PRIMARY KEY)")
            cursor.execute("INSERT INTO naive_stock VALUES ('00000000-0000-0000-0000-000000000001', 1000000000)")
        (folder / "storm.lua").write_text(SCRIPT)
        (folder / "naive.sql").write_text(NAIVE)

    def offer(self, capacity: int) -> Any:
        """A new open offer for all the people, and their passes in a file."""
        from django.utils import timezone

        from niangjia.bookings import passes, services
        from niangjia.core.ids import uuid7
        from niangjia.ledgers import services as ledgers

        now = timezone.now()
        if self.audience is None:
            self.audience = self._audience(now)
        item = ledgers.create_item(organization=self.unit, name="干果礼盒", unit="盒", actor=None)
        key = uuid7()
        ledgers.buy(item, quantity=capacity, purpose_id=key, actor=None)
        ledgers.allot(item, purpose_id=key, quantity=capacity, actor=None)
        offer = services.create_offer(
            key=key, organization=self.unit, title="送温暖", item=item, audience=self.audience, capacity=capacity,
            opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1), actor=None,
        )  # fmt: skip
        services.publish_offer(offer, actor=None)
        expires = int((now + timedelta(hours=1)).timestamp())
        with (self.folder / "passes").open("w") as file:
            for member in self.people:
                file.write(passes.sign(member, key, epoch=0, expires=expires) + "\n")
        return offer

    def _audience(self, now: Any) -> Any:
        from django.db import connection

        from niangjia.audiences.models import Audience, AudienceStatus, Rule, RuleVersion

        place = {"organization": self.unit, "organization_path": self.unit.path}
        version = RuleVersion.objects.create(rule=Rule.objects.create(**place, name="全体"), number=1, source="true")
        audience = Audience.objects.create(
            **place, rule_version=version, name="全体", status=AudienceStatus.FROZEN, frozen_at=now,
            considered=PEOPLE, eligible=PEOPLE,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audiences_audienceentry (audience_id, member_id, organization_path, eligible, findings)"
                ' SELECT %s, m, %s, true, \'[{"met": true, "found": "ok"}]\' FROM unnest(%s::uuid[]) m',
                [audience.pk, self.unit.path, self.people],
            )
        return audience

    def naive(self, clients: int) -> float:
        """Transactions a second of the two statements everybody would write."""
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(SECONDS),
             "-f", str(self.folder / "naive.sql"), os.environ["DATABASE_URL"]],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        assert found, done.stdout
        return float(found[1])

    def storm(self, offer: Any) -> dict[str, float]:
        """Requests a second, and whether what was said is what is stored."""
        with server() as (port, pid):
            warm = self._wrk(offer, port, 1, start=0)
            before = _cpu(pid), _cpu_of_database()
            figures = self._wrk(offer, port, SECONDS, start=int(warm["requests"]) + 2 * CONNECTIONS)
            after = _cpu(pid), _cpu_of_database()
        answered = figures["requests"]
        figures["cpu_us_server"] = round((after[0] - before[0]) / answered * 1e6, 1)
        figures["cpu_us_database"] = round((after[1] - before[1]) / answered * 1e6, 1)
        self._check(offer)
        return figures

    def _wrk(self, offer: Any, port: int, seconds: int, *, start: int) -> dict[str, float]:
        done = subprocess.run(
            ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", str(seconds), "-s", str(self.folder / "storm.lua"),
             f"http://127.0.0.1:{port}"],
            check=True, capture_output=True, text=True,
            env={**os.environ, "PASSES": str(self.folder / "passes"), "BOOK_PATH": f"/book/{offer.pk}",
                 "START": str(start)},
        )  # fmt: skip
        rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
        total = re.search(r"(\d+) requests in", done.stdout)
        assert rate, done.stdout
        assert total, done.stdout
        figures = {"per_second": float(rate[1]), "requests": int(total[1])}
        figures |= {name: float(value) for name, value in re.findall(r"(p\d\d) ([\d.]+)", done.stdout)}
        figures |= {f"code_{name}": float(value) for name, value in re.findall(r"code (\d+) (\d+)", done.stdout)}
        return figures

    def _check(self, offer: Any) -> None:
        from django.db.models import Count, Max

        from niangjia.bookings.models import Booking, OfferStock
        from niangjia.bookings.queries import differences

        found = Booking.objects.filter(offer=offer).aggregate(
            rows=Count("pk"), members=Count("member_id", distinct=True), numbers=Count("number", distinct=True),
            last=Max("number"),
        )  # fmt: skip
        stock = OfferStock.objects.get(offer=offer)
        taken = offer.capacity - stock.remaining
        assert found["rows"] == found["members"] == found["numbers"] == (found["last"] or 0) == taken, (found, taken)
        assert list(differences()) == []


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """One granian worker as ``serve`` starts it, and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-W", "ignore", "-m", "granian", "niangjia.config.asgi:application", "--interface", "asgi",
        "--loop", "uvloop", "--workers", "1", "--host", "127.0.0.1", "--port", str(port),
        "--workers-kill-timeout", "10", "--log-level", "warning", "--no-ws",
    ]  # fmt: skip
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            workers = subprocess.run(
                ["pgrep", "-P", str(process.pid)], check=True, capture_output=True, text=True
            ).stdout.split()
            yield port, int(workers[0])
        finally:
            process.terminate()


def _cpu(pid: int) -> float:
    """Seconds of processor time of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _cpu_of_database() -> float:
    """Seconds of all backends of the lane, which live as long as the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'niangjia lane'")
        pids = [row[0] for row in cursor.fetchall()]
    return sum(_cpu(pid) for pid in pids)


if __name__ == "__main__":
    for program in ("wrk", "pgbench"):
        assert shutil.which(program), f"{program} is not installed"
    main()

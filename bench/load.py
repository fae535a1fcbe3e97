"""Load on a running site: wrk and pgbench from Debian, and a crowd of our own for what they cannot do."""

import asyncio
import os
import re
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 128

STORM = """
local lines, count = {}, 0
threads = {}
function setup(thread) thread:set("half", count); count = count + 1; threads[#threads + 1] = thread end
function init(args)
  local number, start = 0, tonumber(os.getenv("START"))
  local close = os.getenv("CLOSING") and "Connection: close\\r\\n" or ""
  for line in io.lines(os.getenv("PASSES")) do
    if number >= start and number % 2 == half then
      local offer, pass = line:match("(%S+) (%S+)")
      lines[#lines + 1] = "POST /book/" .. offer .. " HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nAuthorization: Bearer "
        .. pass .. "\\r\\n" .. close .. "\\r\\n"
    end
    number = number + 1
  end
  next_one, codes = 0, {}
end
function request()
  next_one = next_one % #lines + 1
  return lines[next_one]
end
function response(status) codes[status] = (codes[status] or 0) + 1 end
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
NAIVE_TABLES = """
CREATE TABLE naive_stock (id uuid PRIMARY KEY, remaining integer NOT NULL);
CREATE TABLE naive_booking (id uuid PRIMARY KEY);
INSERT INTO naive_stock VALUES ('00000000-0000-0000-0000-000000000001', 1000000000);
"""


@dataclass
class Storm:
    """What wrk saw: requests, their rate, their times in milliseconds, and the answers by status."""

    requests: int
    per_second: float
    p50: float
    p99: float
    answers: dict[int, int] = field(default_factory=dict)


def storm(port: int, passes: Path, *, seconds: int, start: int = 0, closing: bool = False) -> Storm:
    """Every request another person's pass, over 128 connections kept open (or each one new)."""
    script = passes.with_name("storm.lua")
    script.write_text(STORM)
    environment = {**os.environ, "PASSES": str(passes), "START": str(start)} | ({"CLOSING": "1"} if closing else {})
    said = subprocess.run(
        ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", str(seconds), "-s", str(script), f"http://127.0.0.1:{port}"],
        check=True, capture_output=True, text=True, env=environment,
    ).stdout  # fmt: skip
    rate, total = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"(\d+) requests in", said)
    assert rate, said
    assert total, said
    times = {name: float(value) for name, value in re.findall(r"(p\d\d) ([\d.]+)", said)}
    answers = {int(status): int(count) for status, count in re.findall(r"code (\d+) (\d+)", said)}
    return Storm(int(total[1]), float(rate[1]), times["p50"], times["p99"], answers)


def naive(clients: int, seconds: int, folder: Path) -> float:
    """Transactions a second of the two statements everybody would write, straight in SQL."""
    script = folder / "naive.sql"
    script.write_text(NAIVE)
    said = subprocess.run(
        ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script),
         os.environ["DATABASE_URL"]],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


@dataclass
class Settled:
    """How a crowd fared in which everyone asks until she has an answer."""

    seconds: float
    answers: Counter[int]
    numbers: list[int]
    waits: list[float]


class _Client(asyncio.Protocol):
    """One connection that asks for one person after another; who hears 503 asks again."""

    def __init__(self, burst: "_Burst") -> None:
        self.burst = burst
        self.transport: asyncio.Transport | None = None
        self.line = ""
        self.begun = 0.0
        self.seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's own does not descend from it

    def ask(self) -> None:
        assert self.transport
        if not self.line:
            if not self.burst.lines:
                return
            self.line, self.begun = self.burst.lines.pop(), time.perf_counter()
        offer, token = self.line.split()
        self.transport.write(
            f"POST /book/{offer} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, mark, body = self.seen.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if not mark or not length or len(body) < int(length[1]):
            return
        self.seen = b""
        status = int(head[9:12])
        if status != 503:
            self.burst.settle(status, body, time.perf_counter() - self.begun)
            self.line = ""
        self.ask()


class _Burst:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.wanted = len(lines)
        self.answers: Counter[int] = Counter()
        self.numbers: list[int] = []
        self.waits: list[float] = []
        self.over = asyncio.Event()

    def settle(self, status: int, body: bytes, wait: float) -> None:
        self.answers[status] += 1
        self.waits.append(wait)
        if status == 201:
            number = re.search(rb'"number":(\d+)', body)
            assert number, body
            self.numbers.append(int(number[1]))
        if len(self.waits) == self.wanted:
            self.over.set()


async def burst(port: int, lines: list[str], *, connections: int = 512) -> Settled:
    """Everyone of ``lines`` asks at once, each until answered; returns when all are."""
    crowd = _Burst(list(lines))
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Client(crowd), "127.0.0.1", port) for _ in range(connections)]
    begun = time.perf_counter()
    for _transport, client in made:
        client.ask()
    await asyncio.wait_for(crowd.over.wait(), 120)
    seconds = time.perf_counter() - begun
    for transport, _client in made:
        transport.close()
    return Settled(seconds, crowd.answers, sorted(crowd.numbers), sorted(crowd.waits))

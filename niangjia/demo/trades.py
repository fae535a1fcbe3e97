"""Kinds of enterprises and who works in them (data/trades.toml): the shares that a subdistrict of theatres has."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parent / "data" / "trades.toml"

# Sectors whose workers have a union of their own in each subdistrict, with the letters of its code.
SECTORS = {"快递行业": "KD", "网约配送行业": "PS", "货运物流行业": "HY", "家政服务行业": "JZ"}


@dataclass(frozen=True)
class Trade:
    """A kind of enterprise; the keys are explained in the data file."""

    words: str
    industry: str
    ownership: str
    count: int
    workers: tuple[int, int]
    ages: tuple[int, int, int]
    women: int
    jobs: dict[str, int] = field(hash=False)
    sector: str = ""
    suffix: str = "有限公司"


def _read() -> tuple[Trade, ...]:
    with DATA.open("rb") as file:
        rows = tomllib.load(file)["trade"]
    return tuple(Trade(**row) for row in rows)


TRADES = _read()

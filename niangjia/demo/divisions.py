"""The divisions of Beijing that the tree follows (data/divisions.csv), and the codes that unions get from them."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "divisions.csv"
BEIJING = "11"
XICHENG = "110102"
TIANQIAO = "110102014"
TAORANTING = "110102016"
JIANWAI = "110105001"

DISTRICT_LETTERS = {
    "东城区": "DC", "西城区": "XC", "朝阳区": "CY", "丰台区": "FT", "石景山区": "SJS", "海淀区": "HD",
    "门头沟区": "MTG", "房山区": "FS", "通州区": "TZ", "顺义区": "SY", "昌平区": "CP", "大兴区": "DX",
    "怀柔区": "HR", "平谷区": "PG", "密云区": "MY", "延庆区": "YQ",
}  # fmt: skip
SUBDISTRICT_LETTERS = {
    "西长安街": "XCAJ", "新街口": "XJK", "月坛": "YT", "展览路": "ZLL", "德胜": "DS", "金融街": "JRJ",
    "什刹海": "SCH", "大栅栏": "DSL", "天桥": "TQ", "椿树": "CS", "陶然亭": "TRT", "广安门内": "GAMN",
    "牛街": "NJ", "白纸坊": "BZF", "广安门外": "GAMW", "建外": "JW",
}  # fmt: skip
ENDINGS = ("社区居民委员会", "社区居委会", "居委会")


@dataclass(frozen=True)
class Division:
    code: str
    name: str

    @property
    def short(self) -> str:
        """``天桥`` of 天桥街道, ``虎坊路`` of 虎坊路社区居委会."""
        for ending in (*ENDINGS, "街道"):
            if self.name.endswith(ending):
                return self.name.removesuffix(ending)
        return self.name


@cache
def divisions() -> dict[str, Division]:
    """All of the file, by code."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Division(row["code"], row["name"]) for row in csv.DictReader(file)}


def within(code: str, *, length: int) -> list[Division]:
    """The divisions whose code begins with ``code`` and has ``length`` digits."""
    return [found for found in divisions().values() if found.code.startswith(code) and len(found.code) == length]

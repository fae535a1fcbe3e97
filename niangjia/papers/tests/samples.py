"""Papers for tests, and ways to read them back."""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest

from niangjia.papers.documents import Bar, Bars, Document, Heading, Note, Paragraph, Sheet

HOSTILE = '#set page(fill: red)\n*粗* _斜_ $x$ <tag> & "引号" \\ `raw` @label'


def report() -> Document:
    return Document(
        title="天桥街道总工会\n2026年送温暖活动情况报告",
        letterhead="天桥街道总工会",
        addressee="西城区总工会",
        signatory="天桥街道总工会",
        day="2026年2月20日",
        blocks=(
            Heading("一、送达情况"),
            Heading("（一）按单位", level=2),
            Paragraph(f"共送出慰问品2,016份。{HOSTILE}"),
            Sheet(
                columns=("单位", "线上", "线下"),
                rows=(("先农坛社区联合工会", "120", "80"), ("永安路社区联合工会", "99", "81")),
                total=("合计", "219", "161"),
                caption="表1　按单位统计",
                widths=(4, 1, 1),
                ends=(1, 2),
            ),
            Note("口径：按预订时会员所在工会统计。"),
            Bars("按工种统计", (Bar("环卫工人", 320, "320"), Bar("保安员", 0, "0")), unit="人"),
        ),
    )


def sign_for(count: int) -> dict[str, object]:
    rows = [{"cells": [str(n), f"王某{n}", "先农坛社区联合工会", "1", ""], "quantity": 2} for n in range(1, count + 1)]
    return {
        "title": "慰问品签收表",
        "organization": "天桥街道总工会",
        "facts": [["项目", "2026年春节送温暖"], ["物品", "慰问礼包"]],
        "columns": [
            {"label": "序号", "width": 1, "center": True},
            {"label": "姓名", "width": 2},
            {"label": "所在单位", "width": 5},
            {"label": "数量", "width": 1, "center": True},
            {"label": "签收", "width": 4},
        ],
        "rows": rows,
        "per_page": 13,
        "signers": ["经办人", "监督人"],
        "footer": "制表 2026年1月12日",
        "words": {
            "page": "第{page}页共{pages}页",
            "subtotal": "本页小计{people}人{pieces}份",
            "total": "合计{people}人{pieces}份",
        },
    }


def page_count(pdf: bytes) -> int:
    return max(int(number) for number in re.findall(rb"/Type\s*/Pages.*?/Count (\d+)", pdf, re.DOTALL))


def text_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page without any blanks; needs poppler's pdftotext."""
    tool = shutil.which("pdftotext")
    if not tool:
        pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    told = subprocess.run([tool, "-layout", "-enc", "UTF-8", file, "-"], capture_output=True, check=True).stdout
    return [re.sub(r"\s", "", page) for page in told.decode().split("\f")[:-1]]


def opened(word: bytes) -> Any:
    return docx.Document(BytesIO(word))

"""The page on the draw: its lines of Python recompute a real file, and find out a changed one."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from niangjia.bookings import drawing, placing, proving
from niangjia.bookings.tests.drawn import make_file

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "draw.md").read_text(encoding="utf-8")
SOUND = proving.document(make_file(40, anybody=9))


def recomputed(tmp_path: Path, content: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """What the lines say, run by a Python that knows nothing of this house."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, "-I", "-c", script, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)


def test_its_lines_recompute_a_sound_file(tmp_path: Path) -> None:
    done = recomputed(tmp_path, SOUND)
    assert (done.stdout, done.stderr, done.returncode) == ("The draw is as it must be.\n", "", 0)


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("result", {"seed": "0" * 64}, "another seed"),
        ("list", {"entries": SOUND["list"]["entries"][:-1]}, "another list"),
        ("result", {"places": SOUND["result"]["places"][::-1]}, "another result"),
        ("result", {"value": "1"}, "another result"),
    ],
)
def test_its_lines_find_out_a_changed_file(tmp_path: Path, part: str, change: dict[str, Any], said: str) -> None:
    done = recomputed(tmp_path, SOUND | {part: SOUND[part] | change})
    assert done.returncode == 1
    assert said in done.stderr


def test_it_names_every_part_of_the_file() -> None:
    names = {*SOUND, *SOUND["list"], *SOUND["result"], *SOUND["list"]["entries"][0], *SOUND["result"]["places"][0]}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    assert drawing.ALGORITHM in PAGE
    assert proving.FORMAT in PAGE
    assert placing.ANYBODY == 0

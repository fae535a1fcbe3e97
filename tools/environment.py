"""Make ``.venv`` and put exactly the pinned packages into it: ``python3 tools/environment.py base`` (or ``dev``).

Runs on any Python that is at hand, before anything is installed. When all is there already it does nothing.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ENGLISH = os.environ.get("NIANGJIA_LANGUAGE", "").startswith("en")


def say(chinese: str, english: str) -> None:
    print(english if ENGLISH else chinese, flush=True)  # noqa: T201 (a command's answer)


COMMAND = """#!/bin/sh
# The command line of this checkout. Without NIANGJIA_HOME it speaks of the demo that `make demo` keeps here.
here=$(cd "$(dirname "$0")/../.." && pwd)
if [ -z "$NIANGJIA_HOME" ] && [ -d "$here/.demo" ]; then export NIANGJIA_HOME="$here/.demo"; fi
PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" exec "$here/.venv/bin/python" -m niangjia "$@"
"""


def main(kind: str) -> int:
    wanted = ROOT / "requirements" / f"{kind}.txt"
    stamp = VENV / f".{kind}-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]}"
    if PYTHON.exists() and stamp.exists():
        return 0
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever has an older one is to be told)
        version = ".".join(map(str, sys.version_info[:2]))
        say(
            f"需要 Python 3.11 或更高版本，当前是 {version}。请安装后用 PYTHON=python3.11 指定。",
            f"Python 3.11 or later is needed; this is {version}. Install it and name it: PYTHON=python3.11",
        )
        return 1
    if not PYTHON.exists() and not make():
        return 1
    return install(kind, wanted, stamp)


def make() -> bool:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode:
        say(
            f"无法创建虚拟环境：缺少 Python 的 venv 模块。请安装：apt-get install python{version}-venv",
            f"No virtual environment can be made: Python's venv is missing. apt-get install python{version}-venv",
        )
        sys.stderr.write((done.stdout + done.stderr)[-1000:])
    return done.returncode == 0


def install(kind: str, wanted: Path, stamp: Path) -> int:
    """One line that moves while packages arrive; what pip says comes only when it fails."""
    total = sum("==" in line and not line.startswith((" ", "#")) for line in wanted.read_text().splitlines())
    say(f"安装软件包（{total} 个，仅首次需要）…", f"Installing {total} packages, this once …")
    begun = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--require-hashes",
               "--no-deps", "--progress-bar", "off", "-r", str(wanted.relative_to(ROOT))]  # fmt: skip
    told: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        seen = 0
        for line in process.stdout or ():
            told.append(line)
            if line.startswith(("Collecting", "Requirement already")):
                seen += 1
                name = line.removeprefix("Requirement already satisfied:").removeprefix("Collecting").split()[0]
                if sys.stdout.isatty():
                    sys.stdout.write(f"\r  {seen} / {total}  {name[:40]:<40}")
                    sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write("\r" + " " * 60 + "\r")
    if process.returncode:
        sys.stderr.write("".join(told[-15:]))
        say(
            "软件包安装失败，请检查网络或软件源后重试。",
            "The packages could not be installed. Check the network and try again.",
        )
        return 1
    for old in VENV.glob(f".{kind}-*"):
        old.unlink()
    command_line = VENV / "bin" / "niangjia"
    command_line.write_text(COMMAND)
    command_line.chmod(0o755)
    stamp.touch()
    seconds = round(time.monotonic() - begun)
    say(f"✓ 软件包已就绪（{seconds} 秒）", f"✓ Packages are ready ({seconds} s)")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)

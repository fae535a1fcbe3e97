"""Collect the messages of apps, keep their Chinese, compile: ``python tools/messages.py members benefits``.

With no app named, all of them. What is not yet translated is listed, and the exit status is then 1.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "niangjia"
LANGUAGE = "zh_Hans"
KEYWORDS = (
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3", "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)  # fmt: skip
HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


def apps() -> list[str]:
    return sorted(folder.name for folder in HOUSE.iterdir() if (folder / "apps.py").exists())


def catalogue(app: str) -> Path:
    return HOUSE / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def sources(app: str) -> list[Path]:
    """The app's modules and templates, without tests, migrations and what others made."""
    found = [path for kind in ("*.py", "*.html", "*.txt") for path in (HOUSE / app).rglob(kind)]
    skipped = {"tests", "migrations", "node_modules", "static"}
    return sorted(path for path in found if not skipped & set(path.relative_to(HOUSE).parts))


def extract(app: str) -> str:
    """The app's messages as a catalogue without translations; nothing if it has none."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for path in sources(app):
            text = path.read_text(encoding="utf-8")
            copy = Path(folder) / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text if path.suffix == ".py" else templatize(text), encoding="utf-8")
            names.append(str(copy.relative_to(folder)))
        command = ["xgettext", "--from-code=UTF-8", "--language=Python", "--add-location=file", "--no-wrap"]
        command += [f"--keyword={word}" for word in KEYWORDS]
        done = run([*command, "--output=-", *names], folder)
    return done.replace("charset=CHARSET", "charset=UTF-8")


def merge(app: str) -> None:
    """Write the app's catalogue anew: translations are kept, what no source says any more goes.

    A sentence that another app has translated already is taken from there.
    """
    found = extract(app)
    target = catalogue(app)
    if not found:
        return
    old = target.read_text(encoding="utf-8") if target.exists() else HEADER
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "new.pot").write_text(found, encoding="utf-8")
        (Path(folder) / "old.po").write_text(old, encoding="utf-8")
        known = [
            f"--compendium={other}" for other in HOUSE.glob(f"*/locale/{LANGUAGE}/*/django.po") if other != target
        ]
        command = ["msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", *known, "old.po", "new.pot"]
        merged = run(command, folder)
        (Path(folder) / "merged.po").write_text(merged, encoding="utf-8")
        text = run(["msgattrib", "--no-obsolete", "--no-wrap", "merged.po"], folder)
    body = text[text.index("\n\n") :]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(HEADER + body[1:], encoding="utf-8")


def compile_catalogue(po: Path, mo: Path) -> None:
    run(["msgfmt", "--check", "--no-hash", f"--output-file={mo}", str(po)], ROOT)


def untranslated(po: Path) -> str:
    return run(["msgattrib", "--untranslated", "--no-wrap", "--no-location", str(po)], ROOT)


def run(command: list[str], folder: str | Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:1])}: {done.stderr}")
    return done.stdout


def main(names: list[str]) -> int:
    waiting = 0
    for app in names or apps():
        merge(app)
        po = catalogue(app)
        if po.exists():
            compile_catalogue(po, po.with_suffix(".mo"))
            if left := untranslated(po):
                waiting += 1
                print(f"{po.relative_to(ROOT)} lacks:\n{left}")  # noqa: T201 (a command's answer)
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Every sentence has its Chinese: complete, compiled, and the same wherever it is said."""

import gettext
import os
import re
import shutil
from pathlib import Path

import pytest

from tools import messages

pytestmark = pytest.mark.skipif(
    shutil.which("xgettext") is None and not os.environ.get("CI"), reason="the gettext tools are not installed"
)


def said(mo: Path) -> dict[str, str]:
    """What a compiled catalogue says; a plural form counts by its first form."""
    with mo.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    catalogue: dict[str | tuple[str, int], str] = translations._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: value for key, value in catalogue.items() if key}


def compiled(text: str, folder: Path) -> dict[str, str]:
    (folder / "text.po").write_text(text, encoding="utf-8")
    messages.compile_catalogue(folder / "text.po", folder / "text.mo")
    return said(folder / "text.mo")


def wanted(app: str, folder: Path) -> set[str]:
    """The msgids that the app's sources name."""
    template = messages.extract(app)
    if not template:
        return set()
    (folder / "found.pot").write_text(template, encoding="utf-8")
    english = messages.run(["msgen", "--no-wrap", "found.pot"], folder)
    body = english[english.index("\n\n") :]
    return set(compiled(messages.HEADER.replace("nplurals=1; plural=0", "nplurals=2; plural=n != 1") + body, folder))


@pytest.mark.parametrize("app", messages.apps())
def test_every_sentence_of_an_app_has_its_chinese(app: str, tmp_path: Path) -> None:
    mo = messages.catalogue(app).with_suffix(".mo")
    assert wanted(app, tmp_path) == (set(said(mo)) if mo.exists() else set()), f"run: python tools/messages.py {app}"


@pytest.mark.parametrize("app", [app for app in messages.apps() if messages.catalogue(app).exists()])
def test_a_catalogue_is_complete_and_compiled(app: str, tmp_path: Path) -> None:
    po = messages.catalogue(app)
    assert messages.untranslated(po) == ""
    assert messages.run(["msgattrib", "--only-fuzzy", str(po)], tmp_path) == ""
    assert said(po.with_suffix(".mo")) == compiled(po.read_text(encoding="utf-8"), tmp_path)


@pytest.mark.parametrize("app", messages.apps())
def test_no_translation_says_itself_twice(app: str) -> None:
    """A careless merge of catalogues glues the same words together, and they come out on paper."""
    compiled_file = messages.catalogue(app).with_suffix(".mo")
    found = said(compiled_file) if compiled_file.exists() else {}
    assert [key for key, words in found.items() if re.fullmatch(r"(.{6,}?)\1+", words, re.DOTALL)] == []


def test_one_sentence_is_not_translated_in_two_ways() -> None:
    """Django keeps one table for all apps, so the second translation would never be seen (use a context)."""
    seen: dict[str, dict[str, list[str]]] = {}
    for app in messages.apps():
        mo = messages.catalogue(app).with_suffix(".mo")
        for key, value in said(mo).items() if mo.exists() else ():
            seen.setdefault(key, {}).setdefault(value, []).append(app)
    assert {key: values for key, values in seen.items() if len(values) > 1} == {}

"""Documentation that can be wrong is tested: settings, apps, terms and links."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ENVIRONMENT = re.compile(r"""env\.\w+\(\s*["']([A-Z_]+)["']""")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:|#)([^)#\s]+)")


def test_every_setting_has_its_line_in_the_handbook() -> None:
    handbook = (ROOT / "docs" / "operators.md").read_text()
    read = set(ENVIRONMENT.findall((ROOT / "niangjia" / "config" / "settings.py").read_text()))
    assert read, "the pattern finds what the settings read"
    assert {name for name in read if f"`{name}`" not in handbook} == set()


def test_every_app_has_its_line_on_the_architecture_page() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    own = [config.label for config in apps.get_app_configs() if config.name.startswith("niangjia.")]
    assert [label for label in own if f"`{label}`" not in page] == []


@pytest.mark.parametrize("text", PAGES, ids=lambda text: str(text.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(text: Path) -> None:
    assert [target for target in LINK.findall(text.read_text()) if not (text.parent / target).exists()] == []


def test_every_model_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    own = [model.__name__ for model in apps.get_models() if model.__module__.startswith("niangjia.")]
    assert [name for name in own if f"`{name}`" not in glossary] == []


def test_a_term_and_a_model_have_one_row_each_in_the_glossary() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    for column in (0, -1):
        counted = Counter(row[column] for row in rows)
        assert [name for name, count in counted.items() if count > 1] == []


def test_decisions_are_numbered_without_gap_or_repeat() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_the_two_commands_in_both_languages() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text()
        assert "make demo" in text
        assert "make test" in text

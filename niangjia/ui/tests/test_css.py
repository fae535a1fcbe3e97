"""The built CSS has every class that templates name, so that nobody looks at an unstyled page."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
CSS = HOUSE / "ui" / "static" / "ui" / "niangjia.css"


def classes_of(css: str) -> set[str]:
    return {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"\.((?:\\.|[\w-])+)", css)}


def classes_in(template: str) -> set[str]:
    """Names in ``class`` attributes, tags of Django aside; a name that holds a variable is left out."""
    found = set()
    for value in re.findall(r'\bclass="((?:{{.*?}}|{%.*?%}|[^"])*)"', template, re.DOTALL):
        plain = re.sub(r"{%.*?%}", " ", value, flags=re.DOTALL)
        found |= {name for name in re.sub(r"\S*{{.*?}}\S*", " ", plain, flags=re.DOTALL).split() if name}
    return found


@pytest.fixture(scope="module")
def known() -> set[str]:
    return classes_of(CSS.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", sorted(HOUSE.rglob("templates/**/*.html")), ids=lambda path: str(path.relative_to(HOUSE))
)
def test_every_class_of_a_template_is_in_the_css(path: Path, known: set[str]) -> None:
    assert classes_in(path.read_text(encoding="utf-8")) - known == set(), "docs/ui.md, “CSS, print, scripts”"


def test_the_rule_bites() -> None:
    assert classes_in('<p class="a {% if b %}c d{% endif %} e-{{ f }} g {{ h|default:"i" }}">') == {"a", "c", "d", "g"}
    assert classes_of(r".a,.lg\:grid-cols-2:hover{}.p-1\.5{}") >= {"a", "lg:grid-cols-2", "p-1.5"}


def test_no_accent_but_the_one_main_action(known: set[str]) -> None:
    """Union red is for one button a page: no text, border or background class carries it."""
    assert {name for name in known if re.search(r"(text|bg|border)-primary", name)} == set()

"""What a template names in one block it does not know in another: Django forgets it, and a link loses its address."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent / "niangjia"
TAG = re.compile(r"{%\s*(.*?)\s*%}", re.DOTALL)
GIVEN = re.compile(r"\bas (\w+)$")


def forgotten(text: str) -> list[str]:
    """Addresses that are named by ``{% url … as x %}`` in one block and used in another, outside of it."""
    block: list[str] = []
    given: dict[str, list[list[str]]] = {}
    used: list[tuple[str, list[str]]] = []
    for tag in TAG.findall(text):
        name, *rest = tag.split()
        if name == "block":
            block = [*block, rest[0]]
        elif name == "endblock":
            block = block[:-1]
        elif name == "url" and (found := GIVEN.search(tag)):
            given.setdefault(found[1], []).append(block)
        else:
            used += [(word, block) for word in re.findall(r"\w+", re.sub(r"\"[^\"]*\"|'[^']*'", "", tag))]
    return sorted({word for word, at in used if word in given and not any(at[: len(b)] == b for b in given[word])})


@pytest.mark.parametrize("app", sorted(path.name for path in HOUSE.iterdir() if (path / "templates").is_dir()))
def test_every_address_is_known_where_it_is_used(app: str) -> None:
    pages = sorted((HOUSE / app / "templates").rglob("*.html"))
    found = {str(page.relative_to(HOUSE)): forgotten(page.read_text()) for page in pages}
    assert {page: words for page, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{% block a %}{% url 'x' as home %}{% endblock %}{% block b %}{% crumb home %}{% endblock %}", ["home"]),
        ("{% block a %}{% url 'x' as home %}{% linkbutton 'Back' home %}{% endblock %}", []),
        ("{% block a %}{% url 'x' as home %}{% block b %}{% crumb home %}{% endblock %}{% endblock %}", []),
    ],
)  # fmt: skip
def test_the_rule_bites(text: str, found: list[str]) -> None:
    assert forgotten(text) == found

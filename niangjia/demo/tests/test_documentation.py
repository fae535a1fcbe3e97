"""docs/demo.md and the launcher's list name the people who are there."""

import json
from pathlib import Path

from niangjia.demo import accounts, cast

DOCS = Path(__file__).resolve().parents[3] / "docs" / "demo.md"


def test_every_log_in_is_explained() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for row in json.loads(accounts.LOGINS.read_text(encoding="utf-8")):
        assert f"`{row['login']}`" in page
        assert row["role"].keys() == row["may"].keys() == {"zh-hans", "en"}


def test_the_phones_and_the_ends_of_the_numbers_are_right() -> None:
    page = DOCS.read_text(encoding="utf-8")
    logins = {row["login"]: str(row["password"]) for row in json.loads(accounts.LOGINS.read_text(encoding="utf-8"))}
    for person in (cast.COURIER, cast.GUARD, cast.NURSE):
        assert f"`{person.phone}` | {person.name}" in page
    for newcomer in (cast.COURIER, cast.NURSE):
        tail = newcomer.id_number[-4:]
        assert f"`{tail}`" in page
        assert newcomer.name in logins[newcomer.phone]
        assert tail in logins[newcomer.phone]
    assert cast.CLEANER.name in page
    assert not cast.CLEANER.phone

"""The page for programs: its examples work as they are printed."""

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from niangjia.api.permissions import CONNECT
from niangjia.api.services import create_token
from niangjia.identity.tests.factories import holder
from niangjia.ledgers.models import StockEntry
from niangjia.ledgers.permissions import MANAGE, VIEW
from niangjia.ledgers.tests.factories import make_item
from niangjia.org.tests.factories import make_tree

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
EXAMPLES = re.findall(r"```sh\n(curl .+)\n```", PAGE.read_text())


def run(command: str, **words: str) -> Any:
    """What curl would get."""
    for name, value in words.items():
        command = command.replace(f"${name}", value)
    parts, headers, method, body, address = shlex.split(command)[1:], {}, "GET", "", ""
    while parts:
        part = parts.pop(0)
        if part == "-H":
            name, _colon, value = parts.pop(0).partition(": ")
            headers[name] = value
        elif part == "-X":
            method = parts.pop(0)
        elif part == "-d":
            body = parts.pop(0)
        else:
            address = part
    return Client(headers=headers).generic(method, address, body, content_type="application/json")


@pytest.mark.django_db
def test_the_examples_work_as_they_are_printed() -> None:
    tree, now = make_tree(), timezone.now()
    officer, item = holder(VIEW, MANAGE, CONNECT, at=tree.unit), make_item(tree.unit)
    _token, secret = create_token(
        name="x", permissions=[VIEW, MANAGE], expires_at=now + timedelta(days=1), actor=officer, at=now
    )
    words = {"TOKEN": secret, "SITE": "", "ITEM": str(item.pk)}
    me, items, bought = (run(example, **words) for example in EXAMPLES)
    assert me.json()["name"] == officer.name
    assert [row["id"] for row in items.json()["items"]] == [str(item.pk)]
    assert (bought.status_code, bought.json()["quantity"]) == (201, 5)
    assert run(EXAMPLES[2], **words).content == bought.content
    assert StockEntry.objects.count() == 1

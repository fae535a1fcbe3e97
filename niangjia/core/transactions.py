"""One transaction for what somebody does, however many services take part in it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection
from django.db.transaction import Atomic

Given = ParamSpec("Given")
Made = TypeVar("Made")


class _Whole(Atomic):
    """A block that a service has opened, told from one that a caller has put around some of its work."""


def whole(service: Callable[Given, Made]) -> Callable[Given, Made]:
    """``transaction.atomic`` for services, of which one that another calls is a part: it has no savepoint of its own.

    When a part refuses, the whole has failed, even if its service catches the refusal: the database then takes no
    further statement. A service that wants to go on without a part puts ``with transaction.atomic():`` around it.
    """

    @wraps(service)
    def run(*args: Given.args, **options: Given.kwargs) -> Made:
        part = any(isinstance(block, _Whole) for block in connection.atomic_blocks)
        with _Whole(using=None, savepoint=not part, durable=False):
            return service(*args, **options)

    return run

"""A PostgreSQL and an empty Niangjia for one measurement, in a folder that goes when it ends.

``DATABASE_URL`` is ignored.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from niangjia.ops.postgres import Cluster


@contextmanager
def ground() -> Iterator[None]:
    """Django on a fresh database, as an installation has it: durable, a pool of connections, all migrations done."""
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o755)
        Path(folder).chmod(0o755)
        with Cluster(home, say=lambda *_words: None) as cluster:
            os.environ |= {"NIANGJIA_HOME": str(home), "DATABASE_URL": cluster.url()}
            os.environ |= {"DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
            import django
            from django.core.management import call_command
            from django.db import connections

            django.setup()
            call_command("migrate", verbosity=0)
            yield
            connections["default"].close()
            getattr(connections["default"], "close_pool", lambda: None)()


def spread(runs: int, once: Callable[[], Any], *, before: Callable[[], Any] = bool) -> dict[str, float]:
    """Median, least and most seconds of ``runs`` calls, each after an untimed ``before``; the first is not counted."""
    taken = []
    for number in range(runs + 1):
        before()
        begun = time.perf_counter()
        once()
        if number:
            taken.append(time.perf_counter() - begun)
    return {"median": round(statistics.median(taken), 3), "least": round(min(taken), 3), "most": round(max(taken), 3)}


def tell(**figures: Any) -> None:
    """The one line of JSON that a machine reads."""
    print(json.dumps(figures, ensure_ascii=False))

"""``python -m django prepare``: the launcher's step before the site opens."""

import io
import re
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

APPLYING = re.compile(r"Applying (\S+?)\.\.\.")
LOCK = 0x4E4A  # several application machines may start at once; one migrates, the others wait and find it done


class Command(BaseCommand):
    help = "Bring the database to the state this version wants, one machine at a time"

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                self._migrate()
                call_command("createcachetable")
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        call_command("migrate", interactive=False, stdout=_Steps(self.stdout.write, steps))


class _Steps(io.StringIO):
    """Turns Django's lines into the launcher's: how much is done, and what is being done."""

    def __init__(self, say: Callable[[str], Any], steps: int) -> None:
        super().__init__()
        self.say = say
        self.steps = steps
        self.done = 0

    def write(self, text: str, /) -> int:
        for name in APPLYING.findall(text):
            self.say(f"{100 * self.done // max(1, self.steps)}% {name}")
            self.done += 1
        return len(text)

"""What the person at the terminal sees: a line that moves while something is done, plain lines when nobody watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from niangjia.ops.words import gettext as _

Advance = Callable[[str], None]
QUIET = 2.0  # seconds between two plain lines of the same step


class Screen:
    """Standard output of the launcher."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def line(self, words: str) -> None:
        self.console.print(escape(words), soft_wrap=True)

    @contextmanager
    def step(self, words: str) -> Iterator[Advance]:
        """Yields a function that takes the step's own lines; "42% words" moves the bar."""
        begun = time.monotonic()
        if self.console.is_terminal:
            with self._bar(words) as advance:
                yield advance
        else:
            self.line(f"{words} …")
            yield self._plain()
        seconds = f"{time.monotonic() - begun:.1f} s"
        self.console.print(f"[green]✓[/green] {escape(words)} [dim]{seconds}[/dim]")

    @contextmanager
    def _bar(self, words: str) -> Iterator[Advance]:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
                   TimeElapsedColumn(), TextColumn("[dim]{task.fields[detail]}"))  # fmt: skip
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(escape(words), total=None, detail="")

            def advance(said: str) -> None:
                share, rest = split(said)
                if share is None:
                    progress.update(task, detail=escape(rest))
                else:
                    progress.update(task, total=100, completed=share, detail=escape(rest))

            yield advance

    def _plain(self) -> Advance:
        last = time.monotonic()

        def advance(said: str) -> None:
            nonlocal last
            if time.monotonic() - last >= QUIET:
                last = time.monotonic()
                self.line(f"  {said.strip()}")

        return advance

    def ready(self, address: str, logins: list[dict[str, str]], notes: list[str]) -> None:
        """The last screen: where to go, and as whom."""
        self.console.print()
        title = _("Niangjia is ready:")
        self.console.print(f"[bold]{escape(title)}[/bold]  [bold red]{escape(address)}[/bold red]")
        if logins:
            self.console.print()
            self.console.print(Padding(_people(logins), (0, 0, 0, 2)))
        self.console.print()
        for note in notes:
            self.line(note)


def _people(logins: list[dict[str, str]]) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for title in (_("Log-in name"), _("Password"), _("Who this is"), _("What they may do")):
        table.add_column(title, overflow="fold")
    for person in logins:
        table.add_row(*(escape(person.get(key, "")) for key in ("login", "password", "role", "may")))
    return table


def split(said: str) -> tuple[float | None, str]:
    """ "42% words" as a share and the words; without a share, the words alone."""
    head, sign, rest = said.strip().partition("%")
    try:
        return (float(head), rest.strip()) if sign else (None, said.strip())
    except ValueError:
        return None, said.strip()

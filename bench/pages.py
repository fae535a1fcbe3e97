"""Server time of the pages with the demo's data, as stranger, member and officer: ``python -m bench.pages HOME``.

Each page is asked of Django in this process, through all middleware, against the running demo's database: what is
measured is the answer alone, without the client, the network and the web server's own share. The addresses are found
on the pages themselves.
"""

import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.ground import tell

ASKED = 7 if os.environ.get("QUICK") else 25
WARM = 2  # the first compile templates and fill what is remembered
OFFICER = {"login": "tianqiao", "password": "niangjia-demo"}
MEMBER = "15400000002"  # has collected a gift, and holds a voucher for another
LINK = re.compile(r'href="(/[^"#?]*)')
UUID = r"[0-9a-f-]{36}"
PROGRAMME = rf"/staff/programmes/{UUID}/"

# name of the page: where it is linked from, what its address looks like; without the first it is the address
STRANGER = {
    "public home": "/",
    "programmes": "/p/",
    "programme": ("/p/", rf"/p/{UUID}/"),
    "figures": "/figures/",
    "staff log-in": "/account/login/",
    "member log-in": "/login/",
    "notices": "/notices/",
}
MEMBER_PAGES = {
    "home": "/me/",
    "programme": ("/me/", rf"/programmes/{UUID}/"),
    "bookings": "/me/bookings/",
    "voucher": ("/me/bookings/", rf"/vouchers/{UUID}/"),
    "own data": "/me/data/",
    "messages": "/me/messages/",
}
LISTS = ("members", "imports", "audiences", "programmes", "organizations", "history", "employers", "figures", "points")
OFFICER_PAGES = (
    {"home": "/staff/"}
    | {f"/staff/{name}/": f"/staff/{name}/" for name in LISTS}
    | {
        "member": ("/staff/members/", rf"/staff/members/{UUID}/"),
        "audience": ("/staff/audiences/", rf"/staff/audiences/{UUID}/"),
        "rule with preview": ("/staff/audiences/rules/", rf"/staff/audiences/rules/{UUID}/"),
        "unit": ("/staff/organizations/", rf"/staff/organizations/{UUID}/"),
        "import batch": ("/staff/imports/", rf"/staff/imports/{UUID}/"),
    }
)
PARTS = ("plan/", "live/", "groups/", "report/", "desk/", "")


class Visitor:
    """One of the three, with the pages that are his."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        return self.client.get(path, headers={"host": "localhost"})

    def text(self, path: str) -> str:
        return str(self.get(path).content.decode())

    def links(self, path: str, shape: str) -> list[str]:
        return [found for found in dict.fromkeys(LINK.findall(self.text(path))) if re.fullmatch(shape, found)]

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, fields, headers={"host": "localhost"})

    def find(self, pages: dict[str, Any]) -> dict[str, str]:
        """The address of each page; one that is linked from nowhere is told, not passed over."""
        found = {}
        for name, said in pages.items():
            paths = [said] if isinstance(said, str) else self.links(*said)
            if paths:
                answer = self.get(paths[0])
                found[name] = answer.headers["Location"] if answer.status_code == 302 else paths[0]
            else:
                print(f"{name}: no link on {said[0]}", file=sys.stderr)
        return found


def programmes(officer: Visitor) -> dict[str, str]:
    """Each part of each programme, as far as there is one: the open one's live page, the finished one's report."""
    found = {}
    for number, path in enumerate(officer.links("/staff/programmes/", PROGRAMME), 1):
        for part in PARTS:
            if officer.get(f"{path}{part}").status_code == 200:
                found[f"programme {number} {part}".strip()] = f"{path}{part}"
    return found


def backend_cpu() -> float:
    """Milliseconds that the database has worked for this process: its one connection, on Linux and this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    spent = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) * 1_000 / os.sysconf("SC_CLK_TCK")


def timed(visitor: Visitor, path: str) -> dict[str, float]:
    """Milliseconds: median, least, nine in ten, CPU here and in the database; and the number of statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARM):
        answer = visitor.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    taken, worked = [], []
    database = backend_cpu()
    for _ in range(ASKED):
        begun, before = time.perf_counter(), time.process_time()
        visitor.get(path)
        taken.append((time.perf_counter() - begun) * 1_000)
        worked.append((time.process_time() - before) * 1_000)
    database = backend_cpu() - database
    with CaptureQueriesContext(connection) as asked:
        visitor.get(path)
    return {
        "median": round(statistics.median(taken), 1),
        "least": round(min(taken), 1),
        "p90": round(sorted(taken)[ASKED * 9 // 10], 1),
        "cpu": round(statistics.median(worked), 1),
        "database_cpu": round(database / ASKED, 1),
        "statements": len(asked),
    }


def log_in_member(member: Visitor) -> None:
    """By the code that the demo shows on the page."""
    assert member.post("/login/", phone=MEMBER).status_code == 302
    shown = re.search(r'id="shown-code">(\d+)<', member.text("/login/code/"))
    assert shown, "the demo shows the code"
    assert member.post("/login/code/", code=shown[1]).status_code == 302


def upload(officer: Visitor, home: Path) -> None:
    """A sample roster, so that there is a batch to look at."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    sample = next((home / "samples").glob("*.xlsx"))
    file = SimpleUploadedFile(sample.name, sample.read_bytes())
    unit = re.search(rf'<option value="({UUID})"', officer.text("/staff/imports/new/"))
    assert unit, "the page asks for which union"
    answer = officer.post("/staff/imports/new/", organization=unit[1], file=file)
    assert answer.status_code == 302, "a sample roster is taken"


def measure(home: Path) -> dict[str, dict[str, float]]:
    from django.test import Client

    stranger, member, officer = (Visitor(Client()) for _ in range(3))
    log_in_member(member)
    assert officer.post("/account/login/", **OFFICER).status_code == 302
    if not officer.links("/staff/imports/", rf"/staff/imports/{UUID}/"):
        upload(officer, home)
    pages = {
        (name, who): (visitor, path)
        for name, visitor, found in (
            ("stranger", stranger, stranger.find(STRANGER)),
            ("member", member, member.find(MEMBER_PAGES)),
            ("officer", officer, officer.find(OFFICER_PAGES) | programmes(officer)),
        )
        for who, path in found.items()
    }
    times = {}
    for (name, what), (visitor, path) in pages.items():
        times[f"{name}: {what}"] = figures = timed(visitor, path)
        print(f"{name + ': ' + what:38} {figures}", file=sys.stderr, flush=True)
    return times


def main() -> None:
    from niangjia.ops.session import database

    home = Path(sys.argv[1]).resolve()
    os.environ |= {"NIANGJIA_HOME": str(home), "NIANGJIA_DEMO": "1"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "niangjia.config.settings", "NIANGJIA_DB_POOL": "1"}
    with database(home, "bench"):
        import django

        django.setup()
        tell(pages=measure(home))


if __name__ == "__main__":
    main()

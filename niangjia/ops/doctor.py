"""What may be wrong with an installation, each fault with its remedy in words. Run by ``niangjia doctor``."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core import keys
from niangjia.ops import outside, queries
from niangjia.ops.queries import LONGEST_WAIT, Health
from niangjia.ops.words import Trouble
from niangjia.papers import fonts

CHINESE = "工会会员服务"
SPARE = 1024**3
DRIFT = 5.0
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``remedy`` says what to do, and is empty where all is well."""

    check: str
    title: str
    found: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy


@dataclass(frozen=True)
class Patient:
    """What the checks look at; ``trouble`` is why the embedded PostgreSQL could not even be started."""

    health: Health
    trouble: str = ""


def examine(trouble: str = "") -> list[Finding]:
    """Every check, in the order in which faults should be mended."""
    patient = Patient(Health(database=False) if trouble else queries.health(), trouble)
    return [finding for check in CHECKS for finding in check(patient)]


def database(patient: Patient) -> Iterator[Finding]:
    title = _("Database")
    health = patient.health
    if not health.database:
        yield Finding(
            "database",
            title,
            patient.trouble or _("does not answer: %(reason)s") % {"reason": health.reason},
            _("Start the site with “niangjia serve”. With a PostgreSQL of your own, see that it runs and that "
              "DATABASE_URL names it."),
        )  # fmt: skip
    elif health.version < outside.OLDEST:
        yield Finding(
            "database",
            title,
            _("PostgreSQL %(version)s is too old") % {"version": _version(health)},
            _("Upgrade the server to PostgreSQL 15 or later."),
        )
    else:
        yield Finding("database", title, _("PostgreSQL %(version)s answers") % {"version": _version(health)})


def _version(health: Health) -> str:
    return f"{health.version // 10000}.{health.version % 10000}"


def migrations(patient: Patient) -> Iterator[Finding]:
    missing = patient.health.unapplied
    if missing is None:
        return
    title = _("Database tables")
    if missing:
        found = _("%(count)s changes of this version have not been made in the database") % {"count": missing}
        yield Finding("migrations", title, found, _("Run “niangjia migrate”, or start the site again."))
    else:
        yield Finding("migrations", title, _("as this version wants them"))


def locale(patient: Patient) -> Iterator[Finding]:
    """Under the locale C the search by parts of words finds nothing in Chinese, and says nothing about it."""
    if not patient.health.database:
        return
    title = _("Chinese search")
    try:
        with queries.connect() as link:
            row = link.execute("SELECT cardinality(show_trgm(%s)), current_setting('server_encoding')", [CHINESE])
            parts, encoding = row.fetchone() or (0, "")
    except psycopg.errors.UndefinedFunction:
        yield Finding(
            "locale",
            title,
            _("the extension pg_trgm is not installed in the database"),
            _("Run “niangjia migrate”. If the role may not, let a superuser run: CREATE EXTENSION pg_trgm;"),
        )
        return
    if parts and encoding == "UTF8":
        yield Finding("locale", title, _("Chinese is found"))
        return
    yield Finding(
        "locale",
        title,
        _("finds nothing: the database was made with a character type that knows no Chinese"),
        _("Make the database anew in UTF8 with the locale C.UTF-8 or an ICU locale, and load a dump into it."),
    )


def pool(patient: Patient) -> Iterator[Finding]:
    """Nothing is said where no pool is in use."""
    if not patient.health.database:
        return
    title = _("Connection pool")
    try:
        outside.check_ways()
    except Trouble as trouble:
        yield Finding("pool", title, trouble.message, trouble.remedy)
    else:
        if settings.DIRECT_URL:
            yield Finding("pool", title, _("pages go through it; bookings and jobs go past it"))


def clock(patient: Patient) -> Iterator[Finding]:
    """What opens or closes goes by the database's clock, what is shown by ours."""
    if not patient.health.database:
        return
    with queries.connect() as link:
        row = link.execute("SELECT clock_timestamp()").fetchone()
    apart = abs((timezone.now() - row[0]).total_seconds()) if row else 0.0
    if apart > DRIFT:
        found = _("this machine and the database are %(seconds)s s apart") % {"seconds": round(apart)}
        yield Finding("clock", _("System clock"), found, _("Set both by the same time server (NTP)."))
    else:
        yield Finding("clock", _("System clock"), _("agrees with the database's"))


def jobs(patient: Patient) -> Iterator[Finding]:
    health = patient.health
    if health.workers is None:
        return
    title = _("Background jobs")
    if not health.workers:
        remedy = _("Start the site with “niangjia serve”, or a worker alone with “niangjia worker”.")
        yield Finding("jobs", title, _("no worker is running"), remedy)
    elif not health.flowing:
        found = _("a job has been waiting for %(minutes)s minutes") % {"minutes": round((health.waiting or 0) / 60)}
        remedy = _("More than %(limit)s minutes are too many: start another “niangjia worker”.")
        yield Finding("jobs", title, found, remedy % {"limit": LONGEST_WAIT // 60})
    else:
        found = _("%(workers)s workers, %(failed)s jobs given up in all")
        yield Finding("jobs", title, found % {"workers": health.workers, "failed": health.failed})


def typefaces(patient: Patient) -> Iterator[Finding]:
    del patient
    try:
        faces = {names[0] for names in fonts.stacks().values()}
    except fonts.FontMissing as missing:
        yield Finding("fonts", _("Typefaces"), str(missing.message), str(missing.remedy))
    else:
        yield Finding("fonts", _("Typefaces"), ", ".join(sorted(faces)))


def secrets(patient: Patient) -> Iterator[Finding]:
    del patient
    folder = Path(settings.KEYS_FOLDER)
    title = _("Keys and files")
    faults = [(fault.path, fault.problem) for fault in keys.faults(folder)]
    faults += [(path, "readable by others") for path in folder.glob("*.password") if path.stat().st_mode & 0o077]
    faults += [(path, "open to others") for path in (folder, Path(settings.FILES_FOLDER)) if _open_to_others(path)]
    remedies = {
        "absent": _("Bring it back from the backup of the keys: without it sealed data stay sealed."),
        "damaged": _("Bring it back from the backup of the keys: without it sealed data stay sealed."),
        "readable by others": _("Take the right away from them: chmod 600 %(path)s"),
        "open to others": _("Take the right away from them: chmod 700 %(path)s"),
    }
    words = {
        "absent": _("%(path)s is missing"),
        "damaged": _("%(path)s is damaged"),
        "readable by others": _("%(path)s can be read by others"),
        "open to others": _("%(path)s can be entered by others"),
    }
    for path, problem in faults:
        yield Finding("keys", title, words[problem] % {"path": path}, remedies[problem] % {"path": path})
    if not faults:
        yield Finding("keys", title, _("present, and readable by the owner alone"))


def _open_to_others(path: Path) -> bool:
    """As root the home itself may be entered: PostgreSQL's user has to get to its data."""
    return path.exists() and bool(path.stat().st_mode & 0o077) and bool(path.parent.stat().st_mode & 0o011)


def disk(patient: Patient) -> Iterator[Finding]:
    del patient
    home = Path(settings.HOME)
    free = shutil.disk_usage(home).free
    size = f"{free / 1024**3:.1f} GB"
    title = _("Disk space")
    if free < SPARE:
        found = _("only %(size)s left under %(home)s") % {"size": size, "home": home}
        yield Finding("disk", title, found, _("Make room: PostgreSQL stops when the disk is full."))
    else:
        yield Finding("disk", title, _("%(size)s left under %(home)s") % {"size": size, "home": home})


def address(patient: Patient) -> Iterator[Finding]:
    del patient
    url = str(settings.SITE_URL)
    title = _("Address of the site")
    for found, remedy in _address_faults(url):
        yield Finding("address", title, found, remedy)
        return
    yield Finding("address", title, url)


def _address_faults(url: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.path not in {"", "/"}:
        yield (
            _("NIANGJIA_URL reads %(url)s") % {"url": url},
            _("Write it as https://host or https://host:port, without a path."),
        )
    elif parts.scheme == "http" and host not in LOCAL and not settings.DEMO:
        yield (
            _("%(url)s is not encrypted, and phones open their camera only where it is") % {"url": url},
            _(
                "Give “niangjia serve” a certificate, or stand behind a proxy that has one, and set NIANGJIA_URL=https://…"
            ),
        )
    elif "*" not in settings.ALLOWED_HOSTS and host not in {name.strip("[]") for name in settings.ALLOWED_HOSTS}:
        yield (
            _("the site does not answer to the name %(host)s") % {"host": host},
            _("Add it to NIANGJIA_HOSTS."),
        )
    if settings.DEBUG:
        yield _("NIANGJIA_DEBUG is on: error pages show what is inside"), _("Remove NIANGJIA_DEBUG.")


CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    database, migrations, locale, pool, clock, jobs, typefaces, secrets, disk, address,
)  # fmt: skip

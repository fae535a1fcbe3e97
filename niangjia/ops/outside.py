"""A PostgreSQL of the operator's own, named in DATABASE_URL: whether it will do, asked before anything is written.

A pool may stand before it (PgBouncer). What needs a session of its own (the lane, the job worker, migrations and
dumps) then goes by NIANGJIA_DIRECT_URL; pages of the site go through the pool.
"""

import os
from typing import Any

import psycopg

from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

DIRECT = "NIANGJIA_DIRECT_URL"
OLDEST = 150000
PATIENCE = 10
ATTEMPTS = 3

Link = psycopg.Connection[tuple[Any, ...]]

MAKE = "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
WHICH = "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()"
BACKEND = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"


def given() -> bool:
    """Whether the operator names a server; if not, we start our own."""
    if os.environ.get("DATABASE_URL"):
        return True
    if os.environ.get(DIRECT):
        raise Trouble(
            _("NIANGJIA_DIRECT_URL is set, but DATABASE_URL is not."),
            _("Set both, or DATABASE_URL alone when no pool stands before the server."),
        )
    return False


def direct_url() -> str:
    return os.environ.get(DIRECT) or os.environ["DATABASE_URL"]


def check() -> None:
    """Refuse a server on which the site would not work, or would work and quietly find no Chinese."""
    with connect(direct_url()) as link:
        _check_make(link)
    check_ways()


def check_ways() -> None:
    """The direct way must give sessions of its own, and the way through a pool must lead to the same database."""
    with connect(direct_url()) as one, connect(direct_url()) as other:
        if share_backends(one, other):
            raise Trouble(
                _("This address of the database leads through a pool that shares its sessions (PgBouncer)."),
                _("Name the server itself in NIANGJIA_DIRECT_URL. DATABASE_URL may stay: pages go by it."),
            )
        if direct_url() != os.environ["DATABASE_URL"]:
            _check_same(one)


def connect(url: str) -> Link:
    try:
        return psycopg.connect(url, connect_timeout=PATIENCE, autocommit=True, client_encoding="UTF8")
    except psycopg.OperationalError as error:
        raise Trouble(
            _("The database cannot be reached: {reason}").format(reason=str(error).strip()),
            _("See that it runs, and that DATABASE_URL names it."),
        ) from error


def _check_make(link: Link) -> None:
    version = link.info.server_version
    if version < OLDEST:
        raise Trouble(
            _("PostgreSQL {version} is too old.").format(version=f"{version // 10000}.{version % 10000}"),
            _("Upgrade the server to PostgreSQL 15 or later."),
        )
    encoding, characters = link.execute(MAKE).fetchone() or ("", "")
    if encoding != "UTF8" or characters in {"C", "POSIX"}:
        raise Trouble(
            _("No Chinese would be found in this database (encoding {encoding}, character type {characters}).").format(
                encoding=encoding, characters=characters
            ),
            _("Make another one: CREATE DATABASE … OWNER niangjia TEMPLATE template0 ENCODING UTF8 LOCALE 'C.UTF-8';"),
        )


def _check_same(link: Link) -> None:
    with connect(os.environ["DATABASE_URL"]) as pooled:
        if pooled.execute(WHICH).fetchone() != link.execute(WHICH).fetchone():
            raise Trouble(
                _("DATABASE_URL and NIANGJIA_DIRECT_URL lead to two different databases."),
                _("Let both name the same database of the same server."),
            )


def share_backends(one: Link, other: Link) -> bool:
    """Whether two open connections meet the same backend: never without a pool, and with one as a rule at once."""
    return any(one.execute(BACKEND).fetchone() == other.execute(BACKEND).fetchone() for _attempt in range(ATTEMPTS))

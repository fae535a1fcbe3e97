"""PostgreSQL of our own: the wheel's programs, started, watched and stopped by us.

One cluster per NIANGJIA_HOME, reached over a unix socket alone. Nothing here imports Django: the parent process must
be up in a blink, and the tests need a database before there are settings. What was measured, and the traps, are in
docs/adr/0001-embedded-postgresql-launcher.md.
"""

import hashlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from niangjia.ops import accounts, processes
from niangjia.ops.accounts import Place, Say
from niangjia.ops.children import follow_parent
from niangjia.ops.processes import LINUX
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

NAME = USER = "niangjia"
ADMINISTRATOR = "postgres"
PATIENCE = 20.0
PAUSE = 0.1
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
CLOSED = ("keys", "files", "logs")
LOG_LIMIT = 5 * 1024 * 1024
# What PostgreSQL says while the last of a killed server is still going away: worth another attempt, unlike all else.
PASSING = ("postmaster.pid", "shared memory block", "lock file")

# Chinese needs a C.UTF-8 character type: under plain C, pg_trgm finds no trigrams in it at all.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8")
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def write_secret(path: Path) -> str:
    """A password in a file for the owner alone; the one that is there if there is one."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(24) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # two at once: the first wins, and both read its
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


class Cluster:
    """The PostgreSQL of one home. The caller holds the home's lock while it calls ``start`` or ``stop``.

    ``durable=False`` is for tests alone: a power cut may then cost the whole database.
    """

    def __init__(self, home: Path, *, durable: bool = True, say: Say = print, keys: Path | None = None) -> None:
        self.home = home.expanduser().resolve()
        self.keys = keys or self.home / "keys"
        self.durable = durable
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @cached_property
    def place(self) -> Place:
        make_home(self.home)
        return accounts.settle(self.home, self.say)

    @property
    def log(self) -> Path:
        return self.home / "logs" / "postgres.log"

    # Where it is ------------------------------------------------------------------------------------------------
    def url(self) -> str:
        """The address for DATABASE_URL; it holds the password."""
        folder = self._status().get("folder") or str(self._socket_folder())
        return f"postgresql://{USER}:{self._password(USER)}@/{NAME}?host={quote(folder, safe='')}"

    def running(self) -> bool:
        """A server of this home answers, whoever has started it."""
        status = self._status()
        return status.get("state") == "ready" and self._is_ours(int(status["pid"]))

    def pid(self) -> int | None:
        status = self._status()
        return int(status["pid"]) if status and self._is_ours(int(status["pid"])) else None

    def _status(self) -> dict[str, str]:
        """What the server has written about itself into postmaster.pid."""
        try:
            lines = (self.place.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        if len(lines) < 8:
            return {"pid": lines[0]} if lines and lines[0].isdigit() else {}
        return {"pid": lines[0], "folder": lines[4], "state": lines[7].strip()}

    def _is_ours(self, pid: int) -> bool:
        """A number in a file is no proof: the process must be there, and at work in our data folder."""
        if not LINUX:
            return processes.alive(pid)
        return processes.folder_of(pid) == self.place.data

    def _socket_folder(self) -> Path:
        """Short, ours alone, and the same at every start as long as nobody else has taken the name."""
        owner = self.place.account
        digest = hashlib.sha256(os.fsencode(self.place.data)).hexdigest()[:10]
        for root in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 (a socket's path may have 107 bytes, no more)
            folder = Path(root) / f"niangjia-{owner.uid}-{digest}"
            if len(os.fsencode(folder)) <= SOCKET_LIMIT and _private(folder, owner):
                return folder
        folder = Path(tempfile.mkdtemp(prefix="niangjia-", dir="/tmp"))
        owner.own(folder)
        return folder

    # Making it --------------------------------------------------------------------------------------------------
    def init(self) -> None:
        """Make the database cluster, unless it is there; half-made ones never count."""
        place = self.place
        if (place.data / "PG_VERSION").exists():
            self._check_version()
            self._renew_lost_passwords()
            return
        fresh = place.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        place.account.own(fresh)
        secret = self._socket_folder() / "password"
        secret.unlink(missing_ok=True)
        handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(self._password(ADMINISTRATOR) + "\n")
            place.account.own(secret)
            self._run("initdb", "-D", str(fresh), "-U", ADMINISTRATOR, "-E", "UTF8", "--data-checksums", *LOCALE,
                      "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions",
                      *(() if self.durable else ("--no-sync",)))  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude = 'niangjia.conf'  # written anew at each start\ninclude_if_exists = 'local.conf'\n")
        (fresh / "local.conf").write_text("# Settings of your own; they win.\n", encoding="utf-8")
        place.account.own(fresh / "local.conf")
        self._write_settings(fresh)
        self._single_user(fresh, [
            f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{self._password(USER)}'",
            f"CREATE DATABASE {NAME} OWNER {USER}",
        ])  # fmt: skip
        fresh.rename(place.data)

    def _password(self, role: str) -> str:
        return write_secret(self._password_file(role))

    def _password_file(self, role: str) -> Path:
        return self.keys / ("database-admin.password" if role == ADMINISTRATOR else "database.password")

    def _renew_lost_passwords(self) -> None:
        lost = [role for role in (ADMINISTRATOR, USER) if not self._password_file(role).exists()]
        if lost and not self._status():
            statements = [f"ALTER ROLE {role} PASSWORD '{self._password(role)}'" for role in lost]
            self._single_user(self.place.data, statements)

    def _check_version(self) -> None:
        have = (self.place.data / "PG_VERSION").read_text(encoding="ascii").strip()
        answer = self._run("postgres", "--version").stdout.decode()
        want = answer.rsplit(maxsplit=1)[-1].partition(".")[0]
        if have != want:
            raise Trouble(
                _("The database was made by PostgreSQL {have}; installed is {want}.").format(have=have, want=want),
                _("Install the earlier version of Niangjia, dump with pg_dump, and load the dump into a new home."),
            )

    def _write_settings(self, data: Path) -> None:
        path = data / "niangjia.conf"
        path.write_text(settings(), encoding="utf-8")
        self.place.account.own(path)

    def _single_user(self, data: Path, statements: list[str]) -> None:
        """Roles and databases made without a server and without a log-in."""
        script = "".join(f"{statement};\n" for statement in statements)
        done = self._run("postgres", "--single", "-D", str(data), "postgres", stdin=script.encode())
        if b"ERROR:" in done.stderr or b"FATAL:" in done.stderr:
            raise Trouble(_("PostgreSQL could not be prepared: {reason}").format(reason=done.stderr.decode().strip()))

    def _run(self, name: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [self.place.program(name), *arguments],
            input=stdin,
            check=False,
            capture_output=True,
            env=_environment(),
            umask=0o077,
            **self.place.account.popen(),
        )
        if done.returncode:
            raise Trouble(
                _("{program} failed: {reason}").format(
                    program=name, reason=done.stderr.decode(errors="replace").strip()
                )
            )
        return done

    # Running it -------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start, and wait until it answers. After a crash the first attempts fail: they are repeated for 20 s."""
        self.init()
        self._write_settings(self.place.data)
        deadline = time.monotonic() + PATIENCE
        while True:
            self._end_orphan()
            words = self._attempt(deadline)
            if words is None:
                return
            if time.monotonic() > deadline or not any(sign in words for sign in PASSING):
                raise Trouble(
                    _("PostgreSQL did not start: {reason}").format(reason=words.strip() or "?"),
                    _("Its log is {path}.").format(path=self.log),
                )
            time.sleep(PAUSE)

    def _attempt(self, deadline: float) -> str | None:
        """Nothing when the server is ready, else its last words."""
        with self._open_log() as log:
            before = log.tell()
            self.process = self._spawn(log)
        while self.process.poll() is None:
            if self._status() and int(self._status()["pid"]) == self.process.pid and self.running():
                return None
            if time.monotonic() > deadline:
                self.stop()
                break
            time.sleep(PAUSE / 10)
        self.process = None
        with self.log.open("rb") as file:
            file.seek(before)
            return file.read().decode(errors="replace")

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        forced = ["listen_addresses=", "port=5432", f"unix_socket_directories={self._socket_folder()}",
                  "unix_socket_permissions=0700", *(() if self.durable else NOT_DURABLE)]  # fmt: skip
        options = [part for setting in forced for part in ("-c", setting)]
        return subprocess.Popen(
            [self.place.program("postgres"), "-D", str(self.place.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            umask=0o077,
            start_new_session=True,  # Ctrl-C at the terminal is for the parent, which stops PostgreSQL last
            preexec_fn=follow_parent(signal.SIGINT),  # noqa: PLW1509 (it takes no lock)
            **self.place.account.popen(),
        )

    def _end_orphan(self) -> None:
        """A server left over by a killed parent goes; a stale postmaster.pid whose number another process has, too."""
        pid = self.pid()
        if pid:
            processes.end(pid)
        if not LINUX or any(self._is_ours(other) for other in processes.everyone()):
            return  # backends of a killed server must be gone first: the file keeps a second server off the data
        for path in (self.place.data / "postmaster.pid", self._socket_folder() / ".s.PGSQL.5432.lock"):
            # PostgreSQL would take a stranger, or a corpse nobody has collected, for its predecessor, for ever.
            if processes.exists(processes.number_in(path)):
                path.unlink()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is written."""
        if self.process is None:
            return
        process, self.process = self.process, None
        for number, seconds in ((signal.SIGINT, 15), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            process.send_signal(number)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return


def make_home(home: Path) -> None:
    """The folder of the state. Others may enter root's, not list it: PostgreSQL's user has to reach its own."""
    try:
        if not home.exists():
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in CLOSED:
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble(
            _("{folder} cannot be made: {reason}.").format(folder=home, reason=error.strerror),
            _("Name another folder in NIANGJIA_HOME."),
        ) from error


def settings() -> str:
    """What differs from PostgreSQL's own choice. Durability is not touched."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    buffers = min(1024, max(64, memory // 16))
    lines = [
        "# Written by Niangjia at each start. Settings of your own belong in local.conf beside this file.",
        f"shared_buffers = {buffers}MB",
        f"effective_cache_size = {max(256, memory // 2)}MB",
        "max_connections = 200",
        "work_mem = 8MB",
        "maintenance_work_mem = 128MB",
        "wal_compression = on",
        "max_wal_size = 2GB",
        "checkpoint_timeout = 15min",
        "random_page_cost = 1.1",
        "jit = off",
        "log_checkpoints = off",
        "log_line_prefix = '%m [%p] '",
    ]
    if Path("/dev/shm").exists() and shutil.disk_usage("/dev/shm").total < 256 * 2**20:  # noqa: S108
        lines.append(
            "dynamic_shared_memory_type = sysv  # containers give /dev/shm 64 MB, too little for parallel plans"
        )
    return "\n".join(lines) + "\n"


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* or locale variables reaches the server."""
    kept = ("TZ", "TMPDIR", "LD_LIBRARY_PATH")
    return {"PATH": "/usr/bin:/bin", "LANG": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def _private(folder: Path, owner: accounts.Account) -> bool:
    """Make the folder, or see that the one there is a folder of ours that nobody else can enter."""
    try:
        folder.mkdir(mode=0o700)
        owner.own(folder)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner.uid and not found.st_mode & 0o077

"""What is to run, where it is to be reached, and why it cannot: asked before anything is started."""

import argparse
import errno
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from niangjia.ops import session
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _


@dataclass(frozen=True)
class Plan:
    """What is to run, and where it is to be reached."""

    kind: str
    home: Path
    host: str
    port: int
    workers: int
    lane_port: int = 0
    lanes: int = 1
    certificate: Path | None = None
    key: Path | None = None

    @property
    def command(self) -> str:
        return "demo" if self.kind == "demo" else "serve"

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"

    @property
    def address(self) -> str:
        return os.environ.get("NIANGJIA_URL") or f"{self.scheme}://localhost:{self.port}"


def plan(name: str, argv: list[str]) -> Plan:
    """The plan for ``demo`` or ``serve``, from the arguments and the environment."""
    parser = _parser(name)
    chosen = parser.parse_args(argv)
    if bool(chosen.certificate) != bool(chosen.key):
        parser.error(_("--certificate and --key go together."))
    kind = "demo" if name == "demo" else "site"
    return Plan(kind, session.find_home(demo=kind == "demo"), **vars(chosen))


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"niangjia {name}", allow_abbrev=False)
    port, host = os.environ.get("PORT") or "8000", os.environ.get("HOST") or "127.0.0.1"
    workers = os.environ.get("NIANGJIA_WORKERS") or str(max(1, (os.cpu_count() or 1) // 2))
    parser.add_argument("--port", type=_port, default=port, help=_("the port (PORT), 8000 unless said"))
    parser.add_argument("--host", default=host, help=_("the address to listen on (HOST); 0.0.0.0 for the network"))
    parser.add_argument("--workers", type=_count, default=workers, help=_("web processes (NIANGJIA_WORKERS)"))
    lane_port, lanes = os.environ.get("NIANGJIA_LANE_PORT") or "0", os.environ.get("NIANGJIA_LANES") or "1"
    parser.add_argument(
        "--lane-port", type=_port_or_none, default=lane_port,
        help=_("a port for bookings alone (NIANGJIA_LANE_PORT), to which a proxy sends /book/; 0 for none"),
    )  # fmt: skip
    parser.add_argument("--lanes", type=_count, default=lanes, help=_("processes of that port (NIANGJIA_LANES)"))
    parser.add_argument("--certificate", type=Path, help=_("the certificate with its chain, for HTTPS"))
    parser.add_argument("--key", type=Path, help=_("the key of the certificate, PKCS#8"))
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535, not {text}").format(text=text))
    return int(text)


def _port_or_none(text: str) -> int:
    return 0 if text == "0" else _port(text)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("this is a number from 1 on, not {text}").format(text=text))
    return int(text)


# Before the start -----------------------------------------------------------------------------------------------
def check(plan: Plan) -> None:
    """Refuse at once what would fail after a minute."""
    if plan.certificate and plan.key:
        _check_certificate(plan.certificate, plan.key)
    for port in filter(None, (plan.port, plan.lane_port)):
        _check_port(plan, port)


def _check_port(plan: Plan, port: int) -> None:
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            plan.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise Trouble(
            _("HOST={host} names no address of this machine.").format(host=plan.host),
            _("Use 127.0.0.1 for this machine alone, or 0.0.0.0 for the network."),
        ) from error
    except OSError as error:
        raise _port_trouble(plan, port, error) from error


def _port_trouble(plan: Plan, port: int, error: OSError) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            _("Port {port} is in use by another program.").format(port=port),
            _("Choose another one: PORT={other}").format(other=port + 1),
        )
    if error.errno == errno.EACCES:
        return Trouble(
            _("Port {port} may be opened only by root.").format(port=port),
            _("Choose one from 1024 on: PORT=8000"),
        )
    return Trouble(
        _("{host}:{port} cannot be opened: {reason}.").format(host=plan.host, port=port, reason=error.strerror),
        _("Use 127.0.0.1 for this machine alone, or 0.0.0.0 for the network."),
    )


def _check_certificate(certificate: Path, key: Path) -> None:
    for path in (certificate, key):
        if not os.access(path, os.R_OK):
            raise Trouble(_("{path} cannot be read.").format(path=path), _("Check the path and its rights."))
    if b"-----BEGIN PRIVATE KEY-----" not in key.read_bytes():
        raise Trouble(
            _("The key in {path} is not in the form PKCS#8 without a password.").format(path=key),
            _("Convert it: openssl pkcs8 -topk8 -nocrypt -in {path} -out key.pem").format(path=key),
        )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        raise Trouble(
            _("The certificate {path} and its key do not belong together.").format(path=certificate),
            _("Give the certificate with its chain, and the key it was made for."),
        ) from error

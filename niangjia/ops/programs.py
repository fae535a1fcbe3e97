"""``niangjia pg pg_dump …``: PostgreSQL's own programs, on this installation's database."""

import os
import shutil
import subprocess

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from niangjia.ops import outside, session
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

VARIABLES = {found.keyword.decode(): found.envvar.decode() for found in Conninfo.get_defaults() if found.envvar}


def main(argv: list[str]) -> int:
    """The program's exit status. Where to connect and the password go by the environment, never by the arguments."""
    if len(argv) < 2 or argv[1].startswith("-"):
        session.say(_("Usage: niangjia pg PROGRAM [ARGUMENTS], for example: niangjia pg pg_dump -Fc -f niangjia.dump"))
        return 2
    home = session.find_home()
    with session.database(home, f"niangjia pg {argv[1]}"):
        program = shutil.which(argv[1])
        if program is None:
            raise Trouble(
                _("There is no program “{name}”.").format(name=argv[1]),
                _("With a PostgreSQL of your own, install its client programs (apt-get install postgresql-client)."),
            )
        parts = conninfo_to_dict(outside.direct_url())
        more = {VARIABLES[name]: str(value) for name, value in parts.items() if name in VARIABLES}
        return subprocess.run([program, *argv[2:]], env={**os.environ, **more}, check=False).returncode

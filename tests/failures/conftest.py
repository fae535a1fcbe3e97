"""A home whose database is prepared once; each installation begins with a copy of it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from niangjia.ops.preparation import child_environment
from niangjia.ops.tests import places


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    environment = child_environment()
    for name in ("DATABASE_URL", "NIANGJIA_DB_POOL"):
        environment.pop(name, None)
    with places.folder("home") as home:
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "niangjia", "prepare"],
            env={**environment, "NIANGJIA_HOME": str(home)},
            check=True,
            capture_output=True,
        )
        yield home

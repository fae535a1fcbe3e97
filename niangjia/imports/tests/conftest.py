from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from niangjia.imports import registry
from niangjia.imports.tests.target import Guests, install


@pytest.fixture
def guests(settings: Settings, tmp_path: Path) -> Iterator[Guests]:
    """The target, and a folder for its files."""
    settings.FILES_FOLDER = tmp_path / "files"
    yield install()
    del registry._targets["guests"]

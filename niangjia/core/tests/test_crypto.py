"""Sealed values open only where they were sealed; equal values are found by their keyed hash alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import keys
from niangjia.core.crypto import blind_index, seal, unseal

PROFILES = ["international", "gm"]


@pytest.mark.parametrize("profile", PROFILES)
@given(text=st.text())
def test_what_is_sealed_opens_with_the_same_place_only(profile: str, text: str) -> None:
    with override_settings(CRYPTO_PROFILE=profile):
        sealed = seal(text, "table.column/1")
        assert unseal(sealed, "table.column/1") == text
        with pytest.raises(InvalidTag):
            unseal(sealed, "table.column/2")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_changed_byte_is_found(profile: str, settings: Any) -> None:
    settings.CRYPTO_PROFILE = profile
    sealed = bytearray(seal("110101199003070000", "t.c/1"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), "t.c/1")


def test_what_one_profile_sealed_the_other_opens(settings: Any) -> None:
    sealed = {}
    for profile in PROFILES:
        settings.CRYPTO_PROFILE = profile
        sealed[profile] = seal("王小明", "t.c/1")
    assert [unseal(value, "t.c/1") for value in sealed.values()] == ["王小明", "王小明"]
    assert sealed["gm"][0] != sealed["international"][0]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_blind_index_is_stable_and_differs_by_column(profile: str, settings: Any) -> None:
    settings.CRYPTO_PROFILE = profile
    assert blind_index("member.phone", "13800000000") == blind_index("member.phone", "13800000000")
    assert blind_index("member.phone", "13800000000") != blind_index("user.phone", "13800000000")
    assert blind_index("member.phone", "13800000000") != blind_index("member.phone", "13800000001")


def test_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.ensure(folder)
    made = {name: keys.read(folder, name) for name in keys.NAMES}
    keys.ensure(folder)
    assert {name: keys.read(folder, name) for name in keys.NAMES} == made
    assert len(set(made.values())) == len(keys.NAMES)
    assert keys.faults(folder) == []
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.key" for name in keys.NAMES)


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda path: path.unlink(), "absent"),
        (lambda path: path.write_bytes(b"short"), "damaged"),
        (lambda path: path.chmod(0o644), "readable by others"),
    ],
)
def test_a_faulty_key_is_named(tmp_path: Path, harm: Callable[[Path], Any], problem: str) -> None:
    keys.ensure(tmp_path)
    harm(tmp_path / "index.key")
    assert [(fault.path.name, fault.problem) for fault in keys.faults(tmp_path)] == [("index.key", problem)]

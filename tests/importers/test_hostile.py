"""Hostile files are rejected for the right reason, in little memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.hostile_files import HOSTILE, MAX_MB, Read, hostile_reader, write_hostile


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    with hostile_reader() as read:
        yield read


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_rejected_in_little_memory(name: str, read: Read, tmp_path: Path) -> None:
    write_hostile(name, tmp_path)

    result = read(name, tmp_path)

    assert HOSTILE[name].code in result["became"].split()
    assert result["peak_mb"] <= MAX_MB

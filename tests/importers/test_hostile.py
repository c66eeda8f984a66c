"""Hostile files are rejected for the right reason, in little memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importers.hostile_files import HOSTILE, MAX_MB, write_hostile


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_rejected_in_little_memory(name: str, tmp_path: Path) -> None:
    write_hostile(name, tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "tests.importers.hostile_files", name, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert HOSTILE[name].code in result["became"].split()
    assert result["peak_mb"] <= MAX_MB

"""`make audit` passes only if every package was looked up and nothing was found."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_LOOKED_UP = 'case "$*" in *--strict*) exit 1;; esac; exit 0'
"""What pip-audit does about a package that the service does not know."""


def audit(tool: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The target, with a script in place of pip-audit."""
    programs = folder / "bin"
    programs.mkdir()
    for name, script in (("pip-audit", tool), ("python", "exit 0")):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (folder / ".dev").touch()
    command = ["make", "--silent", "audit", f"VENV={folder}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("tool", [NOT_LOOKED_UP, "exit 1", "kill -9 $$"])
def test_what_was_not_looked_up_is_no_pass(tool: str, tmp_path: Path) -> None:
    done = audit(tool, tmp_path)
    assert done.returncode != 0
    assert "Failed: a package has a known vulnerability or could not be checked" in done.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_an_audit_that_found_nothing_passes(tmp_path: Path) -> None:
    asks = 'case "$*" in *--require-hashes*"-r requirements.lock"*) exit 0;; esac; exit 3'
    done = audit(asks, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")

"""Run other programs: pinned tools and Python, with fixed arguments."""

from __future__ import annotations

import os
import subprocess  # nosec B404 - see above
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of a program."""

    failed: bool
    out: str
    """Its standard output."""
    output: str
    """Its standard output and errors."""


def run(
    command: Sequence[str], *, only: Mapping[str, str] | None = None, folder: Path | None = None
) -> Ended:
    """Run a program and wait for its end.

    `only`: the whole environment; by default that of this process.
    """
    done = subprocess.run(  # nosec B603 - see above
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=dict(os.environ if only is None else only),
    )
    return Ended(done.returncode != 0, done.stdout, done.stdout + done.stderr)

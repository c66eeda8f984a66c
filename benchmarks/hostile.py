"""Seconds and peak memory for each hostile file, each read in a separate process.

    .venv/bin/python -m benchmarks.hostile [WORD]

The memory is that of the whole process, including the interpreter and its imports.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.importers.hostile_files import HOSTILE, write_hostile


def measure(name: str) -> dict[str, str | float]:
    """The result of reading a file, with seconds and memory."""
    with tempfile.TemporaryDirectory() as folder:
        write_hostile(name, Path(folder))
        command = [sys.executable, "-m", "tests.importers.hostile_files", name, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, str | float] = json.loads(done.stdout)
    return result


def main(word: str = "") -> None:
    """Print the table."""
    print(f"{'file':<52} {'result':<18} {'seconds':>8} {'peak MB':>8}")
    for name in HOSTILE:
        if word in name:
            result = measure(name)
            print(
                f"{name:<52} {result['became']:<18} {result['seconds']:>8} {result['peak_mb']:>8}",
                flush=True,
            )


if __name__ == "__main__":
    main(*sys.argv[1:2])

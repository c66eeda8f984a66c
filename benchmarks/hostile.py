"""Seconds and peak memory for each hostile file, each read in a process of its own.

    .venv/bin/python -m benchmarks.hostile [WORD]

The memory is that of the whole process, including the interpreter and its imports.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.importers.hostile_files import HOSTILE, hostile_reader, write_hostile


def main(word: str = "") -> None:
    """Print the table."""
    print(f"{'file':<52} {'result':<18} {'seconds':>8} {'peak MB':>8}")
    with hostile_reader() as read:
        for name in HOSTILE:
            if word in name:
                with tempfile.TemporaryDirectory() as folder:
                    write_hostile(name, Path(folder))
                    result = read(name, Path(folder))
                became, seconds, peak = result["became"], result["seconds"], result["peak_mb"]
                print(f"{name:<52} {became:<18} {seconds:>8} {peak:>8}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])

"""Flush the entries of directories to disk."""

from __future__ import annotations

import os
from pathlib import Path


def flush_directory(path: Path) -> None:
    """Flush the names in a directory to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""``python -m tests.goldens [FOLDER]``: write the goldens, to FOLDER instead of their home."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.goldens.recorder import HOME, record

if __name__ == "__main__":
    record(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME)

"""Print on terminals of any width and encoding."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

from chalicelib.report.terminal_report import PLAIN


def print_text(text: str) -> None:
    """Print a report, in plain signs on a terminal of an older encoding."""
    try:
        print(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        print(text.translate(PLAIN).encode(encoding, "replace").decode(encoding))


def terminal_width(stream: TextIO) -> int | None:
    """Return the characters of a line; None if the stream is not a terminal."""
    return shutil.get_terminal_size().columns if stream.isatty() else None

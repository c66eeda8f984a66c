"""Rejections: why a file, a row of a file or an event is rejected.

They have no severity, because they do not qualify a number. The lists are closed: code that raises
or returns a rejection checks its code against them.
"""

from __future__ import annotations

from chalicelib.model.codes.entries import Rejected, Rejection
from chalicelib.model.codes.event_rejections import EVENTS
from chalicelib.model.codes.file_rejections import FILES
from chalicelib.model.codes.row_rejections import ROWS

REJECTIONS: dict[str, Rejection] = {one.code: one for one in (*FILES, *ROWS, *EVENTS)}
"""Code -> its entry."""


def meanings_of(use: Rejected) -> dict[str, str]:
    """Code -> meaning of each rejection of a file, row, event or run."""
    return {one.code: one.meaning for one in REJECTIONS.values() if use in one.used_as}

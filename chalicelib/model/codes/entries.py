"""The entries of the registry of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "caution", "do_not_act"]
Direction = Literal["too_high", "too_low", "either"]
Use = Literal["reason", "warning", "verdict"]
Rejected = Literal["file", "row", "event", "run"]


@dataclass(frozen=True, slots=True)
class Code:
    """A reason, warning or verdict."""

    code: str
    """Stable and machine-readable; the stem, if it has a subject."""
    title: str
    """For tables and buttons."""
    meaning: str
    """One sentence for a marketer."""
    help: str
    """One sentence: what would help."""
    severity: Severity = "note"
    """``note``: the number can be used as it is. ``caution``: the number or its interval may be
    off; a verdict that depends on it becomes ``inconclusive``. ``do_not_act``: the number must not
    be acted on.
    """
    may_be: Direction | None = None
    """In which direction the estimate may be wrong. A ``caution`` without a direction means that
    the interval may be too narrow.
    """
    used_as: tuple[Use, ...] = ("reason",)
    """A reason explains a missing number or verdict, a warning qualifies a number."""
    subject: str | None = None
    """What the suffix after the colon names, for example ``channel/type``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of the API or of background work."""

    code: str
    """Stable and machine-readable."""
    title: str
    """For headings; the `title` of problem details."""
    meaning: str
    """What happened."""
    help: str
    """One sentence: what to do about it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejection of a file, a row or an event."""

    code: str
    """Stable and machine-readable."""
    title: str
    """For tables and headings."""
    meaning: str
    """One sentence."""
    help: str
    """One sentence: what to do about it."""
    used_as: tuple[Rejected, ...]
    """What is rejected; ``run`` is an import that failed several times."""

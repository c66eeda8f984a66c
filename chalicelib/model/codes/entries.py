"""What the entries of the registry hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "caution", "do_not_act"]
Direction = Literal["too_high", "too_low", "either"]
Use = Literal["reason", "warning", "verdict"]
Rejected = Literal["file", "row", "event", "run"]


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    Attributes
    ----------
    code : str
        Stable and machine-readable; the stem, if it has a subject.
    title : str
        For tables and buttons.
    meaning : str
        One sentence for a marketer.
    help : str
        One sentence: what would settle it.
    severity : {'note', 'caution', 'do_not_act'}
        ``note``: the number can be used as it is. ``caution``: the number or its interval may be
        off; a verdict that depends on it becomes ``inconclusive``. ``do_not_act``: the number must
        not be acted on.
    may_be : {'too_high', 'too_low', 'either'}, optional
        In which direction the estimate may be wrong. A ``caution`` without a direction says that
        the interval may be too narrow.
    used_as : tuple of {'reason', 'warning', 'verdict'}
        A reason says why a number or a verdict is missing, a warning what to keep in mind.
    subject : str, optional
        What stands behind the colon of a code that has a suffix.
    """

    code: str
    title: str
    meaning: str
    help: str
    severity: Severity = "note"
    may_be: Direction | None = None
    used_as: tuple[Use, ...] = ("reason",)
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """One code.

    Attributes
    ----------
    code : str
        Stable and machine-readable.
    title : str
        For tables and headings.
    meaning : str
        One sentence.
    help : str
        One sentence: what to do about it.
    used_as : tuple of {'file', 'row', 'event', 'run'}
        What is rejected; ``run``: an import that could not come to its end.
    """

    code: str
    title: str
    meaning: str
    help: str
    used_as: tuple[Rejected, ...]

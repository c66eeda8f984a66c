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
    """A reason, warning or verdict.

    Attributes
    ----------
    code : str
        Stable and machine-readable; the stem, if it has a subject.
    title : str
        For tables and buttons.
    meaning : str
        One sentence for a marketer.
    help : str
        One sentence: what would help.
    severity : {'note', 'caution', 'do_not_act'}
        ``note``: the number can be used as it is. ``caution``: the number or its interval may be
        off; a verdict that depends on it becomes ``inconclusive``. ``do_not_act``: the number must
        not be acted on.
    may_be : {'too_high', 'too_low', 'either'}, optional
        In which direction the estimate may be wrong. A ``caution`` without a direction means that
        the interval may be too narrow.
    used_as : tuple of {'reason', 'warning', 'verdict'}
        A reason explains a missing number or verdict, a warning qualifies a number.
    subject : str, optional
        What the suffix after the colon names, for example ``channel/type``.
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
class Problem:
    """An error of the API or of background work.

    Attributes
    ----------
    code : str
        Stable and machine-readable.
    title : str
        For headings; the `title` of problem details.
    meaning : str
        What happened.
    help : str
        One sentence: what to do about it.
    """

    code: str
    title: str
    meaning: str
    help: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejection of a file, a row or an event.

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
        What is rejected; ``run`` is an import that failed several times.
    """

    code: str
    title: str
    meaning: str
    help: str
    used_as: tuple[Rejected, ...]

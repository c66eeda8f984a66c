"""Reasons and warnings with their titles, next to the number that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.model.channels import title_of
from chalicelib.model.codes import CODES, Severity, stem_of
from chalicelib.model.codes import title_of as title_of_code
from chalicelib.report.findings import Findings
from chalicelib.report.sentences import capital, type_words

SEVERITIES: tuple[Severity, ...] = ("do_not_act", "caution", "note")
SEVERITY_WORDS: dict[Severity, str] = {
    "do_not_act": "Do not act on this number",
    "caution": "Caution",
    "note": "Note",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A reason or a warning.

    Attributes
    ----------
    code, title, meaning, help : str
    severity : {'do_not_act', 'caution', 'note'}
    """

    code: str
    title: str
    meaning: str
    help: str
    severity: Severity

    @property
    def line(self) -> str:
        """Severity and title."""
        return f"{SEVERITY_WORDS[self.severity]}: {self.title}"


@dataclass(frozen=True, slots=True)
class About:
    """The remarks on one number.

    Attributes
    ----------
    subject : str
        A channel, an engagement type or a comparison, in words.
    remarks : tuple of Remark
        The severest first.
    """

    subject: str
    remarks: tuple[Remark, ...]


def remark_of(code: str) -> Remark:
    """Return the entry of a code; a code of a newer version becomes its words."""
    entry = CODES.get(stem_of(code))
    if entry is None:
        return Remark(code, title_of_code(code), "", "", "caution")
    return Remark(code, title_of_code(code), entry.meaning, entry.help, entry.severity)


def remarks_on(answer: Mapping[str, Any]) -> tuple[Remark, ...]:
    """Return the remarks on an answer with reasons and warnings, the severest first."""
    codes = dict.fromkeys([*answer.get("reasons", ()), *answer.get("warnings", ())])
    return tuple(sorted(map(remark_of, codes), key=lambda one: SEVERITIES.index(one.severity)))


def all_remarks(findings: Findings) -> Iterator[About]:
    """Yield the remarks on every number of a report that has some."""
    for channel in findings.roi["channels"]:
        yield from _about(title_of(channel["channel"]), channel)
    for one in findings.engagements["engagements"]:
        name = type_words(one["channel"], one["type"], paid=one["paid"])
        yield from _about(capital(name), one)
    yield from _about("Like vs. click", findings.equivalence)
    yield from _about("All numbers", {"warnings": findings.roi["warnings"]})
    yield from _about("Days", findings.decomposition)


def what_would_help(findings: Findings) -> list[tuple[str, list[str]]]:
    """Return what would improve the answers: each advice once, with the subjects it is for.

    The advice that most subjects share comes first.
    """
    found: dict[str, dict[str, None]] = {}
    for about in all_remarks(findings):
        for remark in about.remarks:
            if remark.help and remark.severity != "note":
                found.setdefault(remark.help, {})[about.subject] = None
    for channel in findings.roi["channels"]:
        advice = needed_words(channel["needed"])
        if advice:
            found.setdefault(advice, {})[title_of(channel["channel"])] = None
    return sorted(
        ((advice, list(subjects)) for advice, subjects in found.items()),
        key=lambda one: -len(one[1]),
    )


def needed_words(needed: Mapping[str, Any] | None) -> str:
    """Return how much more data would settle an open question; empty if it is not open."""
    if needed is None:
        return ""
    return (
        f"About {needed['days']:,} more days at the present rate would probably settle the verdict "
        f"({needed['engagements']:,} more engagements)."
    )


def _about(subject: str, answer: Mapping[str, Any]) -> Iterator[About]:
    remarks = remarks_on(answer)
    if remarks:
        yield About(subject, remarks)

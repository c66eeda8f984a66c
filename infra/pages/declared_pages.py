"""Pages of codes: docs/errors.md and docs/codes.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from chalicelib.api.problems import SERVER_CODES, problem_classes, status_of
from chalicelib.importers import ROW_REJECTIONS
from chalicelib.local import exchanges
from chalicelib.model import codes
from chalicelib.model.errors import EXPORT_REJECTIONS
from chalicelib.model.events import EVENT_ERROR_CODES
from infra.pages.markdown import filled, table


def errors_page() -> str:
    """docs/errors.md: problems, and the codes of events, experiments, files and rows."""
    events = [codes.REJECTIONS[code] for code in EVENT_ERROR_CODES if code not in codes.PROBLEMS]
    files = [codes.REJECTIONS[code] for code in EXPORT_REJECTIONS]
    rows = [codes.REJECTIONS[code] for code in ROW_REJECTIONS if code not in EXPORT_REJECTIONS]
    both = sorted(ROW_REJECTIONS.keys() & EXPORT_REJECTIONS.keys())
    parts = {
        "problems": _problems(),
        "background": _errors([codes.REJECTIONS["gave_up"], *codes.BACKGROUND_ERRORS.values()]),
        "events": _errors(events),
        "experiments": _errors(codes.EXPERIMENT_ERRORS.values()),
        "files": _errors(files),
        "rows": _errors(rows),
    }
    return filled("errors.md", parts).replace("{both}", " and ".join(f"`{code}`" for code in both))


def codes_page() -> str:
    """docs/codes.md: the registry of reasons, warnings and verdicts."""
    return filled("codes.md", {use: _entries(use) for use in get_args(codes.Use)})


def _problems() -> str:
    status_of_code = {kind.code: int(status_of(kind)) for kind in problem_classes()}
    status_of_code |= {
        code: status for status, code in exchanges.CODES.items() if code in SERVER_CODES
    }
    rows = (
        (_anchored(one.code), str(status_of_code[one.code]), one.title, one.meaning, one.help)
        for one in codes.PROBLEMS.values()
    )
    return table(("code", "status", "title", "meaning", "what to do"), rows)


def _errors(entries: Iterable[codes.Problem | codes.Rejection]) -> str:
    rows = (
        (_anchored(one.code), one.title, one.meaning, one.help)
        for one in sorted(entries, key=lambda one: one.code)
    )
    return table(("code", "title", "meaning", "what to do"), rows)


def _anchored(code: str) -> str:
    return f'<a id="{code}"></a>`{code}`'


def _entries(use: codes.Use) -> str:
    """The codes of one use. The anchor of a code with two uses is in the first table."""
    heading: tuple[str, ...] = ("code", "title", "meaning", "what would help")
    if use == "warning":
        heading = (*heading[:2], "severity", *heading[2:])
    rows = []
    for one in codes.CODES.values():
        if use not in one.used_as:
            continue
        shown = f"`{one.code}:{one.subject.upper()}`" if one.subject else f"`{one.code}`"
        anchor = f'<a id="{one.code}"></a>' if use == one.used_as[0] else ""
        severity = one.severity.replace("_", " ")
        if one.may_be is not None:
            severity += f", may be {one.may_be.replace('_', ' ')}"
        cells = (f"{anchor}{shown}", one.title, one.meaning, one.help)
        rows.append((*cells[:2], severity, *cells[2:]) if use == "warning" else cells)
    return table(heading, rows)

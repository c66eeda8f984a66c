"""Pages of importers and codes: docs/exports.md, docs/errors.md and docs/codes.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import get_args

from chalicelib.api.problems import SERVER_CODES, problem_classes, status_of
from chalicelib.importers import ROW_REJECTIONS
from chalicelib.importers.mappings.mapping_fields import CONSTANT_MEANINGS, FIELD_MEANINGS
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.values.languages import LANGUAGES
from chalicelib.local import exchanges
from chalicelib.model import codes
from chalicelib.model.errors import EXPORT_REJECTIONS
from chalicelib.model.events import EVENT_ERROR_CODES
from infra.pages.markdown import filled, table


def exports_page() -> str:
    """docs/exports.md."""
    parts = {
        "fields": _fields(),
        "contents": _contents(),
        "languages": _languages(),
        "importers": "\n\n".join(_importers()),
    }
    return filled("exports.md", parts)


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


def _platforms() -> list[tuple[str, list[Declaration]]]:
    by_platform = sorted(IMPORTERS, key=lambda importer: importer.platform)
    grouped = groupby(by_platform, key=lambda importer: importer.platform)
    return [(platform, [one.declaration for one in group]) for platform, group in grouped]


def _languages() -> str:
    """Reports by language: how many columns have a known heading."""
    known = {
        (importer.platform, importer.declaration.title): importer.declaration.languages
        for importer in IMPORTERS
        if len(importer.declaration.languages) > 1
    }
    codes = [code for code in LANGUAGES if any(_is_read(row, code) for row in known.values())]
    names = [LANGUAGES[code].name for code in codes]
    lines = ["| report | " + " | ".join(names) + " |", "|---|" + "---|" * len(codes)]
    for (platform, title), row in sorted(known.items()):
        cells = [_part(*row[code]) if _is_read(row, code) else "" for code in codes]
        lines.append(f"| `{platform}`: {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _is_read(row: Mapping[str, tuple[int, int]], code: str) -> bool:
    """Whether most columns are known; in some languages a platform has only one known heading."""
    have, all_of_them = row.get(code, (0, 1))
    return 2 * have > all_of_them


def _part(have: int, all_of_them: int) -> str:
    return "all" if have == all_of_them else f"{have} of {all_of_them}"


def _contents() -> str:
    rows = [
        (f"[`{platform}`](#{platform})", "; ".join(one.title for one in declarations))
        for platform, declarations in _platforms()
    ]
    return table(("`--platform`", "files"), rows)


def _importers() -> Iterable[str]:
    for platform, declarations in _platforms():
        yield f"### {platform}"
        for declaration in declarations:
            yield _section(declaration)


def _section(declaration: Declaration) -> str:
    parts = [f"#### {declaration.title}", f"**Where**: {declaration.where}"]
    parts.append(f"**Recognised by** {declaration.looks_for}.")
    if declaration.becomes:
        rows = ((one.source, one.event) for one in declaration.becomes)
        parts.append(table(("in the file", "becomes"), rows))
    if declaration.rejected:
        rows = ((f"`{code}`", when) for code, when in declaration.rejected)
        parts.append(table(("rejected", "when"), rows))
    if declaration.notes:
        parts.append("\n".join(f"- {note}" for note in declaration.notes))
    return "\n\n".join(parts)


def _fields() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in FIELD_MEANINGS.items()]
    constants = [(f"`{name}`", meaning) for name, meaning in CONSTANT_MEANINGS.items()]
    return "\n\n".join(
        (table(("a column may be", "meaning"), rows), table(("a constant", "meaning"), constants))
    )


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

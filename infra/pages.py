"""Generate the pages of docs/ that come from declarations in the code: `make docs`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
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

DOCS = Path(__file__).parents[1] / "docs"


def exports_page() -> str:
    """docs/exports.md."""
    template = (DOCS / "templates" / "exports.md").read_text(encoding="utf-8")
    parts = {
        "fields": _fields(),
        "contents": _contents(),
        "languages": _languages(),
        "importers": "\n\n".join(_importers()),
    }
    return re.sub(r"^\{(\w+)\}$", lambda match: parts[match[1]], template, flags=re.MULTILINE)


def errors_page() -> str:
    """docs/errors.md: problems, and the codes of events, experiments, files and rows."""
    template = (DOCS / "templates" / "errors.md").read_text(encoding="utf-8")
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
    page = re.sub(r"^\{(\w+)\}$", lambda match: parts[match[1]], template, flags=re.MULTILINE)
    return page.replace("{both}", " and ".join(f"`{code}`" for code in both))


def codes_page() -> str:
    """docs/codes.md: the registry of reasons, warnings and verdicts."""
    template = (DOCS / "templates" / "codes.md").read_text(encoding="utf-8")
    parts = {use: _entries(use) for use in get_args(codes.Use)}
    return re.sub(r"^\{(\w+)\}$", lambda match: parts[match[1]], template, flags=re.MULTILINE)


PAGES = {
    DOCS / "exports.md": exports_page,
    DOCS / "errors.md": errors_page,
    DOCS / "codes.md": codes_page,
}


def made_files() -> dict[Path, str]:
    """The text of each page that `make docs` writes, by path."""
    return {path: make() for path, make in PAGES.items()}


def main() -> int:
    """Write the pages, or with ``--check`` only compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one differs")
    check = parser.parse_args().check
    stale = {path: text for path, text in made_files().items() if _read(path) != text}
    for path, text in stale.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {'stale, run make docs' if check else 'written'}")
    return int(check and bool(stale))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


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
    return _table(("`--platform`", "files"), rows)


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
        parts.append(_table(("in the file", "becomes"), rows))
    if declaration.rejected:
        rows = ((f"`{code}`", when) for code, when in declaration.rejected)
        parts.append(_table(("rejected", "when"), rows))
    if declaration.notes:
        parts.append("\n".join(f"- {note}" for note in declaration.notes))
    return "\n\n".join(parts)


def _fields() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in FIELD_MEANINGS.items()]
    constants = [(f"`{name}`", meaning) for name, meaning in CONSTANT_MEANINGS.items()]
    return "\n\n".join(
        (_table(("a column may be", "meaning"), rows), _table(("a constant", "meaning"), constants))
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
    return _table(("code", "status", "title", "meaning", "what to do"), rows)


def _errors(entries: Iterable[codes.Problem | codes.Rejection]) -> str:
    rows = (
        (_anchored(one.code), one.title, one.meaning, one.help)
        for one in sorted(entries, key=lambda one: one.code)
    )
    return _table(("code", "title", "meaning", "what to do"), rows)


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
    return _table(heading, rows)


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    for row in rows:
        cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

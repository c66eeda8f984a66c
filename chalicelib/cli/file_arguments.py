"""What commands that read files share: options, reading, and messages about the files."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.cli.inputs.file_options import FileOption, check_used, parse_option
from chalicelib.cli.inputs.found_files import STDIN
from chalicelib.cli.inputs.gathering import (
    EVENT_FILE,
    Gathered,
    Gathering,
    ReadFile,
    ReadingOptions,
)
from chalicelib.cli.progress import step
from chalicelib.cli.terminal import terminal_width
from chalicelib.model.codes import error_title_of
from chalicelib.model.currencies import is_currency
from chalicelib.model.errors import ExportRejected, InvalidFields, UnusableInput
from chalicelib.report.findings import FileRow
from chalicelib.report.number_words import span_words
from chalicelib.report.plain_tables import paragraph

_MAX_LISTED, _MAX_ROWS = 1000, 5


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the files to read, and the options about reading them, here or by a service."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="exports as downloaded (CSV, Excel, JSON, ...), zip archives, folders, and files of "
        "events (NDJSON, as for POST /v1/events); - is standard input",
    )
    parser.add_argument(
        "--currency",
        metavar="EUR",
        type=_currency,
        help="the reporting currency, and the currency of amounts without one; default: the "
        "currency of the first amount",
    )
    parser.add_argument(
        "--costs",
        action="append",
        default=[],
        metavar="FILE",
        help="a table of costs that no platform exports, such as an agency's fee, with the columns "
        "Date (or From and To), Channel, Cost and Currency. Can be repeated",
    )
    parser.add_argument(
        "--mapping",
        action="append",
        default=[],
        metavar="[FILE=]MAPPING.json",
        help="describes the columns of FILE, or the format of its dates and numbers; without "
        "FILE=, for all files that are not recognised. Can be repeated",
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="FILE=PLATFORM",
        help="the platform of FILE, if its content does not show it. Can be repeated",
    )
    parser.add_argument(
        "--spread",
        action="store_true",
        help="spread rows that cover several days evenly over these days; without this option, "
        "their file is rejected",
    )


def add_gathering_options(parser: argparse.ArgumentParser) -> None:
    """Add the files to read, and the options about reading them here with `gather`."""
    add_reading_options(parser)
    add_brand_terms(parser)
    parser.add_argument(
        "--no-costs",
        dest="finds_costs",
        action="store_false",
        help="do not use tables of costs among the files. Without this option they are used, "
        "unless --costs names one",
    )


def add_brand_terms(parser: argparse.ArgumentParser) -> None:
    """Add the words of search queries for the brand."""
    parser.add_argument(
        "--brand-term",
        dest="brand_terms",
        action="append",
        default=[],
        metavar="WORD",
        help="search queries with this word are for the brand (channel brand_search), in tables of "
        "Search Console by day and query. Can be repeated",
    )


def gather(options: argparse.Namespace, scratch: Path, now: dt.datetime) -> Gathered | None:
    """Read the files of a command; print the reason and return None if they are unusable."""
    try:
        names = [*options.files, *options.costs]
        platforms = [parse_option(text, names) for text in options.platform]
        mappings = [parse_option(text, names) for text in options.mapping]
        for number, one in enumerate(platforms):
            if not one.file and len(names) > 1:
                raise UnusableInput(f"--platform {one.value}: name the file, as FILE=PLATFORM")
            if not one.file:
                platforms[number] = FileOption(one.value, names[0])
        check_used("--platform", platforms, names)
        reading = ReadingOptions(
            options.currency,
            options.spread,
            platforms,
            mappings,
            options.costs,
            finds_costs=options.finds_costs,
            brand_terms=options.brand_terms,
        )
        with step("reading files", lines=False) as progress:
            return Gathering(reading, scratch, now).gather(
                options.files, sys.stdin.buffer if STDIN in names else io.BytesIO(), progress
            )
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    except ExportRejected as error:
        print(f"{', '.join(options.costs)}: {error.code}: {error.detail}", file=sys.stderr)
    except (UnusableInput, InvalidFields) as error:
        print(f"{error.code}: {error.detail}", file=sys.stderr)
    return None


def print_problems(gathered: Gathered, *, briefly: bool) -> None:
    """Print on standard error what is rejected, doubtful or not used.

    Parameters
    ----------
    gathered : Gathered
    briefly : bool
        Show rejected rows with the same reason together.
    """
    is_single = len(gathered.files) == 1 and gathered.files[0].what == EVENT_FILE
    names = {file.lines: file.name for file in gathered.files if file.lines is not None}
    rejected = [
        *gathered.rejected_rows,
        *((names[one.file], one.row, one.code, one.message) for one in gathered.lines.rejected),
    ]
    if briefly:
        lines = _together(rejected)
    else:
        lines = [
            f"{f'line {row}' if is_single else f'{name}:{row}'}: {code}: {message}"
            for name, row, code, message in rejected[:_MAX_LISTED]
        ]
    if len(rejected) > _MAX_LISTED and not briefly:
        lines.append(f"... and {len(rejected) - _MAX_LISTED} more lines")
    width = terminal_width(sys.stderr)
    lines += [paragraph(problem, width, indent="  ") for problem in gathered.problems]
    for line in lines:
        print(line.encode("utf-8", "replace").decode(), file=sys.stderr)


def _together(rejected: Sequence[tuple[str, int, str, str]]) -> list[str]:
    """Return one line for all rejected rows of a file with the same reason."""
    groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for name, row, code, message in rejected:
        groups.setdefault((name, code), []).append((row, message))
    lines = []
    for (name, code), rows in groups.items():
        numbers = ", ".join(str(row) for row, _ in rows[:_MAX_ROWS])
        more = ", ..." if len(rows) > _MAX_ROWS else ""
        are = "row is" if len(rows) == 1 else "rows are"
        lines.append(
            f"{name}: {len(rows):,} {are} rejected ({numbers}{more}): {error_title_of(code)}: "
            f"{rows[0][1]}"
        )
    return lines


def file_rows(files: list[ReadFile]) -> tuple[FileRow, ...]:
    """Return the files as rows of a report."""
    return tuple(
        FileRow(
            one.name,
            one.what,
            span_words(one.first.isoformat(), one.last.isoformat())
            if one.first and one.last
            else "-",
            one.events,
            one.rejected,
            (*([one.unused] if one.unused else []), *one.doubts, *one.notes),
            is_used=not one.unused,
        )
        for one in files
    )


def _currency(text: str) -> str:
    """Parse a currency; raises ArgumentTypeError."""
    if not is_currency(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not three capital letters such as EUR")
    return text

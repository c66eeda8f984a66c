"""`convert FILE`: a platform export in, event lines out, exactly what an import would store."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chalicelib.cli import proposing
from chalicelib.importers import (
    ExportReader,
    Imported,
    Mapping,
    RawEvent,
    Refused,
    event_line,
    parse_mapping,
    read_export,
)
from chalicelib.model.errors import ExportRefused, FieldError, InvalidFields
from chalicelib.model.events import EventRefused, parse_event

EXIT_OK = 0
EXIT_READER_GONE = 1
EXIT_UNUSABLE = 2


def add_parser(subparsers: Any) -> None:
    """Adds the command to an argument parser.

    Parameters
    ----------
    subparsers : argparse subparsers
        What ``ArgumentParser.add_subparsers()`` returned. The command's namespace has `run`, a
        function that takes the namespace and returns an exit status.
    """
    parser = subparsers.add_parser(
        "convert",
        help="turn a platform export into event lines",
        description="Reads an export of a platform and writes one event per line (NDJSON). "
        "Refused rows are listed on standard error with their line and the reason. For a table "
        "that no importer recognises, a mapping to begin with is shown there.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the export, as downloaded")
    parser.add_argument(
        "--platform", default="auto", help="where the export is from (default: by its content)"
    )
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="JSON that says what the columns mean, or how dates and numbers are written",
    )
    parser.add_argument("--propose-mapping", type=Path, metavar="FILE", help=proposing.HELP)
    parser.add_argument(
        "--spread",
        action="store_true",
        help="spread rows that cover several days evenly over them instead of refusing the file",
    )
    parser.add_argument(
        "--currency", metavar="EUR", help="the currency of amounts, where the file names none"
    )
    parser.add_argument(
        "--account", metavar="NAME", help="the platform's account, where the file names none"
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="write at the end for which days the file is complete (events of the kind coverage)",
    )
    parser.add_argument(
        "--summary",
        action="store_true",
        help="instead of the events, write one JSON object that says what the file holds",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Converts a file.

    Returns
    -------
    int
        0; 2 if the file cannot be imported, or has rows to refuse and no event at all; 1 if
        whoever reads the output has gone.
    """
    name = str(arguments.file)
    try:
        if arguments.propose_mapping is not None:
            told = proposing.write_proposal(
                arguments.file, arguments.propose_mapping, arguments.currency
            )
            _say("\n".join(told))
            return EXIT_OK
        mapping = None if arguments.mapping is None else _read_mapping(arguments.mapping)
        with arguments.file.open("rb") as stream:
            reader = read_export(
                stream,
                platform=arguments.platform,
                currency=arguments.currency,
                spread=arguments.spread,
                account=arguments.account,
                mapping=mapping,
            )
            return _convert(
                name, reader, summary_only=arguments.summary, with_coverage=arguments.coverage
            )
    except ExportRefused as refusal:
        _say(f"{name}: {refusal.code}: {refusal.detail}")
        is_unknown = refusal.code == "unknown_platform" and arguments.platform == "auto"
        if is_unknown and arguments.mapping is None:
            for line in proposing.shown_proposal(arguments.file, arguments.currency):
                _say(line)
        return EXIT_UNUSABLE
    except InvalidFields as refusal:
        for error in refusal.errors:
            _say(f"{arguments.mapping}: {error.code}: {error.pointer or '/'}: {error.message}")
        return EXIT_UNUSABLE
    except BrokenPipeError:
        # The interpreter flushes standard output once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_READER_GONE
    except OSError as error:
        _say(f"{error.filename or name}: unreadable_file: {error.strerror or error}")
        return EXIT_UNUSABLE


def _read_mapping(path: Path) -> Mapping:
    """The mapping in a file; raises `InvalidFields`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        problem = FieldError("", "malformed_json", f"the mapping is no JSON: {error}")
        raise InvalidFields("this is no mapping", (problem,)) from None
    return parse_mapping(raw)


def _convert(name: str, reader: ExportReader, *, summary_only: bool, with_coverage: bool) -> int:
    events = 0
    for outcome in reader:
        if isinstance(outcome, Refused):
            _say(f"{name}:{outcome.row}: {outcome.code}: {outcome.message}")
        elif isinstance(outcome, Imported):
            try:
                lines = _checked_lines(outcome.events)
            except EventRefused as error:
                reader.reject(outcome)
                _say(f"{name}:{outcome.row}: {error.code}: {error.message}")
                continue
            events += len(lines)
            if not summary_only:
                sys.stdout.writelines(lines)
    if with_coverage and events and not summary_only:
        sys.stdout.writelines(_checked_lines(reader.coverage()))
    summary = reader.summary()
    if not summary_only:
        for note in summary["notes"]:
            _say(f"{name}: note: {note}")
    if summary_only:
        print(json.dumps(summary))
    else:
        for warning in summary["warnings"]:
            _say(f"{name}: {warning}")
    sys.stdout.flush()
    if events:
        return EXIT_OK
    _say(
        f"{name}: nothing to import: {summary['rows']} rows, {summary['rejected']} refused, "
        f"{summary['not_data']} without data"
    )
    return EXIT_UNUSABLE if summary["rejected"] else EXIT_OK


def _checked_lines(events: Iterable[RawEvent]) -> list[str]:
    """A row's events as lines; raises `EventRefused` if one breaks the contract."""
    lines = []
    for event in events:
        parse_event(event)
        lines.append(event_line(event))
    return lines


def _say(line: str) -> None:
    print(line.encode("utf-8", "replace").decode(), file=sys.stderr)

"""``convert FILE``: convert a platform export to the events that an import would store."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from chalicelib.cli import proposing
from chalicelib.cli.file_arguments import add_brand_terms
from chalicelib.cli.inputs.conversions import convert_rows, read_mapping, valid_lines
from chalicelib.importers import ExportReader, Rejected, read_export
from chalicelib.model.errors import ExportRejected, InvalidFields

EXIT_OK = 0
EXIT_READER_GONE = 1
EXIT_UNUSABLE = 2


def add_parser(subparsers: Any) -> None:
    """Add ``convert``."""
    parser = subparsers.add_parser(
        "convert",
        help="convert a platform export to events",
        description="Convert an export of a platform to one event per line (NDJSON). Standard "
        "error lists rejected rows with their line and the reason. If no importer recognises the "
        "file, standard error shows a mapping that you can start from.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the export, as downloaded")
    parser.add_argument(
        "--platform",
        default="auto",
        help="platform of the export (default: detect it from the content)",
    )
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="JSON file that describes the columns, or the format of dates and numbers",
    )
    parser.add_argument("--propose-mapping", type=Path, metavar="FILE", help=proposing.HELP)
    parser.add_argument(
        "--spread",
        action="store_true",
        help="spread rows that cover several days evenly over these days; without this option, "
        "the file is rejected",
    )
    parser.add_argument(
        "--currency", metavar="EUR", help="currency of amounts, if the file does not contain it"
    )
    parser.add_argument(
        "--account", metavar="NAME", help="account on the platform, if the file does not contain it"
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="also write events of the kind coverage, for the days on which the file is complete",
    )
    add_brand_terms(parser)
    parser.add_argument(
        "--summary",
        action="store_true",
        help="write one JSON object that describes the file, instead of the events",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Convert a file.

    The exit status is 0 for success, 1 if the reader of the output closed it, and 2 if the file
    cannot be imported, or has rejected rows and no events.
    """
    name = str(arguments.file)
    try:
        if arguments.propose_mapping is not None:
            messages = proposing.write_proposal(
                arguments.file, arguments.propose_mapping, arguments.currency
            )
            _print_message("\n".join(messages))
            return EXIT_OK
        mapping = None if arguments.mapping is None else read_mapping(arguments.mapping)
        with arguments.file.open("rb") as stream:
            reader = read_export(
                stream,
                platform=arguments.platform,
                currency=arguments.currency,
                spread=arguments.spread,
                account=arguments.account,
                mapping=mapping,
                brand_terms=arguments.brand_terms,
            )
            return _convert(
                name, reader, summary_only=arguments.summary, with_coverage=arguments.coverage
            )
    except ExportRejected as rejection:
        _print_message(f"{name}: {rejection.code}: {rejection.detail}")
        is_unknown = rejection.code == "unknown_platform" and arguments.platform == "auto"
        if is_unknown and arguments.mapping is None:
            for line in proposing.proposal_lines(arguments.file, arguments.currency):
                _print_message(line)
        return EXIT_UNUSABLE
    except InvalidFields as rejection:
        for error in rejection.errors:
            _print_message(
                f"{arguments.mapping}: {error.code}: {error.pointer or '/'}: {error.message}"
            )
        return EXIT_UNUSABLE
    except BrokenPipeError:
        # Prevent a second error: the interpreter flushes standard output again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_READER_GONE
    except OSError as error:
        _print_message(f"{error.filename or name}: unreadable_file: {error.strerror or error}")
        return EXIT_UNUSABLE


def _convert(name: str, reader: ExportReader, *, summary_only: bool, with_coverage: bool) -> int:
    events = 0
    for outcome in convert_rows(reader):
        if isinstance(outcome, Rejected):
            _print_message(f"{name}:{outcome.row}: {outcome.code}: {outcome.message}")
            continue
        events += len(outcome.lines)
        if not summary_only:
            sys.stdout.writelines(outcome.lines)
    if with_coverage and events and not summary_only:
        sys.stdout.writelines(valid_lines(reader.coverage()))
    summary = reader.summary()
    if not summary_only:
        for note in summary["notes"]:
            _print_message(f"{name}: note: {note}")
    if summary_only:
        print(json.dumps(summary))
    else:
        for warning in summary["warnings"]:
            _print_message(f"{name}: {warning}")
    sys.stdout.flush()
    if events:
        return EXIT_OK
    _print_message(
        f"{name}: nothing to import: {summary['rows']} rows, {summary['rejected']} rejected, "
        f"{summary['not_data']} without data"
    )
    return EXIT_UNUSABLE if summary["rejected"] else EXIT_OK


def _print_message(line: str) -> None:
    print(line.encode("utf-8", "replace").decode(), file=sys.stderr)

"""What commands with answers share: options for the question, and files to write the answers to."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chalicelib.cli.option_values import day_value
from chalicelib.report.findings import Findings, Question

HTML, XLSX, CSV, JSON = ".html", ".xlsx", ".csv", ".json"
SUFFIXES = (HTML, XLSX, CSV, JSON)


def add_answer_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--out``, and the options that choose the answers."""
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        type=parse_out,
        metavar="FILE",
        help="write the answers to a file, in addition to the output. The name decides the "
        "format: .html (a page to read and print), .xlsx, .csv (one row per engagement type) or "
        ".json. Can be repeated",
    )
    parser.add_argument(
        "--goal", help="the conversion goal; default: purchase, or the first goal without purchases"
    )
    add_range_options(parser, "answers")
    parser.add_argument("--engagement", metavar="CHANNEL/TYPE", help="default: facebook/like")
    parser.add_argument("--baseline", metavar="CHANNEL/TYPE", help="default: google_ads/click")


def add_range_options(parser: argparse.ArgumentParser, of_what: str) -> None:
    """Add ``--from`` and ``--to``: the days of the answer, or of the answers."""
    for name, dest, which in (("--from", "start", "first"), ("--to", "end", "last")):
        parser.add_argument(
            name,
            dest=dest,
            type=day_value,
            metavar="DAY",
            help=f"{which} day of the {of_what}",
        )


def question_of(options: argparse.Namespace) -> Question:
    """Return the question that these options ask."""
    return Question(options.start, options.end, options.goal, options.engagement, options.baseline)


def parse_out(text: str) -> Path:
    """Parse the path of an output file; raises ArgumentTypeError for other formats."""
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(
            f"{text!r} ends in none of {', '.join(SUFFIXES)}, so its format is not known"
        )
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {str(path.parent)!r} does not exist")
    return path


def contract_object(findings: Findings) -> dict[str, Any]:
    """Return the answers as the JSON object that `estimate` prints."""
    return {
        "coverage": findings.coverage,
        "roi": findings.roi,
        "equivalence": findings.equivalence,
    }


def json_text(answer: Any) -> str:
    """Serialize an answer."""
    return json.dumps(answer, allow_nan=False, indent=2) + "\n"


def csv_text(findings: Findings) -> str:
    """Return one row per engagement type as CSV."""
    from chalicelib.services.answers import ENGAGEMENTS_TABLE, engagement_rows
    from chalicelib.services.csv_text import csv_of

    return csv_of(engagement_rows(findings.engagements), ENGAGEMENTS_TABLE.columns)  # type: ignore[arg-type]


def print_written(paths: Iterable[Path]) -> None:
    """Name the written files on standard error."""
    for path in paths:
        print(f"Wrote {path}", file=sys.stderr)


def write(findings: Findings, path: Path) -> None:
    """Write a file; an existing one is replaced.

    Raises
    ------
    OSError
    """
    path.write_bytes(_WRITERS[path.suffix.lower()](findings))


def _html(findings: Findings) -> bytes:
    from chalicelib.report.html_report import html_report

    return html_report(findings).encode()


def _xlsx(findings: Findings) -> bytes:
    from chalicelib.report.xlsx_report import xlsx_report

    return xlsx_report(findings)


_WRITERS: dict[str, Callable[[Findings], bytes]] = {
    HTML: _html,
    XLSX: _xlsx,
    CSV: lambda findings: csv_text(findings).encode("utf-8-sig"),  # Excel reads UTF-8 by this mark
    JSON: lambda findings: json_text(contract_object(findings)).encode(),
}

"""``report``: write the one-page report of a fit, from a service or a data directory."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalicelib.cli import outputs
from chalicelib.cli.serving import add_service_options, connect, run_with_messages
from chalicelib.cli.terminal import print_text, terminal_width
from chalicelib.model.errors import NotFound, OtherVersion, UnusableInput
from chalicelib.report.findings import Findings, Question, findings_from, findings_of
from chalicelib.report.terminal_report import terminal_report

if TYPE_CHECKING:
    from chalicelib.client import Likeworth

TENANT = "local"


def add_parser(subparsers: Any) -> None:
    """Add ``report``."""
    parser = subparsers.add_parser(
        "report",
        help="print a fit of a service, or write it as a page or a workbook",
        description=(
            "Print the answers of the newest fit, or of --fit ID, and write them to files with "
            "--out. They come from a running service (--url, --key), or with --data DIR from a "
            "data directory on this machine."
        ),
    )
    add_service_options(parser, "read")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the data directory, as in `serve --data DIR`"
    )
    parser.add_argument(
        "--tenant", default=TENANT, help="with --data: the tenant (default: %(default)s)"
    )
    parser.add_argument("--fit", metavar="ID", help="default: the newest fit")
    outputs.add_answer_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report and write the files."""
    return run_with_messages("report", lambda: _report(options))


def _report(options: argparse.Namespace) -> int:
    question = outputs.question_of(options)
    findings = _stored(options, question) if options.data else _served(options, question)
    for path in options.out:
        outputs.write(findings, path)
    print_text(terminal_report(findings, terminal_width(sys.stdout)))
    outputs.print_written(options.out)
    return 0


def _served(options: argparse.Namespace, question: Question) -> Findings:
    service = connect(options)
    return findings_from(
        lambda path, query: service.get(path, **query),
        lambda query: _planned(service, query),
        question,
        options.fit,
    )


def _planned(service: Likeworth, query: dict[str, str]) -> Any:
    """The plan of a fit; None if the service, or the one that made the fit, is an earlier one."""
    from chalicelib.client import Problem

    try:
        return service.send("POST", f"/v1/plans?{urlencode(query)}", {})
    except Problem as problem:
        if problem.code in (OtherVersion.code, NotFound.code):
            return None
        raise


def _stored(options: argparse.Namespace, question: Question) -> Findings:
    from chalicelib.cli.places import open_store
    from chalicelib.local.database import is_empty
    from chalicelib.services.fitting.fits import answering_document
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(options.tenant):
        raise UnusableInput("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if is_empty(options.data):
        raise UnusableInput(f"{options.data} contains no data")
    with open_store(options.data, options.tenant) as store:
        return findings_of(answering_document(store, options.goal, options.fit), question)

"""``switchback FILES``: what a finished switchback shows, from files, without a service."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.cli.planning_options import add_engagement_options, add_margin_option
from chalicelib.services import answers
from chalicelib.services.answers.design_questions import DEFAULT_BLOCK, DEFAULT_DAYS
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns


def add_parser(subparsers: Any) -> None:
    """Add ``switchback``."""
    parser = subparsers.add_parser(
        "switchback",
        help="analyse a finished switchback: what its channel brings per unit of spend",
        description=(
            "Analyse a switchback that `design` has scheduled and that has been run. The schedule "
            "is drawn again from its first day, length and blocks; the files have the costs and "
            "conversions of its days and of a past before it."
        ),
    )
    add_question_options(parser)
    parser.add_argument("--channel", metavar="CHANNEL", required=True, help="the tested channel")
    parser.add_argument(
        "--first-day",
        type=dt.date.fromisoformat,
        metavar="DAY",
        required=True,
        help="first day of the test, as in its design",
    )
    days = DEFAULT_DAYS["switchback"]
    parser.add_argument(
        "--days", type=int, metavar="N", default=days, help=f"days of the test (default {days})"
    )
    parser.add_argument(
        "--block",
        type=int,
        metavar="DAYS",
        default=DEFAULT_BLOCK,
        help=f"days of a block (default {DEFAULT_BLOCK})",
    )
    add_engagement_options(parser)
    add_margin_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the result."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    asked = answers.SwitchbackAsked(
        options.channel,
        options.first_day,
        options.days,
        options.block,
        type=options.type,
        paid=options.paid,
        margin=options.margin,
    )
    document = fit_events(
        read.collected,
        window=None,
        within=(options.start or dt.date.min, options.end or dt.date.max),
        currency=read.currency,
        as_of=read.now,
        fit_id="local",
    )
    answer = answers.read_switchback(document, asked, goal=options.goal)
    rows = [
        {"field": name, "value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in answer.items()
    ]
    return Shown(answer, rows, ("field", "value"), (answer["sentence"],))

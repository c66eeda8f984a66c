"""``audiences FILES``: what a follower and a page are worth, from files, without a service."""

from __future__ import annotations

import argparse
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.services import answers
from chalicelib.services.answers.follower_values import DEFAULT_HORIZON_DAYS
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns


def add_parser(subparsers: Any) -> None:
    """Add ``audiences``."""
    parser = subparsers.add_parser(
        "audiences",
        help="estimate what a follower, and a page with its followers, are worth",
        description=(
            "Estimate from events what following a page causes: conversions per day of following, "
            "the value of a new follower, and of the page. Needs follows and conversions of known "
            "people; says what is missing otherwise."
        ),
    )
    add_question_options(parser)
    parser.add_argument("--channel", help="only the page of this channel")
    parser.add_argument(
        "--size", type=int, metavar="N", help="followers of the page; default: the latest size"
    )
    parser.add_argument(
        "--horizon-days",
        type=int,
        default=DEFAULT_HORIZON_DAYS,
        metavar="N",
        help="days after a follow that count (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    document = fit_events(read.collected, **read.for_fit())
    answer = answers.audiences(
        document,
        start=options.start,
        end=options.end,
        goal=options.goal,
        channel=options.channel,
        size=options.size,
        horizon_days=options.horizon_days,
    )
    return Shown(
        answer,
        answers.audience_rows(answer),
        answers.AUDIENCES_TABLE.columns,
        tuple(one["summary"] for one in answer["channels"])
        or ("No page is followed in these data, and no audience has a size.",),
    )

"""``search-effects FILES``: what engagements do through search, from files, without a service."""

from __future__ import annotations

import argparse
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.services import answers
from chalicelib.services.answers.through_search import DEFAULT_ROUNDING
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.search_documents import ROUNDINGS


def add_parser(subparsers: Any) -> None:
    """Add ``search-effects``."""
    parser = subparsers.add_parser(
        "search-effects",
        help="estimate what engagements do through search, and what shown stars do",
        description=(
            "Estimate from events how many search visits an engagement brings, and the most that "
            "it can do through search. With reviews and products of conversions: what a star more "
            "in the display does to sales."
        ),
    )
    add_question_options(parser)
    parser.add_argument("--channel", help="only causes of this channel, and the stars it shows")
    parser.add_argument(
        "--only-through-search",
        metavar="CHANNEL/TYPE",
        help="a cause that works through search alone, e.g. community/mention",
    )
    parser.add_argument(
        "--rounding",
        default=DEFAULT_ROUNDING,
        metavar="STEP",
        help=f"step of the stars that are shown: {', '.join(ROUNDINGS)} (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    document = fit_events(read.collected, **read.for_fit())
    answer = answers.search_effects(
        document,
        start=options.start,
        end=options.end,
        goal=options.goal,
        channel=options.channel,
        only_through_search=options.only_through_search,
        rounding=options.rounding,
    )
    return Shown(
        answer,
        answers.search_effect_rows(answer),
        answers.SEARCH_EFFECTS_TABLE.columns,
        (*(one["sentence"] for one in answer["causes"]), answer["stars"]["sentence"]),
    )

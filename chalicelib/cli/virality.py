"""``virality FILES``: whether content spreads by itself, from files, without a service."""

from __future__ import annotations

import argparse
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.services import answers
from chalicelib.services.fitting.estimation import SharesAsked, fit_events, fit_shares
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.spread_documents import PersonDocument


def add_parser(subparsers: Any) -> None:
    """Add ``virality``."""
    parser = subparsers.add_parser(
        "virality",
        help="estimate how many further shares a share brings, and what a share is worth",
        description=(
            "Estimate from shares that name the share which brought them how many further shares "
            "each brings, and how far that is from the tipping point. With conversions: what a "
            "share is worth with all that it brings."
        ),
    )
    add_question_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    people: list[PersonDocument] = []
    asked = SharesAsked(options.start, options.end, options.as_of)
    fit = fit_events if read.collected.goals else fit_shares
    document = fit(read.collected, **read.for_fit(), shares=asked, people=people)
    answer = answers.virality(
        document, start=options.start, end=options.end, goal=options.goal, people=people
    )
    return Shown(
        answer,
        answers.virality_rows(answer),
        answers.VIRALITY_TABLE.columns,
        (answer["summary"], *(f"{one['channel']}: {one['summary']}" for one in answer["channels"])),
    )

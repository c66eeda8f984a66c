"""``plan FILES``: where the next euro goes, from files, without a service."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from chalicelib.attribution.plans.plan_decision import SURE
from chalicelib.attribution.plans.stored_curves import MOVE_AT_MOST
from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.services import answers
from chalicelib.services.answers.budget_plans import DEFAULT_PLAN_DAYS, PlanAsked
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns


def add_parser(subparsers: Any) -> None:
    """Add ``plan``."""
    parser = subparsers.add_parser(
        "plan",
        help="plan the budget: where the next euro goes, or which test comes first",
        description=(
            "Estimate response curves of the channels with cost, and plan their budget: move, stay "
            "or test first, with the gain, its interval and the chance that it is a gain at all."
        ),
    )
    add_question_options(parser)
    parser.add_argument(
        "--budget",
        type=float,
        metavar="AMOUNT",
        help="budget for all days; default: as much as now",
    )
    parser.add_argument(
        "--days",
        type=int,
        default=DEFAULT_PLAN_DAYS,
        metavar="N",
        help="days of the plan (default %(default)s)",
    )
    parser.add_argument(
        "--freeze",
        action="append",
        default=[],
        metavar="CHANNEL",
        help="a channel whose spend stays; may be repeated, or several separated by commas",
    )
    parser.add_argument(
        "--move-at-most",
        type=float,
        default=MOVE_AT_MOST,
        metavar="SHARE",
        help="largest change of a channel's spend (default %(default)s)",
    )
    parser.add_argument(
        "--free", action="store_true", help="the budget may grow or shrink where that pays"
    )
    parser.add_argument(
        "--margin", type=float, metavar="SHARE", help="contribution margin, e.g. 0.4"
    )
    parser.add_argument(
        "--sure",
        type=float,
        default=SURE,
        metavar="SHARE",
        help="chance of being better from which on money moves (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the plan."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    asked = PlanAsked(
        budget=options.budget,
        days=options.days,
        freeze=tuple(name for text in options.freeze for name in text.split(",") if name),
        move_at_most=options.move_at_most,
        free=options.free,
        margin=options.margin,
        sure=options.sure,
    )
    within = (options.start or dt.date.min, options.end or dt.date.max)
    document = fit_events(read.collected, **read.for_fit(), within=within)
    answer = answers.plan_budget(document, asked, goal=options.goal)
    return Shown(
        answer,
        answers.PLAN_TABLE.rows(answer["channels"]),
        answers.PLAN_TABLE.columns,
        (answer["sentence"],),
    )

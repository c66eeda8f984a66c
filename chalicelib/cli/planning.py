"""``plan FILES``: where the next euro goes, from files, without a service."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from chalicelib.attribution.plans.plan_decision import SURE
from chalicelib.attribution.plans.stored_curves import MOVE_AT_MOST
from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.cli.planning_options import add_margin_option
from chalicelib.model.errors import UnusableInput
from chalicelib.report.plan_notes import lines_of_plan
from chalicelib.services import answers
from chalicelib.services.answers.budget_plans import DEFAULT_PLAN_DAYS, PlanAsked
from chalicelib.services.answers.ranges import read_goal
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
    add_margin_option(parser)
    parser.add_argument(
        "--sure",
        type=float,
        default=SURE,
        metavar="SHARE",
        help="chance of being better from which on money moves (default %(default)s)",
    )
    parser.add_argument(
        "--goal-value",
        action="append",
        default=[],
        metavar="GOAL=VALUE",
        help="plan for several goals: the value of a conversion of this goal, or a factor of the "
        "value that its conversions carry; may be repeated. The goal of --goal counts, too",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the plan."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    within = (options.start or dt.date.min, options.end or dt.date.max)
    document = fit_events(read.collected, **read.for_fit(), within=within)
    values = _goal_values(options.goal_value)
    goal = options.goal
    if values:
        values.setdefault(read_goal(document, goal), 1.0)
        goal = None
    asked = PlanAsked(
        budget=options.budget,
        days=options.days,
        freeze=tuple(name for text in options.freeze for name in text.split(",") if name),
        move_at_most=options.move_at_most,
        free=options.free,
        margin=options.margin,
        sure=options.sure,
        goals=values or None,
    )
    answer = answers.plan_budget(document, asked, goal=goal)
    return Shown(
        answer,
        answers.PLAN_TABLE.rows(answer["channels"]),
        answers.PLAN_TABLE.columns,
        lines_of_plan(answer),
    )


def _goal_values(texts: list[str]) -> dict[str, float]:
    """Read ``GOAL=VALUE``."""
    values = {}
    for text in texts:
        goal, separator, value = text.partition("=")
        try:
            values[goal] = float(value)
        except ValueError:
            separator = ""
        if not separator or not goal:
            raise UnusableInput(f"--goal-value {text}: expected GOAL=VALUE, such as lead=40")
    return values

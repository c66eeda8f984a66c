"""``design FILES``: an experiment before it begins, from files, without a service."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from chalicelib.cli.file_answers import Read, Shown, add_question_options, answer_files, columns_of
from chalicelib.cli.planning_options import add_engagement_options, add_margin_option
from chalicelib.model.errors import MalformedJson, UnusableInput
from chalicelib.model.strict_json import parse_json
from chalicelib.report.plan_notes import lines_of_design
from chalicelib.services import answers
from chalicelib.services.answers.design_questions import (
    DEFAULT_BLOCK,
    DEFAULT_CONTROL_SHARE,
    DEFAULT_DAYS,
    KINDS,
    DesignAsked,
    read_design,
)
from chalicelib.services.answers.ranges import read_goal
from chalicelib.services.answers.tested_channels import covered_days
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.region_days import conversions_by_region


def add_parser(subparsers: Any) -> None:
    """Add ``design``."""
    parser = subparsers.add_parser(
        "design",
        help="design an experiment: what it would find, and whether it is worth it",
        description=(
            "Design a holdout, a geo test or a switchback of a channel: its size or schedule, the "
            "smallest effect that it finds with 80 % power, how often its analysis claims an "
            "effect where there is none, what it costs, and what it is worth."
        ),
    )
    add_question_options(parser)
    parser.add_argument(
        "--channel", metavar="CHANNEL", help="the channel to test; optional for geo"
    )
    parser.add_argument(
        "--kind",
        choices=KINDS,
        help="default: switchback if the channel has cost, else holdout",
    )
    add_engagement_options(parser)
    parser.add_argument(
        "--start",
        dest="first_day",
        metavar="DAY",
        help="first day of a switchback; default: the Monday after the data",
    )
    defaults = ", ".join(f"{days} for a {kind}" for kind, days in DEFAULT_DAYS.items())
    parser.add_argument(
        "--days", type=int, metavar="N", help=f"days of the test; default: {defaults}"
    )
    parser.add_argument(
        "--effect",
        type=float,
        metavar="SHARE",
        help="effect to find, as a share of the conversions (holdout, geo)",
    )
    parser.add_argument(
        "--control-share",
        type=float,
        metavar="SHARE",
        help=f"share of the people without the channel (default {DEFAULT_CONTROL_SHARE:g})",
    )
    parser.add_argument(
        "--people", type=int, metavar="N", help="people of a holdout; default: as in the data"
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="RATE",
        help="conversions per person during the test; default: as in the data",
    )
    parser.add_argument(
        "--regions", type=int, metavar="N", help="regions to treat; default: a fifth"
    )
    parser.add_argument(
        "--block",
        type=int,
        metavar="DAYS",
        help=f"days of a block of a switchback (default {DEFAULT_BLOCK})",
    )
    add_margin_option(parser)
    parser.add_argument(
        "--series",
        type=Path,
        metavar="FILE",
        help="conversions by day and region for a geo test: CSV (date, region, conversions), or "
        "JSON as in the API; default: the conversions of the events that carry a region",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the design."""
    return answer_files(options, _answer, columns_of)


def _answer(options: argparse.Namespace, read: Read[Columns]) -> Shown:
    within = (options.start or dt.date.min, options.end or dt.date.max)
    document = fit_events(read.collected, **read.for_fit(), within=within)
    fields = ("channel", "kind", "type", "days", "effect", "control_share", "people", "rate")
    body = {
        name: getattr(options, name)
        for name in (*fields, "regions", "block", "margin")
        if getattr(options, name) is not None
    }
    if options.paid is not None:
        body["paid"] = options.paid
    if options.first_day is not None:
        body["from"] = options.first_day
    if options.series is not None:
        body |= _series(options.series)
    elif options.kind == "geo":
        goal = read_goal(document, options.goal)
        first, last = covered_days(document, goal)
        regions = conversions_by_region(read.collected, goal, first, (last - first).days + 1)
        if not regions:
            raise UnusableInput("no conversion carries a region: give --series")
        body["series"] = {"first_day": first.isoformat(), "regions": regions}
    asked: DesignAsked = read_design(body)
    answer = answers.design_experiment(document, asked, goal=options.goal)
    columns = ("field", "value")
    rows = [
        {"field": name, "value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in answer.items()
    ]
    return Shown(answer, rows, columns, lines_of_design(answer))


def _series(path: Path) -> dict[str, Any]:
    """The field of the body that a file fills: `series` for JSON, `csv` for a table."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableInput(f"{path} cannot be read: {error.strerror}") from None
    if raw.lstrip()[:1] != b"{":
        try:
            return {"csv": raw.decode("utf-8-sig")}
        except UnicodeDecodeError:
            raise UnusableInput(f"{path} is not UTF-8") from None
    try:
        found = parse_json(raw)
    except MalformedJson as error:
        raise UnusableInput(f"{path} is not JSON: {error.detail}") from None
    return {"series": found.get("series", found)}

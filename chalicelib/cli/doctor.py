"""``doctor FILES``: which questions the files can answer, what is missing, and what to do."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.cli import UNUSABLE
from chalicelib.cli.file_arguments import add_gathering_options, file_rows, gather, print_problems
from chalicelib.cli.inputs.inventory import Inventory, Stock, take_inventory
from chalicelib.cli.terminal import print_text, terminal_width
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.channels import role_of, title_of
from chalicelib.report.number_words import span_words
from chalicelib.report.plain_tables import paragraph
from chalicelib.report.sentences import capital, goal_words, type_words, with_article
from chalicelib.report.terminal_report import files_table

SHOPS = ("shopify", "woocommerce", "stripe", "ga4")
COST_REPORTS = {
    "facebook": "meta_ads",
    "instagram": "meta_ads",
    "linkedin": "linkedin_ads",
    "tiktok": "tiktok_ads",
    "twitter": "twitter_ads",
    "youtube": "google_ads",
    "amazon": "amazon_ads",
}
"""Channel -> the platform whose report has its advertising costs."""
SEASON_DAYS = 365
LONG_HOLE = 7


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to whether a question can be answered.

    Attributes
    ----------
    question : str
    missing : tuple of str
        What is missing, each with what to do; empty if nothing is.
    """

    question: str
    missing: tuple[str, ...]


def add_parser(subparsers: Any) -> None:
    """Add ``doctor``."""
    parser = subparsers.add_parser(
        "doctor",
        help="say which questions your files can answer, and what is missing",
        description=(
            "Read the files as `estimate` does, without estimating. Say which questions they can "
            "answer, what is missing (days, sources, costs, people, weeks of history), and where "
            "to get it. The exit status is 0 if there can be an estimate, else 2."
        ),
    )
    add_gathering_options(parser)
    parser.add_argument("--goal", help="the conversion goal; default: purchase, if there is one")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found and what is missing."""
    now = dt.datetime.now(dt.UTC)
    width = terminal_width(sys.stdout)
    with tempfile.TemporaryDirectory(prefix="likeworth-") as scratch:
        gathered = gather(options, Path(scratch), now)
        if gathered is None:
            return UNUSABLE
        inventory = take_inventory(gathered.lines)
        print_text("FILES\n\n" + files_table(file_rows(gathered.files)) + "\n")
        print_problems(gathered, briefly=True)
    span = inventory.span
    if span is not None:
        days = (span[1] - span[0]).days + 1
        print_text(f"Days: {span_words(*map(str, span))}, {days:,} days\n")
    found = list(examine(inventory, options.goal))
    for finding in found:
        state = "missing" if finding.missing else "yes"
        print_text(f"[{state:^7}] {finding.question}")
        for text in finding.missing:
            print_text(paragraph(text, width, first="          - ", indent="            "))
    return UNUSABLE if found[0].missing else 0


def examine(inventory: Inventory, goal: str | None = None) -> Iterator[Finding]:
    """Yield a finding per question; the first is the one that all others depend on.

    Parameters
    ----------
    inventory : Inventory
    goal : str, optional
        Default: ``purchase`` if the files have it, else the first goal.
    """
    chosen = goal or (
        "purchase" if "purchase" in inventory.goals else min(inventory.goals, default="")
    )
    outcome = inventory.goals.get(chosen, Stock())
    noun = goal_words(chosen or "purchase")
    causes = {key: stock for key, stock in inventory.types.items() if _is_cause(key, inventory)}
    usable = [key for key, stock in causes.items() if not list(_lacks(stock, outcome, inventory))]
    first = [*_lacks_outcome(outcome, noun), *_lacks_types(inventory, causes, usable, outcome)]
    yield Finding(f"How many {noun} were incremental?", tuple(first))
    for key in sorted(causes):
        lacks = tuple(_lacks(causes[key], outcome, inventory))
        yield Finding(
            f"What is {with_article(type_words(*key[:2], paid=key[2], number=1))} worth?", lacks
        )
    for channel in sorted({key[0] for key in causes} | set(inventory.costs)):
        yield Finding(
            f"What is the ROI of {title_of(channel)}?",
            tuple(_lacks_roi(channel, inventory, causes, outcome, noun)),
        )
    yield Finding("What is a like worth in paid clicks?", tuple(_lacks_pair(causes, usable)))
    yield Finding(
        "Do all sources have data on the same days?",
        tuple(_lacks_days(inventory, causes, outcome, noun)),
    )
    yield Finding(
        "Are estimates from people possible?", tuple(_lacks_people(causes, outcome, noun))
    )
    yield Finding("Can effects be separated from seasons?", tuple(_lacks_history(inventory)))


def _is_cause(key: tuple[str, str, bool], inventory: Inventory) -> bool:
    """Whether a type can have an estimate: impressions only if nothing else shows the channel."""
    if role_of(*key) != "cause":
        return False
    others = [other for other in inventory.types if other[0] == key[0] and other != key]
    return key[1] != "impression" or not others


def _lacks_outcome(outcome: Stock, noun: str) -> Iterator[str]:
    from chalicelib.attribution.time_series.from_totals import MIN_CONVERSIONS

    if not outcome.count:
        yield f"There are no {noun}. Add an export of your shop or of your own tracking, such as:"
        yield from filter(None, map(click_path, SHOPS))
    elif outcome.count < MIN_CONVERSIONS:
        yield (
            f"The files have {outcome.count:,} {noun}; at least {MIN_CONVERSIONS} are needed. "
            "Export a longer period, or choose a goal that is reached more often (--goal)."
        )


def _lacks_types(
    inventory: Inventory,
    causes: dict[tuple[str, str, bool], Stock],
    usable: list[tuple[str, str, bool]],
    outcome: Stock,
) -> Iterator[str]:
    if not causes:
        yield (
            "There are no likes, shares, comments, views or paid clicks. Add the daily reports of "
            "your pages and ads (docs/exports.md lists where to click)."
        )
    elif outcome.count and not usable:
        yield "No engagement type has enough data; see below."


def _lacks(stock: Stock, outcome: Stock, inventory: Inventory) -> Iterator[str]:
    """Yield what is missing for the value of a type."""
    from chalicelib.attribution.time_series.from_totals import MIN_DAYS, MIN_ENGAGEMENTS
    from chalicelib.attribution.within_user.from_people import MIN_DAYS as MIN_DAYS_OF_PEOPLE

    if not stock.count and stock.lifetime:
        yield (
            "Its counts have accumulated since each post appeared, so the days are unknown. Export "
            "the daily numbers of the page or account."
        )
        return
    if stock.count < MIN_ENGAGEMENTS:
        yield f"There are {stock.count:,}; at least {MIN_ENGAGEMENTS} are needed."
    people = stock.has_people and outcome.has_people
    needed = MIN_DAYS_OF_PEOPLE if people else MIN_DAYS
    if not outcome.count:
        yield "There are no conversions; see above."
    days = inventory.common_days(stock, outcome)
    if outcome.count and days < needed:
        yield (
            f"It has {days:,} days in common with the conversions; at least {needed} are needed, "
            f"and {3 * needed} are better. Export the same longer period from both."
        )


def _lacks_roi(
    channel: str,
    inventory: Inventory,
    causes: dict[tuple[str, str, bool], Stock],
    outcome: Stock,
    noun: str,
) -> Iterator[str]:
    if not inventory.costs.get(channel):
        named = COST_REPORTS.get(channel, channel if channel.endswith("_ads") else "")
        report = click_path(named)
        ads = f", or add the report of its ads: {report}" if report else ""
        yield (
            f"There are no costs. Write a table with the columns Date, Channel ({channel}), Cost "
            f"and Currency, and read it with --costs{ads}"
        )
    if outcome.count and not outcome.value:
        yield f"The {noun} have no value. Export them with their amounts."
    if not any(key[0] == channel for key in causes):
        yield "It has costs, but no engagements. Add its daily report."
    elif not any(
        not list(_lacks(stock, outcome, inventory))
        for key, stock in causes.items()
        if key[0] == channel
    ):
        yield "None of its engagement types has enough data; see above."


def _lacks_pair(
    causes: dict[tuple[str, str, bool], Stock], usable: list[tuple[str, str, bool]]
) -> Iterator[str]:
    if not any(not key[2] for key in usable):
        yield "There are no likes or other unpaid engagements with enough data."
    if not any(key[2] and key[1] == "click" for key in usable):
        where = click_path("google_ads")
        yield f"There are no paid clicks with enough data. Add the report of your ads: {where}"


def _lacks_days(
    inventory: Inventory, causes: dict[tuple[str, str, bool], Stock], outcome: Stock, noun: str
) -> Iterator[str]:
    named = {capital(noun): outcome}
    named |= {capital(type_words(*key[:2], paid=key[2])): stock for key, stock in causes.items()}
    for name, stock in named.items():
        hole = inventory.longest_hole(stock)
        if hole is not None and (hole[1] - hole[0]).days + 1 >= LONG_HOLE:
            yield (
                f"{name}: nothing from {span_words(*map(str, hole))}. If there was something, "
                "export these days too; a pause needs no action."
            )


def _lacks_people(
    causes: dict[tuple[str, str, bool], Stock], outcome: Stock, noun: str
) -> Iterator[str]:
    if not outcome.has_people:
        yield (
            f"The {noun} have no user ids. Send them as events with a `user_id`: a login or a "
            "customer number. Estimates then compare people with themselves, which is more precise."
        )
    if not any(stock.has_people for stock in causes.values()):
        yield (
            "The engagements have no user ids. Reports of platforms never do; send your own events "
            "(docs/api.md). Without them, the estimates come from daily totals."
        )


def _lacks_history(inventory: Inventory) -> Iterator[str]:
    span = inventory.span
    days = 0 if span is None else (span[1] - span[0]).days + 1
    if days < SEASON_DAYS:
        yield (
            f"There are {days // 7} weeks of history. A season that lasts as long looks like an "
            "effect; with a year or more, it does not."
        )


def click_path(platform: str) -> str:
    """Return where a person downloads a platform's export; empty for an unknown platform."""
    found = [one.declaration for one in IMPORTERS if one.platform == platform]
    downloads = [one for one in found if "CSV" in one.title] or [
        one for one in found if "pipeline" not in one.title
    ]
    if not downloads:
        return ""
    name = downloads[0].title.partition(":")[0].partition(" (")[0]
    return f"{name}: {downloads[0].where.partition('. ')[0]}"

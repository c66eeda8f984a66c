"""What the commands share that answer one question from files, as a call of the API does."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypedDict, TypeVar

from chalicelib.cli import UNUSABLE
from chalicelib.cli.file_arguments import add_gathering_options, gather, print_problems
from chalicelib.cli.option_values import zone_value
from chalicelib.cli.outputs import add_range_options, json_text
from chalicelib.cli.progress import step
from chalicelib.cli.terminal import print_text
from chalicelib.model.days import zone_of
from chalicelib.model.errors import InvalidFields, UnusableInput
from chalicelib.model.events import Event
from chalicelib.services.csv_text import csv_of
from chalicelib.services.fitting.event_columns import Columns

TEXT, JSON, CSV = "text", "json", "csv"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer in each format: JSON-able, rows of a table, and sentences."""

    answer: Any
    rows: Any
    columns: tuple[str, ...]
    sentences: tuple[str, ...]


class Collector(Protocol):
    """Takes the events of the files, one after another."""

    def add(self, event: Event) -> None:
        """Add an event."""


class FitOptions(TypedDict):
    """Options that every fit of files has."""

    window: None
    currency: str
    as_of: dt.datetime
    fit_id: str


Collected = TypeVar("Collected", bound=Collector)


@dataclass(frozen=True, slots=True)
class Read(Generic[Collected]):
    """The events of the files."""

    collected: Collected
    currency: str
    now: dt.datetime

    def for_fit(self) -> FitOptions:
        """The options of a fit of all events."""
        return {"window": None, "currency": self.currency, "as_of": self.now, "fit_id": "local"}


Answer = Callable[[argparse.Namespace, Read[Collected]], Shown]


def add_question_options(parser: argparse.ArgumentParser, *, of_goal: bool = True) -> None:
    """Add the files, the range of the answer, the format, and the goal if it has one."""
    add_gathering_options(parser)
    if of_goal:
        parser.add_argument(
            "--goal", help="the conversion goal; default: purchase, if there is one"
        )
    add_range_options(parser, "answer")
    parser.add_argument(
        "--as-of",
        type=parse_moment,
        metavar="TIME",
        help="leave out later events: a day, or an instant such as 2026-03-01T12:00:00Z",
    )
    parser.add_argument(
        "--time-zone",
        default="UTC",
        type=zone_value,
        metavar="ZONE",
        help="time zone in which days begin and end, e.g. Europe/Berlin (default %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=(TEXT, JSON, CSV),
        help="text (sentences), json (as from the API) or csv; default: text on a terminal, else "
        "json",
    )


def parse_moment(text: str) -> dt.datetime:
    """Parse a day (its end) or an instant; raises ArgumentTypeError for another text."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is neither a day nor an instant") from None
        return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    return dt.datetime.combine(day, dt.time.max, dt.UTC)


def answer_files(
    options: argparse.Namespace,
    answer: Answer[Collected],
    collect: Callable[[argparse.Namespace], Collected],
) -> int:
    """Read the files, answer, and print.

    The exit status is 0, or 2 if the input is unusable.

    Parameters
    ----------
    options : Namespace
    answer : callable
    collect : callable
        Makes the empty collector of the events.
    """
    if options.start and options.end and options.end < options.start:
        print(f"{options.command}: invalid_fields: --to is before --from", file=sys.stderr)
        return UNUSABLE
    now = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory(prefix="likeworth-") as scratch:
        gathered = gather(options, Path(scratch), now)
        if gathered is None:
            return UNUSABLE
        form = options.format or (TEXT if sys.stdout.isatty() else JSON)
        print_problems(gathered, briefly=form == TEXT)
        collected = collect(options)
        for event in gathered.lines:
            if options.as_of is None or event.occurred_at <= options.as_of:
                collected.add(event)
        try:
            with step("estimating", lines=False):
                shown = answer(options, Read(collected, gathered.lines.currency or "EUR", now))
        except (UnusableInput, InvalidFields) as error:
            print(f"{options.command}: {error.code}: {_words(error)}", file=sys.stderr)
            return UNUSABLE
    if form == JSON:
        print(json_text(shown.answer), end="")
    elif form == CSV:
        print(csv_of(shown.rows, shown.columns), end="")
    else:
        for sentence in shown.sentences:
            print_text(sentence + "\n")
    return 0


def _words(error: UnusableInput | InvalidFields) -> str:
    """The detail, with the fields that it does not mention."""
    errors = error.errors if isinstance(error, InvalidFields) else ()
    fields = [
        f"{one.pointer.lstrip('/')} ({one.message})"
        for one in errors
        if one.message not in error.detail
    ]
    return f"{error.detail}: {', '.join(fields)}" if fields else error.detail


def columns_of(options: argparse.Namespace) -> Columns:
    """The collector of a fit, in the time zone that was asked for."""
    return Columns(zone=zone_of(options.time_zone))

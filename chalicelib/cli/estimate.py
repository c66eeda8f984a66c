"""`estimate EVENTS.ndjson`: event lines in, ROI and equivalence out. No database, no service.

Events pass the same admission as in the service, with three differences. The reporting currency is
that of the first amount in the file. No event is too old, because no tenant's retention applies.
People keep their ids, in the normal form that the service hashes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Hashable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.model.admission import (
    FUTURE_TOLERANCE,
    Refusal,
    Storable,
    Terms,
    Withdrawn,
    admit,
    event_of,
    money_of,
    read_line,
)
from chalicelib.model.channels import ROLES
from chalicelib.model.countries import is_country
from chalicelib.model.days import is_time_zone
from chalicelib.model.errors import InvalidFields, InvalidRequest, UnusableInput
from chalicelib.model.events import SPANS, Event
from chalicelib.model.strict_json import parse_json
from chalicelib.services import answers
from chalicelib.services.answers.ranges import read_goal
from chalicelib.services.experiments import analyse, parse_experiment
from chalicelib.services.fitting.estimation import Inspect, fit_events
from chalicelib.services.fitting.user_identity import USER_IDS
from chalicelib.settings import MAX_PEOPLE
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.pseudonyms import normal_user_id

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

UNUSABLE = 2
_MAX_LISTED = 1000
_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,31}(/[a-z]+)?", re.ASCII)


def add_parser(subparsers: Any) -> None:
    """Add the command to an argparse sub-parser collection."""
    parser = subparsers.add_parser(
        "estimate", help="ROI and equivalence from a file of event lines, without a database"
    )
    parser.add_argument("events", metavar="EVENTS.ndjson", type=Path)
    parser.add_argument("--goal", help="default: purchase, where there is one")
    parser.add_argument(
        "--fit-from",
        type=dt.date.fromisoformat,
        metavar="DAY",
        help="first day of the fit; default: the first day with data",
    )
    parser.add_argument("--fit-to", type=dt.date.fromisoformat, metavar="DAY", help="last day")
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        default=[],
        type=_role,
        metavar="CHANNEL[/TYPE]=ROLE",
        help="what an engagement type is to the model, e.g. facebook/click=cause; one of "
        + ", ".join(ROLES),
    )
    parser.add_argument(
        "--time-zone",
        default="UTC",
        type=_time_zone,
        metavar="ZONE",
        help="the zone that decides days, e.g. Europe/Berlin (default %(default)s)",
    )
    parser.add_argument(
        "--country",
        type=_country,
        metavar="CODE",
        help="take the public holidays of a country into account, e.g. DE (ISO 3166-1)",
    )
    parser.add_argument(
        "--user-ids",
        choices=USER_IDS,
        help="whether a user_id is that of a person (login, customer number) or of a device",
    )
    parser.add_argument("--from", dest="start", type=dt.date.fromisoformat, metavar="DAY")
    parser.add_argument("--to", dest="end", type=dt.date.fromisoformat, metavar="DAY")
    parser.add_argument("--engagement", metavar="CHANNEL/TYPE", help="default: facebook/like")
    parser.add_argument("--baseline", metavar="CHANNEL/TYPE", help="default: google_ads/click")
    parser.add_argument(
        "--attribution", action="store_true", help="also what the classical models would credit"
    )
    parser.add_argument(
        "--summary",
        action="store_true",
        help="print the regressions behind the estimates, as tables of statsmodels, not the JSON",
    )
    parser.add_argument(
        "--experiments",
        type=Path,
        metavar="FILE.json",
        help="a JSON list of hold-outs and geo tests, as for POST /v1/experiments",
    )
    parser.add_argument(
        "--max-people",
        type=int,
        default=MAX_PEOPLE,
        metavar="N",
        help="of more people, follow a sample of about N day by day (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print ``{"coverage": ..., "roi": ..., "equivalence": ...}``; 0, or 2 on unusable input.

    With ``--attribution`` there is a fourth key, ``attribution``. With ``--summary`` there are
    tables instead.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        experiments = read_experiments(options.experiments, now) if options.experiments else []
    except (OSError, InvalidRequest) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.code}: {error.detail}"
        print(f"{options.experiments}: {reason}", file=sys.stderr)
        return UNUSABLE
    try:
        lines = EventLines(options.events, now)
    except OSError as error:
        print(f"{options.events}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    for number, code, message in lines.refused[:_MAX_LISTED]:
        print(f"line {number}: {code}: {message}", file=sys.stderr)
    if len(lines.refused) > _MAX_LISTED:
        print(f"... and {len(lines.refused) - _MAX_LISTED} lines more", file=sys.stderr)
    summaries: dict[str, str] = {}
    asked: dict[str, Any] = {"start": options.start, "end": options.end, "goal": options.goal}
    try:
        document = fit_events(
            lines,
            window=lines.window(options.fit_from, options.fit_to),
            currency=lines.currency or "EUR",
            as_of=now,
            fit_id="local",
            experiments=experiments,
            max_people=options.max_people,
            roles=dict(options.roles),
            time_zone=options.time_zone,
            country=options.country,
            user_ids=options.user_ids,
            inspect=_keep_summary(summaries) if options.summary else None,
        )
        if options.summary:
            print(summaries[read_goal(document, options.goal)])
            return 0
        printed = {
            "coverage": document["coverage"],
            "roi": answers.roi(document, **asked),
            "equivalence": answers.equivalence(
                document, engagement=options.engagement, baseline=options.baseline, **asked
            ),
        }
        if options.attribution:
            printed["attribution"] = answers.attribution(document, **asked)
    except (UnusableInput, InvalidFields) as error:
        print(f"{options.events}: {error.code}: {error.detail}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(printed, allow_nan=False, indent=2))
    return 0


def _keep_summary(summaries: dict[str, str]) -> Inspect:
    """Keeps the summary of each goal."""
    from chalicelib.attribution.summaries import summarise_goal

    def keep(goal: str, observed: Observations, estimates: GoalEstimates) -> None:
        summaries[goal] = summarise_goal(goal, observed, estimates)

    return keep


def _role(text: str) -> tuple[str, str]:
    """An engagement type (or channel) and its role; raises ArgumentTypeError."""
    source, _, role = text.partition("=")
    if not _SOURCE.fullmatch(source) or role not in ROLES:
        raise argparse.ArgumentTypeError(f"{text!r} is not CHANNEL[/TYPE]=({'|'.join(ROLES)})")
    return source, role


def _country(text: str) -> str:
    """The code of a country with a calendar of holidays; raises ArgumentTypeError."""
    code = text.upper()
    if not is_country(code):
        raise argparse.ArgumentTypeError(f"{text!r} is not the code of a country, e.g. DE")
    return code


def _time_zone(text: str) -> str:
    """The name of a time zone; raises ArgumentTypeError."""
    if not is_time_zone(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone, e.g. Europe/Berlin")
    return text


def read_experiments(path: Path, now: dt.datetime) -> list[Experiment]:
    """The experiments of a JSON file, analysed; the last of several with the same id counts.

    Raises
    ------
    OSError
        If the file cannot be read.
    MalformedJson, InvalidFields
        If it is not JSON or not a list, or if an experiment is wrong; the detail names which.
    """
    bodies = parse_json(path.read_bytes())
    if not isinstance(bodies, list):
        raise InvalidFields("a list of experiments is needed")
    found = {}
    for number, raw in enumerate(bodies):
        try:
            experiment = analyse(parse_experiment(raw, today=now.date()), now=now).experiment
        except InvalidFields as error:
            raise InvalidFields(f"experiment {number + 1}: {error.detail}") from error
        found[experiment.experiment_id] = experiment
    return list(found.values())


class EventLines:
    """The events of an NDJSON file, each once: the last of several copies of an event counts.

    Anonymous events with the same id on the same day are the same event: a report that was
    exported again in another time zone has its days at another hour. A span is identified by its
    id alone.

    The file is read twice, so that memory holds an identity per line instead of the events.

    Attributes
    ----------
    refused : list of (int, str, str)
        Line number, code and message of every rejected line.
    """

    def __init__(self, path: Path, now: dt.datetime) -> None:
        self._path = path
        self._piped = b"" if path.is_file() else path.read_bytes()  # a pipe is read only once
        self._terms = Terms(
            oldest=dt.datetime.min.replace(tzinfo=dt.UTC),
            latest=now + FUTURE_TOLERANCE,
            currency=None,
            user_hash=normal_user_id,
        )
        self._last: dict[tuple[Hashable, ...], int] = {}
        self._days: tuple[dt.date, dt.date] | None = None
        self._skip: set[int] = set()
        self.refused: list[tuple[int, str, str]] = []
        for number, line in self._lines():
            verdict = admit(read_line(line), self._terms)
            if isinstance(verdict, Refusal):
                self.refused.append((number, verdict.code, verdict.message))
                self._skip.add(number)
                continue
            identity = _identity(verdict)
            earlier = self._last.get(identity)
            if earlier is not None:
                self._skip.add(earlier)
            self._last[identity] = number
            event = event_of(verdict)
            self._extend_days(event)
            money = money_of(event)
            if self.currency is None and money is not None:
                self._terms = replace(self._terms, currency=money[1].currency)
        self._last.clear()

    def __iter__(self) -> Iterator[Event]:
        for number, line in self._lines():
            if number in self._skip:
                continue
            verdict = admit(read_line(line), self._terms)
            if not isinstance(verdict, Refusal):
                yield event_of(verdict)

    @property
    def currency(self) -> str | None:
        """The currency of the first amount; None if there is no amount."""
        return self._terms.currency

    def window(self, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date] | None:
        """The window of a fit; a missing day comes from the events. None if both are missing."""
        if start is None and end is None:
            return None
        if self._days is None:
            raise UnusableInput("there is no event in the input")
        return start or self._days[0], end or self._days[1]

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with io.BytesIO(self._piped) if self._piped else self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line

    def _extend_days(self, event: Event) -> None:
        day = event.day
        if self._days is None:
            self._days = day, day
        elif not self._days[0] <= day <= self._days[1]:
            self._days = min(self._days[0], day), max(self._days[1], day)


def _identity(write: Storable) -> tuple[Hashable, ...]:
    """What makes an event the same as an earlier one."""
    event = event_of(write)
    if isinstance(event, SPANS):
        return event.kind, event.event_id
    user = write.user if isinstance(write, Withdrawn) else getattr(event, "user_id", None)
    return event.event_id, event.day if user is None else event.occurred_at, user

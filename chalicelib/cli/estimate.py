"""`estimate EVENTS.ndjson`: event lines in, ROI and equivalence out. No database, no service.

The reporting currency is that of the first amount in the file.  Events in the future are refused as
everywhere; no event is too old, for there is no tenant whose retention could be exceeded.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.model.channels import ROLES
from chalicelib.model.countries import is_country
from chalicelib.model.days import is_time_zone
from chalicelib.model.errors import (
    FieldError,
    InvalidFields,
    InvalidRequest,
    MalformedJson,
    UnusableInput,
)
from chalicelib.model.events import (
    SPANS,
    Conversion,
    Cost,
    Engagement,
    Event,
    EventRefused,
    parse_event,
)
from chalicelib.services import answers
from chalicelib.services.answers.ranges import read_goal
from chalicelib.services.experiments import analyse, parse_experiment
from chalicelib.services.fitting.estimation import Inspect, fit_events
from chalicelib.services.fitting.user_identity import USER_IDS
from chalicelib.settings import MAX_PEOPLE
from chalicelib.storage.experiment_items import Experiment

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

UNUSABLE = 2
MAX_AHEAD = dt.timedelta(minutes=5)
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
    """The experiments of a JSON file, analysed; of those with the same id the last one counts.

    Raises
    ------
    OSError
        If the file cannot be read.
    MalformedJson, InvalidFields
        If it is no JSON, no list, or an experiment in it is wrong; the detail names which.
    """
    try:
        bodies = json.loads(path.read_bytes(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedJson(str(error)) from error
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
    """The events of an NDJSON file, each once: of the same event sent again, the last one counts.

    Anonymous events with one id on one day are the same event: a report that was exported again
    with another time zone books its days at another hour. Spans are identified by their id alone.

    The file is read twice, so that what is held is an identity per line and not the events.

    Attributes
    ----------
    refused : list of (int, str, str)
        Line number, code and message of every bad line.
    currency : str or None
        That of the first amount.
    """

    def __init__(self, path: Path, now: dt.datetime) -> None:
        self._path = path
        self._piped = b"" if path.is_file() else path.read_bytes()  # a pipe is read only once
        self._latest = now + MAX_AHEAD
        self._last: dict[tuple[Hashable, ...], int] = {}
        self._days: tuple[dt.date, dt.date] | None = None
        self._skip: set[int] = set()
        self.refused: list[tuple[int, str, str]] = []
        self.currency: str | None = None
        for number, line in self._lines():
            try:
                event = _parse(line)
                self._check(event)
            except EventRefused as error:
                self.refused.append((number, error.code, error.message))
                self._skip.add(number)
                continue
            identity = _identity(event)
            earlier = self._last.get(identity)
            if earlier is not None:
                self._skip.add(earlier)
            self._last[identity] = number
            self._extend_days(event)
        self._last.clear()

    def __iter__(self) -> Iterator[Event]:
        for number, line in self._lines():
            if number not in self._skip:
                yield _parse(line)

    def window(self, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date] | None:
        """The window of a fit of which at most one day is not given; None where none is."""
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

    def _check(self, event: Event) -> None:
        if event.occurred_at > self._latest:
            raise _refusal("in_the_future", "more than 5 minutes in the future")
        for currency in _currencies(event):
            if self.currency is None:
                self.currency = currency
            elif currency != self.currency:
                raise _refusal(
                    "currency_mismatch",
                    f"{currency}, but the first amount is in {self.currency}",
                )


def _identity(event: Event) -> tuple[Hashable, ...]:
    """What makes an event the same as an earlier one."""
    if isinstance(event, SPANS):
        return event.kind, event.event_id
    user = getattr(event, "user_id", None)
    return event.event_id, event.day if user is None else event.occurred_at, user


def _parse(line: bytes) -> Event:
    try:
        raw = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _refusal("malformed_json", str(error)) from None
    return parse_event(raw)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refusal(code: str, message: str) -> EventRefused:
    return EventRefused((FieldError("", code, message),))


def _currencies(event: Event) -> tuple[str, ...]:
    match event:
        case Engagement() if event.cost is not None:
            return (event.cost.currency,)
        case Conversion() if event.value is not None:
            return (event.value.currency,)
        case Cost():
            return (event.amount.currency,)
    return ()

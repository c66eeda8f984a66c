"""``estimate EVENTS.ndjson``: estimate ROI and equivalence from a file, without a service.

The command validates events like the service, with three differences. The reporting currency is
the currency of the first amount in the file. Events of any age are accepted, because no retention
applies. User ids are normalized, but not hashed.
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
    EventRejection,
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
    """Add ``estimate``."""
    parser = subparsers.add_parser(
        "estimate", help="estimate ROI and equivalence from a file of events, without a service"
    )
    parser.add_argument(
        "events",
        metavar="EVENTS.ndjson",
        type=Path,
        help="one event per line, as for POST /v1/events",
    )
    parser.add_argument(
        "--goal", help="the conversion goal; default: purchase, if the file has purchases"
    )
    parser.add_argument(
        "--fit-from",
        type=dt.date.fromisoformat,
        metavar="DAY",
        help="first day of the fit; default: first day with data",
    )
    parser.add_argument(
        "--fit-to", type=dt.date.fromisoformat, metavar="DAY", help="last day of the fit"
    )
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        default=[],
        type=_role,
        metavar="CHANNEL[/TYPE]=ROLE",
        help="role of a channel or an engagement type in the model, e.g. facebook/click=cause. "
        "Roles: " + ", ".join(ROLES),
    )
    parser.add_argument(
        "--time-zone",
        default="UTC",
        type=_time_zone,
        metavar="ZONE",
        help="time zone in which days begin and end, e.g. Europe/Berlin (default %(default)s)",
    )
    parser.add_argument(
        "--country",
        type=_country,
        metavar="CODE",
        help="include the public holidays of a country in the model, e.g. DE (ISO 3166-1)",
    )
    parser.add_argument(
        "--user-ids",
        choices=USER_IDS,
        help="whether a user_id identifies a person (login, customer number) or a device",
    )
    parser.add_argument(
        "--from",
        dest="start",
        type=dt.date.fromisoformat,
        metavar="DAY",
        help="first day of the answers",
    )
    parser.add_argument(
        "--to",
        dest="end",
        type=dt.date.fromisoformat,
        metavar="DAY",
        help="last day of the answers",
    )
    parser.add_argument("--engagement", metavar="CHANNEL/TYPE", help="default: facebook/like")
    parser.add_argument("--baseline", metavar="CHANNEL/TYPE", help="default: google_ads/click")
    parser.add_argument(
        "--attribution", action="store_true", help="also print the credit of path models"
    )
    parser.add_argument(
        "--summary",
        action="store_true",
        help="print the regressions as statsmodels tables instead of JSON",
    )
    parser.add_argument(
        "--experiments",
        type=Path,
        metavar="FILE.json",
        help="JSON list of holdouts and geo tests, in the format of POST /v1/experiments",
    )
    parser.add_argument(
        "--max-people",
        type=int,
        default=MAX_PEOPLE,
        metavar="N",
        help="if the file has more people, follow a sample of about N day by day "
        "(default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print ``{"coverage": ..., "roi": ..., "equivalence": ...}``.

    ``--attribution`` adds the key ``attribution``. ``--summary`` prints tables instead of JSON.

    The exit status is 0, or 2 if the input is unusable.
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
    for number, code, message in lines.rejected[:_MAX_LISTED]:
        print(f"line {number}: {code}: {message}", file=sys.stderr)
    if len(lines.rejected) > _MAX_LISTED:
        print(f"... and {len(lines.rejected) - _MAX_LISTED} more lines", file=sys.stderr)
    summaries: dict[str, str] = {}
    query: dict[str, Any] = {"start": options.start, "end": options.end, "goal": options.goal}
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
            "roi": answers.roi(document, **query),
            "equivalence": answers.equivalence(
                document, engagement=options.engagement, baseline=options.baseline, **query
            ),
        }
        if options.attribution:
            printed["attribution"] = answers.attribution(document, **query)
    except (UnusableInput, InvalidFields) as error:
        print(f"{options.events}: {error.code}: {error.detail}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(printed, allow_nan=False, indent=2))
    return 0


def _keep_summary(summaries: dict[str, str]) -> Inspect:
    """Return a callback that stores the summary of each goal."""
    from chalicelib.attribution.summaries import summarise_goal

    def keep(goal: str, observed: Observations, estimates: GoalEstimates) -> None:
        summaries[goal] = summarise_goal(goal, observed, estimates)

    return keep


def _role(text: str) -> tuple[str, str]:
    """Parse an engagement type (or channel) and its role; raises ArgumentTypeError."""
    source, _, role = text.partition("=")
    if not _SOURCE.fullmatch(source) or role not in ROLES:
        raise argparse.ArgumentTypeError(f"{text!r} is not CHANNEL[/TYPE]=({'|'.join(ROLES)})")
    return source, role


def _country(text: str) -> str:
    """Parse the code of a country with a holiday calendar; raises ArgumentTypeError."""
    code = text.upper()
    if not is_country(code):
        raise argparse.ArgumentTypeError(f"{text!r} is not a country code, e.g. DE")
    return code


def _time_zone(text: str) -> str:
    """Parse the name of a time zone; raises ArgumentTypeError."""
    if not is_time_zone(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone, e.g. Europe/Berlin")
    return text


def read_experiments(path: Path, now: dt.datetime) -> list[Experiment]:
    """Read and analyse the experiments of a JSON file. For equal ids, the last one counts.

    Raises
    ------
    OSError
        If the file cannot be read.
    MalformedJson, InvalidFields
        If the file is not a JSON list or an experiment is invalid. The detail says which one.
    """
    bodies = parse_json(path.read_bytes())
    if not isinstance(bodies, list):
        raise InvalidFields("the file must contain a list of experiments")
    found = {}
    for number, raw in enumerate(bodies):
        try:
            experiment = analyse(parse_experiment(raw, today=now.date()), now=now).experiment
        except InvalidFields as error:
            raise InvalidFields(f"experiment {number + 1}: {error.detail}") from error
        found[experiment.experiment_id] = experiment
    return list(found.values())


class EventLines:
    """The events of an NDJSON file without duplicates. For equal events, the last one counts.

    Anonymous events with the same id on the same day are equal, because a report exported again in
    another time zone has the same days at other hours. Spans are equal if their ids are equal.

    The file is read twice, so that memory contains one identity per line instead of the events.

    Attributes
    ----------
    rejected : list of (int, str, str)
        Line number, code and message of every rejected line.
    """

    def __init__(self, path: Path, now: dt.datetime) -> None:
        self._path = path
        self._piped = b"" if path.is_file() else path.read_bytes()  # a pipe can be read only once
        self._terms = Terms(
            oldest=dt.datetime.min.replace(tzinfo=dt.UTC),
            latest=now + FUTURE_TOLERANCE,
            currency=None,
            user_hash=normal_user_id,
        )
        self._last: dict[tuple[Hashable, ...], int] = {}
        self._days: tuple[dt.date, dt.date] | None = None
        self._skip: set[int] = set()
        self.rejected: list[tuple[int, str, str]] = []
        for number, line in self._lines():
            verdict = admit(read_line(line), self._terms)
            if isinstance(verdict, EventRejection):
                self.rejected.append((number, verdict.code, verdict.message))
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
            if not isinstance(verdict, EventRejection):
                yield event_of(verdict)

    @property
    def currency(self) -> str | None:
        """The currency of the first amount; None if there is no amount."""
        return self._terms.currency

    def window(self, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date] | None:
        """Return the window of the fit, or None if both days are missing.

        If one day is missing, the first or last day of the events replaces it.
        """
        if start is None and end is None:
            return None
        if self._days is None:
            raise UnusableInput("the input contains no events")
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
    """Return a key that is equal for equal events."""
    event = event_of(write)
    if isinstance(event, SPANS):
        return event.kind, event.event_id
    user = write.user if isinstance(write, Withdrawn) else getattr(event, "user_id", None)
    return event.event_id, event.day if user is None else event.occurred_at, user

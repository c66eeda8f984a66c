"""``estimate FILES``: estimate ROI and equivalence from files, without a service."""

from __future__ import annotations

import argparse
import datetime as dt
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE, outputs, program
from chalicelib.cli.file_arguments import add_gathering_options, file_rows, gather, print_problems
from chalicelib.cli.inputs.admitted_lines import EventLines
from chalicelib.cli.inputs.gathering import (
    EVENT_FILE,
    Gathered,
)
from chalicelib.cli.option_values import day_value, zone_value
from chalicelib.cli.progress import Step, step
from chalicelib.cli.terminal import print_text, terminal_width
from chalicelib.model.channels import ROLES
from chalicelib.model.countries import is_country
from chalicelib.model.errors import InvalidFields, InvalidRequest, UnusableInput
from chalicelib.model.events import Event
from chalicelib.model.events.event_fields import is_source
from chalicelib.model.strict_json import parse_json
from chalicelib.report.findings import FileRow, Findings, findings_of
from chalicelib.report.terminal_report import files_table, terminal_report
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
    from chalicelib.services.fitting.fit_documents import FitDocument

TABLE, JSON, CSV = "table", "json", "csv"
_AT_ONCE = 10_000


def add_parser(subparsers: Any) -> None:
    """Add ``estimate``."""
    parser = subparsers.add_parser(
        "estimate",
        help="estimate ROI and the value of engagements from your files, without a service",
        description=(
            "Read exports of platforms and shops, show the days for which each source has data, "
            "and estimate what each channel and each engagement is worth. Nothing is stored or "
            "sent. Standard error names every file that is not used, and every rejected row. The "
            "exit status is 0 with estimates, and 2 if the files have no usable data."
        ),
        epilog=(
            "Without --format, the output is a table on a terminal, and JSON if it goes to a file "
            "or a program, or if the only input is one file of events."
        ),
    )
    add_gathering_options(parser)
    parser.add_argument(
        "--format",
        choices=(TABLE, JSON, CSV),
        help="table (to read), json (coverage, ROI and equivalence, as from the API), or csv (one "
        "row per engagement type)",
    )
    outputs.add_answer_options(parser)
    parser.add_argument(
        "--fit-from",
        type=day_value,
        metavar="DAY",
        help="first day of the fit; default: first day with data",
    )
    parser.add_argument("--fit-to", type=day_value, metavar="DAY", help="last day of the fit")
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
        type=zone_value,
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
    """Read the files, estimate, and print or write the answers.

    The exit status is 0, or 2 if the input is unusable.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        experiments = read_experiments(options.experiments, now) if options.experiments else []
    except (OSError, InvalidRequest) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.code}: {error.detail}"
        print(f"{options.experiments}: {reason}", file=sys.stderr)
        return UNUSABLE
    with tempfile.TemporaryDirectory(prefix="likeworth-") as scratch:
        gathered = gather(options, Path(scratch), now)
        if gathered is None:
            return UNUSABLE
        form = _format(options, gathered)
        rows = file_rows(gathered.files)
        if form == TABLE and not _is_plain(options, gathered):
            print_text("FILES\n\n" + files_table(rows) + "\n")
        print_problems(gathered, briefly=form == TABLE)
        try:
            return _estimate(options, gathered, experiments, form, rows, now)
        except (UnusableInput, InvalidFields) as error:
            print(f"{_subject(options)}: {error.code}: {error.detail}", file=sys.stderr)
            if not isinstance(error, InvalidFields):
                print(f"To see what is missing: {_doctor(options)}", file=sys.stderr)
                print("To choose the days: --fit-from DAY, --fit-to DAY", file=sys.stderr)
            return UNUSABLE
        except OSError as error:
            print(f"{error.filename}: {error.strerror}", file=sys.stderr)
            return UNUSABLE


def _estimate(
    options: argparse.Namespace,
    gathered: Gathered,
    experiments: list[Experiment],
    form: str,
    rows: tuple[FileRow, ...],
    now: dt.datetime,
) -> int:
    lines = gathered.lines
    summaries: dict[str, str] = {}
    with step("estimating", lines=False) as progress:
        document = fit_events(
            _shown_events(lines, progress),
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
    findings = findings_of(document, outputs.question_of(options), rows, tuple(gathered.cautions))
    for path in options.out:
        outputs.write(findings, path)
    if options.summary:
        print(summaries[read_goal(document, options.goal)])
    else:
        _print(findings, document, options, form)
    outputs.print_written(options.out)
    return 0


def _shown_events(lines: EventLines, progress: Step) -> Iterator[Event]:
    """Yield the events with their progress; the model takes about as long as reading them."""
    total = sum(file.events for file in lines.counted) or 1
    for number, event in enumerate(lines):
        if number % _AT_ONCE == 0:
            progress(min(number / total, 1.0) / 2, "reading events")
        yield event
    progress(0.5, "fitting the model")


def _print(
    findings: Findings, document: FitDocument, options: argparse.Namespace, form: str
) -> None:
    if form == TABLE:
        print_text(terminal_report(findings, terminal_width(sys.stdout)))
    elif form == CSV:
        print(outputs.csv_text(findings).replace("\r\n", "\n"), end="")
    else:
        printed = outputs.contract_object(findings)
        if options.attribution:
            printed["attribution"] = answers.attribution(
                document, start=options.start, end=options.end, goal=options.goal
            )
        print(outputs.json_text(printed), end="")


def _format(options: argparse.Namespace, gathered: Gathered) -> str:
    if options.format is not None:
        return str(options.format)
    is_terminal = sys.stdout.isatty()
    return TABLE if is_terminal and not _is_plain(options, gathered) else JSON


def _is_plain(options: argparse.Namespace, gathered: Gathered) -> bool:
    """Whether the only input is one file of events."""
    return (
        len(options.files) == 1 and not options.costs and gathered.files[0].what == EVENT_FILE
        if gathered.files
        else False
    )


def _subject(options: argparse.Namespace) -> str:
    return str(options.files[0]) if len(options.files) == 1 else "estimate"


def _doctor(options: argparse.Namespace) -> str:
    return shlex.join([*program(), "doctor", *options.files])


def _keep_summary(summaries: dict[str, str]) -> Inspect:
    """Return a callback that stores the summary of each goal."""
    from chalicelib.attribution.summaries import summarise_goal

    def keep(goal: str, observed: Observations, estimates: GoalEstimates) -> None:
        summaries[goal] = summarise_goal(goal, observed, estimates)

    return keep


def _role(text: str) -> tuple[str, str]:
    """Parse an engagement type (or channel) and its role; raises ArgumentTypeError."""
    source, _, role = text.partition("=")
    if not is_source(source) or role not in ROLES:
        raise argparse.ArgumentTypeError(f"{text!r} is not CHANNEL[/TYPE]=({'|'.join(ROLES)})")
    return source, role


def _country(text: str) -> str:
    """Parse the code of a country with a holiday calendar; raises ArgumentTypeError."""
    code = text.upper()
    if not is_country(code):
        raise argparse.ArgumentTypeError(f"{text!r} is not a country code, e.g. DE")
    return code


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

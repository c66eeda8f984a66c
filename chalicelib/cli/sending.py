"""``import FILES``: send files to a running service, wait, and show what it stored."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.cli import program
from chalicelib.cli.file_arguments import add_reading_options
from chalicelib.cli.inputs.conversions import read_raw_mapping
from chalicelib.cli.inputs.cost_tables import raw_mapping_of_costs
from chalicelib.cli.inputs.file_options import (
    FileOption,
    check_used,
    parse_option,
    value_for,
    value_for_all,
)
from chalicelib.cli.inputs.found_files import (
    STDIN,
    FoundFile,
    find_files,
    holds_events,
    members_of,
    mixes_events,
    open_lines,
)
from chalicelib.cli.inputs.gathering import MAY_NEED_A_MAPPING
from chalicelib.cli.progress import Step, step
from chalicelib.cli.serving import add_service_options, connect, run_with_messages
from chalicelib.importers import read_export
from chalicelib.model.codes import error_title_of
from chalicelib.model.errors import ExportRejected, UnusableInput
from chalicelib.report.number_words import span_words
from chalicelib.report.plain_tables import text_table

if TYPE_CHECKING:
    from chalicelib.client import Likeworth

FAILED = 1
ENDED = frozenset({"done", "failed"})
_POLL_SECONDS = 0.5
_LISTED = 20


@dataclass(slots=True)
class Sent:
    """A file that was sent.

    Attributes
    ----------
    name : str
    import_id : str
        Empty for event lines, which need no import.
    state : str
        As in the API; ``done`` for event lines.
    what, days : str
    events, rejected : int
    codes : Counter
        Code of a rejected row -> number.
    notes : list of str
    """

    name: str
    import_id: str = ""
    state: str = "done"
    what: str = "events"
    days: str = "-"
    events: int = 0
    rejected: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def add_parser(subparsers: Any) -> None:
    """Add ``import``."""
    parser = subparsers.add_parser(
        "import",
        help="send files to a running service",
        description=(
            "Send exports, zip archives, folders and files of events to a running service, wait "
            "until it has read them, and show what it stored and what it rejected. The exit status "
            "is 0 if everything was imported, 1 if a file failed, and 2 if the service could not "
            "be used."
        ),
    )
    add_reading_options(parser)
    add_service_options(parser, "ingest")
    parser.add_argument(
        "--fit",
        action="store_true",
        help="afterwards, ask for a fit and wait for it (role admin)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Send the files and print what happened to each."""
    return run_with_messages("import", lambda: _import(options))


def _import(options: argparse.Namespace) -> int:
    service = connect(options)
    with tempfile.TemporaryDirectory() as made:
        sent = _send_all(service, options, Path(made))
        with step("the service reads the files", lines=False) as progress:
            _wait(service, sent, progress)
        _print(sent)
        if options.fit:
            _fit(service)
    return FAILED if any(one.state != "done" for one in sent) else 0


def _send_all(service: Likeworth, options: argparse.Namespace, scratch: Path) -> list[Sent]:
    names = [*options.files, *options.costs]
    mappings = [parse_option(text, names) for text in options.mapping]
    platforms = [parse_option(text, names) for text in options.platform]
    for option, given in (("--mapping", mappings), ("--platform", platforms)):
        check_used(option, given, names)
    stdin = sys.stdin.buffer if STDIN in names else io.BytesIO()
    found = find_files(options.files, scratch, stdin)
    files = [one for file in found for one in _unpacked(file, scratch)]
    costs_folder = scratch / "costs"
    costs_folder.mkdir()
    costs = list(find_files(options.costs, costs_folder, stdin))
    named = {file.path.resolve() for file in costs}
    files = [file for file in files if file.path.resolve() not in named]
    sent = []
    with step("sending files", lines=False) as progress:
        for number, file in enumerate([*files, *costs]):
            progress(number / (len(files) + len(costs)), file.name)
            if number < len(files) and holds_events(file.path):
                sent.append(_send_events(service, file))
                continue
            body = _body_of(file, options, platforms, mappings, is_cost=number >= len(files))
            sent.append(_send_export(service, file, body))
    return sent


def _unpacked(file: FoundFile, scratch: Path) -> list[FoundFile]:
    """Return the members of an archive that the service would not read as a whole."""
    members = members_of(file, scratch)
    if not members or mixes_events(members):
        return [one for member in members for one in _unpacked(member, scratch)] or [file]
    try:
        with file.path.open("rb") as stream:
            read_export(stream)
    except ExportRejected as rejection:
        if rejection.code in MAY_NEED_A_MAPPING:
            return [one for member in members for one in _unpacked(member, scratch)]
    return [file]


def _body_of(
    file: FoundFile,
    options: argparse.Namespace,
    platforms: Sequence[FileOption],
    mappings: Sequence[FileOption],
    *,
    is_cost: bool,
) -> dict[str, Any]:
    """Return the announcement of an import."""
    mapping = value_for(mappings, file.name)
    body: dict[str, Any] = {
        "filename": Path(file.name).name,
        "spread": options.spread or is_cost,
    }
    platform = value_for(platforms, file.name) or value_for_all(platforms)
    if platform is not None:
        body["platform"] = platform
    if options.currency is not None:
        body["currency"] = options.currency
    if mapping is None and not is_cost:
        mapping = value_for_all(mappings)
    if mapping is not None:
        body["mapping"] = read_raw_mapping(Path(mapping))
    elif is_cost:
        body["mapping"] = raw_mapping_of_costs(file.path, options.currency)
    return body


def _send_events(service: Likeworth, file: FoundFile) -> Sent:
    sent = Sent(file.name)
    with open_lines(file.path) as lines:
        numbers = _Numbered(lines)
        first = 0
        for size, answer in service.send_events(numbers):
            sent.events += answer["accepted"]
            for one in answer["rejected"]:
                sent.rejected += 1
                sent.codes[one["code"]] += 1
                if sent.rejected <= _LISTED:
                    row = numbers.rows[first + one["index"]]
                    message = f"{file.name}:{row}: {one['code']}: {one['message']}"
                    print(message, file=sys.stderr)
            first += size
    if sent.rejected and not sent.events:
        sent.state = "failed"
    return sent


class _Numbered(Iterator[bytes]):
    """The lines of a file that are not blank, with their numbers."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = enumerate(lines, 1)
        self.rows: list[int] = []

    def __next__(self) -> bytes:
        for number, line in self._lines:
            if line.strip():
                self.rows.append(number)
                return line if line.endswith(b"\n") else line + b"\n"
        raise StopIteration


def _send_export(service: Likeworth, file: FoundFile, body: dict[str, Any]) -> Sent:
    announced = service.upload(file.path, **body)
    return Sent(file.name, announced["id"], announced["state"], what="")


def _wait(service: Likeworth, sent: Sequence[Sent], progress: Step) -> None:
    while True:
        for one in sent:
            if one.state not in ENDED:
                _update(one, service.get(f"/v1/imports/{one.import_id}"))
        left = [one for one in sent if one.state not in ENDED]
        if not left:
            return
        progress(1 - len(left) / len(sent), f"{left[0].name}: {left[0].state}")
        time.sleep(_POLL_SECONDS)


def _update(one: Sent, answer: dict[str, Any]) -> None:
    one.state = answer["state"]
    one.what = f"{answer['platform']} {answer['report'] or ''}".strip()
    one.events, one.rejected = answer["events"], answer["rejected"]
    if answer["from"] is not None:
        one.days = span_words(answer["from"], answer["to"])
    if one.state in ENDED:
        one.codes = Counter({row["code"]: row["rows"] for row in answer["rejected_by_code"]})
        one.notes = [*answer["notes"], *answer["warnings"]]
        if answer["error"] is not None:
            error = answer["error"]
            one.notes.append(f"{error_title_of(error['code'])}: {error['detail']}")


def _print(sent: Sequence[Sent]) -> None:
    rows = [("file", "state", "contains", "days", "events", "rejected rows")]
    rows += [
        (one.name, one.state, one.what or "-", one.days, f"{one.events:,}", f"{one.rejected:,}")
        for one in sent
    ]
    print(text_table(rows, left=(0, 1, 2, 3)))
    for one in sent:
        for note in one.notes:
            print(f"{one.name}: {note}", file=sys.stderr)
        for code, number in one.codes.most_common():
            print(f"{one.name}: {number:,} rejected: {error_title_of(code)}", file=sys.stderr)
        if one.rejected and one.import_id:
            print(f"{one.name}: rows: GET /v1/imports/{one.import_id}/rejects", file=sys.stderr)


def _fit(service: Likeworth) -> None:
    fit = service.send("POST", "/v1/fits", {})
    with step("fitting", lines=False) as progress:
        while fit["status"] not in ENDED:
            progress(0.5, fit["status"])
            time.sleep(_POLL_SECONDS)
            fit = service.get(f"/v1/fits/{fit['id']}")
    if fit["status"] == "failed":
        raise UnusableInput(f"the fit failed: {fit['error']['detail']}")
    print(f"Fit {fit['id']} is done. To see it: {' '.join(program())} report")

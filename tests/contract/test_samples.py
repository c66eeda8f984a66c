"""Check every sample against the contract of importers.

A new importer adds files to `tests/samples/`, but no tests. Each sample is one test, which runs
all `CHECKS` and names those that fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import pytest

from chalicelib.importers import PLATFORMS, Imported, Rejected, RowOutcome, Skipped
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import ExportRejected
from tests.samples import ENDING, FOLDER, SAMPLES, Sample
from tests.samples.reading import SampleReading, open_sample, read_sample, written
from tests.samples.records import KEY, NUMBER, is_of_records, with_a_number
from tests.samples.spellings import Table, is_table, respelled, text_of

RENEW = "If this is intended, run: python -m tests.samples --write"
MAPPED = "mapped"

KNOWN_BY_FORM = (
    "Google Search Console: performance by day",
    "Google Search Console: performance by day and query",
    "TikTok: daily account overview (Business Suite, TikTok Studio)",
    "YouTube Studio: totals and chart data (advanced mode)",
)
"""Tables without a heading unique to the platform; a further column changes their type."""

NO_FURTHER_KEYS = (
    "YouTube Analytics API: responses of reports.query",
    "Meta Ads: ads insights landed by a pipeline",
)
"""YouTube's records are arrays with keys in a header. A further key of Meta is a breakdown."""

ONLY_AS_IS = {
    " landed by ": ("delimiter", "workbook"),
    "daily results": ("workbook",),
    "YouTube Studio": ("columns",),
    "Google Analytics 4: reports": ("columns",),
    "google_ads/other-search-terms": ("columns",),
    "facebook/results-network-named.csv": ("packed",),
}
"""Part of the name of a sample or importer -> spellings that such files never have.

Pipelines write commas. Only text files have several charts below each other. In files of YouTube
and Google Analytics the first columns identify the subject, and the label of the other search terms
is in the first column. An archive may contain tables of several networks, so that a table without
a network in its title is unclear.
"""

WRONG = "wrong"
"""Content of a damaged cell; neither a number nor a date."""


Event = dict[str, Any]


class Rejections(NamedTuple):
    """A reading of which every imported row was rejected afterwards."""

    outcomes: list[RowOutcome]
    summary: dict[str, Any]


class Case:
    """A sample and how it is read; every check uses the same reading.

    Attributes
    ----------
    sample : Sample
    reading : SampleReading
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.reading = SampleReading(sample.data, sample.options)

    @property
    def is_mapped(self) -> bool:
        """Whether a mapping reads the file."""
        return self.sample.platform == MAPPED

    @property
    def importer(self) -> str:
        """The title of the expected importer; empty for an archive or a mapped file."""
        title: str = self.sample.expected.get("importer", "")
        return title

    @property
    def events(self) -> list[Event]:
        """The expected events."""
        events: list[Event] = self.sample.expected.get("events", [])
        return events

    @cached_property
    def table(self) -> Table | None:
        """The table in a text file."""
        data = self.sample.data
        return Table(text_of(data) or "") if is_table(data) else None

    @cached_property
    def plain_table(self) -> Table | None:
        """The table, if it has events and the file has nothing else."""
        return self.table if self.events and self.table and self.table.is_plain else None

    @cached_property
    def has_records(self) -> bool:
        """Whether the file has events in JSON or XML."""
        return bool(self.events) and is_of_records(self.sample.data)

    @cached_property
    def rejected_again(self) -> Rejections:
        """A second reading, in small pieces, of which every imported row is rejected."""
        reader = open_sample(self.sample.data, self.sample.options, piece=7)
        outcomes = []
        for outcome in reader:
            outcomes.append(outcome)
            if isinstance(outcome, Imported):
                reader.reject(outcome)
        return Rejections(outcomes, reader.summary())

    def read(self, data: bytes) -> dict[str, Any]:
        """Return what is found in another file with the same options."""
        return read_sample(data, self.sample.options)


def events_of(outcomes: list[RowOutcome]) -> list[Event]:
    return [event for o in outcomes if isinstance(o, Imported) for event in o.events]


def without_rows(events: list[Event]) -> list[Event]:
    return _without(events, "row", "part")


def without_ids(events: list[Event]) -> list[Event]:
    """Return the events without ids: records without an id get a digest of all their fields."""
    return _without(events, "event_id")


def _without(events: list[Event], *keys: str) -> list[Event]:
    return [{k: v for k, v in event.items() if k not in keys} for event in events]


def stored(events: list[Event]) -> dict[tuple[Any, Any], Event]:
    """Return the events after storage: a repeated identity replaces the earlier event."""
    return {(e["event_id"], e["occurred_at"]): e for e in without_rows(events)}


def the_outcome_is_the_expected_one(case: Case) -> None:
    sample = case.sample
    assert sample.expected, f"{sample.expectation.name} is missing. {RENEW}"

    found = case.reading.expectation

    assert found == sample.expected, RENEW
    assert written(found) == sample.expectation.read_text(encoding="utf-8"), RENEW


def the_sample_is_in_the_folder_of_its_platform(case: Case) -> None:
    sample = case.sample
    assert sample.platform in {*PLATFORMS, MAPPED}
    if not sample.is_rejected:
        assert sample.expected["report"]["platform"] == sample.platform


def only_one_importer_knows_most_of_it(case: Case) -> None:
    if case.importer:
        claims = [(hits, one.platform) for hits, one in case.reading.own_claims]
        most = max((hits for hits, _ in claims), default=0)

        assert [claim for claim in claims if claim[0] == most] == [(most, case.sample.platform)]


def naming_the_platform_changes_nothing(case: Case) -> None:
    if case.is_mapped:
        return
    options = {**case.sample.options, "platform": case.sample.platform}

    found = without_rows(read_sample(case.sample.data, options).get("events", []))

    expected = without_rows(case.events)
    if " landed by " in case.importer:  # the file may contain streams of several platforms
        assert [event for event in expected if event in found] == found
        assert found or not expected
    else:
        assert found == expected


def another_spelling_gives_the_same_events(case: Case) -> None:
    sample = case.sample
    about = f"{sample.name} {case.importer}"
    never = [way for part, ways in ONLY_AS_IS.items() if part in about for way in ways]
    if sample.expected.get("not_data"):
        never.append("columns")  # the label of a totals row has a fixed position
    expected = events_of(case.reading.outcomes)
    for way, data in respelled(sample.data, tuple(never)):
        if data != sample.data:
            try:
                outcomes = list(open_sample(data, sample.options, piece=1_000_000))
            except ExportRejected as rejection:
                raise AssertionError(f"{way}: {rejection.code}: {rejection.detail}") from rejection
            assert events_of(outcomes) == expected, way


def every_row_is_imported_rejected_or_without_data(case: Case) -> None:
    outcomes, summary, found = case.reading.outcomes, case.reading.summary, case.reading.found

    not_data = sum(isinstance(outcome, Skipped) for outcome in outcomes)
    ids = {event["event_id"] for event in found.get("events", [])}
    places = [(outcome.part, outcome.row) for outcome in outcomes]
    assert all(isinstance(outcome, Imported | Rejected | Skipped) for outcome in outcomes)
    assert summary["rows"] == len(outcomes)
    assert summary["rejected"] == len(found.get("rejected", []))
    assert summary["not_data"] == not_data == sum(reason["rows"] for reason in summary["no_data"])
    assert summary["events"] == len(ids)
    assert len(set(places)) == len(places)


def reading_again_in_small_pieces_gives_the_same_rows(case: Case) -> None:
    """An import that stops at any row and starts again therefore stores the same events."""
    assert case.rejected_again.outcomes == case.reading.outcomes


def rejecting_all_rows_afterwards_leaves_no_results(case: Case) -> None:
    summary = case.rejected_again.summary

    assert (summary["events"], summary["from"], summary["to"]) == (0, None, None)
    if not summary["not_data"]:  # rows without delivery may have claims
        assert summary["claimed_conversions"] == []
    assert summary["rows"] == summary["rejected"] + summary["not_data"]


def a_damaged_row_is_rejected_with_a_reason_and_the_others_are_not(case: Case) -> None:
    if case.is_mapped or not (case.plain_table or case.has_records):
        return  # a mapping may read no cell that can be wrong
    rejected = len(case.sample.expected.get("rejected", []))
    expected = stored(case.events)
    known = {event["event_id"] for event in case.events}
    for data in damaged(case):
        outcome = case.read(data)
        found, events = outcome.get("rejected", []), outcome.get("events", [])
        if len(found) != rejected + 1:
            continue
        if stored(events) == expected if case.table else known.issuperset(ids_of(events)):
            assert all(row["code"] and row["message"] for row in found)
            return
    raise AssertionError("no damage makes a row rejected")


def an_unread_column_is_reported(case: Case) -> None:
    table = case.plain_table
    if table is None or "_airbyte_data" in table.rows[table.header]:  # the record is one cell
        return
    cells = ["7"] * len(table.rows)

    outcome = case.read(table.with_column("zorb_clicks", cells).encode())

    if "rejected_file" in outcome:
        assert case.importer in KNOWN_BY_FORM
        return
    summary = outcome["summary"]
    shown = {"zorb_clicks", f"(column {table.width + 1})"}
    found = [row for row in summary.get("unread_columns", []) if row["heading"] in shown]
    assert len(found) == 1
    assert without_rows(outcome["events"]) == without_rows(case.events)
    if found[0]["metric"]:
        assert any(found[0]["heading"] in text for text in summary.get("warnings", []))


def an_unread_key_with_a_number_is_reported(case: Case) -> None:
    if not case.has_records or case.importer in NO_FURTHER_KEYS:
        return

    outcome = case.read(with_a_number(case.sample.data))

    summary, events = outcome["summary"], outcome.get("events", [])
    unread = {
        row["heading"]: int(row["sum"])
        for row in summary.get("unread_columns", [])
        if row["heading"].endswith(KEY) and row["why"] is None
    }
    imported = {(event.get("part"), event["row"]) for event in events}
    assert without_ids(events) == without_ids(case.events)
    assert sum(unread.values()) >= NUMBER * len(imported)
    for heading in unread:
        assert any(heading in warning for warning in summary.get("warnings", []))


Check = Callable[[Case], None]

CHECKS: tuple[Check, ...] = (
    the_outcome_is_the_expected_one,
    the_sample_is_in_the_folder_of_its_platform,
)
"""The checks of every sample."""

CHECKS_OF_ACCEPTED: tuple[Check, ...] = (
    only_one_importer_knows_most_of_it,
    naming_the_platform_changes_nothing,
    another_spelling_gives_the_same_events,
    every_row_is_imported_rejected_or_without_data,
    reading_again_in_small_pieces_gives_the_same_rows,
    rejecting_all_rows_afterwards_leaves_no_results,
    a_damaged_row_is_rejected_with_a_reason_and_the_others_are_not,
    an_unread_column_is_reported,
    an_unread_key_with_a_number_is_reported,
)
"""The further checks of a sample that is not rejected as a whole."""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_keeps_the_contract_of_importers(name: str) -> None:
    case = Case(SAMPLES[name])
    checks = CHECKS if case.sample.is_rejected else CHECKS + CHECKS_OF_ACCEPTED
    failures: dict[str, AssertionError] = {}

    for check in checks:
        try:
            check(case)
        except AssertionError as failure:
            failures[check.__name__.replace("_", " ")] = failure

    if failures:
        raise ExceptionGroup(f"{name}: not true: {'; '.join(failures)}", [*failures.values()])


def test_every_expectation_belongs_to_a_sample() -> None:
    expectations = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob(f"*/*{ENDING}")}

    assert expectations == {name + ENDING for name in SAMPLES}


def test_every_importer_has_a_sample() -> None:
    titles = {one.declaration.title for one in IMPORTERS}

    assert titles <= {sample.expected.get("importer") for sample in SAMPLES.values()}


def ids_of(events: list[Event]) -> set[str]:
    return {event["event_id"] for event in events}


def damaged(case: Case) -> Iterator[bytes]:
    """Yield the file with one more wrong cell or value, at each place in turn; numbers first."""
    text, table = text_of(case.sample.data) or "", case.table
    if table is not None:
        below = [at for at, row in enumerate(table.rows) if at > table.header and any(row)]
        places = [(at, column) for at in below for column in range(len(table.rows[at]))]
        places.sort(key=lambda place: not table.rows[place[0]][place[1]][:1].isdigit())
        for at, column in places:
            row = list(table.rows[at])
            row[column] = WRONG
            yield table.with_row(at + 1, row).encode()
    elif text.lstrip().startswith("<"):
        for place in re.finditer(r">[^<>]*\d[^<>]*<", text):
            yield (text[: place.start() + 1] + WRONG + text[place.end() - 1 :]).encode()
    else:
        for change in range(_values_in(text)):
            yield _with_a_value(text, change, WRONG).encode()


def _documents(text: str) -> tuple[str, list[Any], str]:
    """Return what precedes the JSON, its documents, and their separator."""
    begin = re.match(r"[^\[{]*", text)
    before = begin[0] if begin else ""
    rest = text[len(before) :]
    try:
        return before, [json.loads(rest)], ""
    except ValueError:
        return before, [json.loads(line) for line in rest.splitlines() if line.strip()], "\n"


def _places(value: Any) -> Iterator[Callable[[Any], None]]:
    """Yield a setter for each value in a document."""
    for key in list(value) if isinstance(value, dict) else list(range(len(value))):
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
        yield lambda new, key=key: value.__setitem__(key, new)


def _values_in(text: str) -> int:
    return sum(1 for document in _documents(text)[1] for _ in _places(document))


def _with_a_value(text: str, at: int, value: Any) -> str:
    before, documents, between = _documents(text)
    [place for document in documents for place in _places(document)][at](value)
    return before + between.join(json.dumps(document) for document in documents)

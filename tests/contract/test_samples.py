"""Check every sample against the contract of importers.

A new importer adds files to `tests/samples/`, but no tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import pytest

from chalicelib.importers import PLATFORMS, Imported, Rejected, Skipped
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import ExportRejected
from tests.samples import ENDING, FOLDER, SAMPLES, Sample
from tests.samples.reading import (
    claims_of,
    expectation_of,
    open_sample,
    read_sample,
    written,
)
from tests.samples.records import KEY, NUMBER, is_of_records, with_a_number
from tests.samples.spellings import Table, encoded, is_table, packed, text_of

ACCEPTED = [name for name, sample in SAMPLES.items() if not sample.is_rejected]
WITH_EVENTS = [name for name in ACCEPTED if "events" in SAMPLES[name].expected]
TEXTS = [name for name in ACCEPTED if text_of(SAMPLES[name].data) is not None]
TABLES = [name for name in TEXTS if is_table(SAMPLES[name].data)]
RENEW = "If this is intended, run: python -m tests.samples --write"
MAPPED = "mapped"

KNOWN_BY_FORM = (
    "Google Search Console: performance by day",
    "TikTok: daily account overview (Business Suite, TikTok Studio)",
    "YouTube Studio: totals and chart data (advanced mode)",
)
"""Tables without a heading unique to the platform; a further column changes their type."""

NO_FURTHER_KEYS = (
    "YouTube Analytics API: responses of reports.query",
    "Meta Ads: ads insights landed by a pipeline",
)
"""YouTube's records are arrays with keys in a header. A further key of Meta is a breakdown."""

NOT_IN_ARCHIVES = ("facebook/results-network-named.csv",)
"""A table with no network in its title; an archive may contain tables of other networks."""

ONLY_AS_IS = {
    " landed by ": ("delimiter", "workbook"),
    "daily results": ("workbook",),
    "YouTube Studio": ("columns",),
    "Google Analytics 4: reports": ("columns",),
    "google_ads/other-search-terms": ("columns",),
}
"""Part of the name of a sample or importer -> spellings that such files never have.

Pipelines write commas. Only text files have several charts below each other. In files of YouTube
and Google Analytics the first columns identify the subject, and the label of the other search terms
is in the first column.
"""

WRONG = "wrong"
"""Content of a damaged cell; neither a number nor a date."""


Event = dict[str, Any]


def events_of(sample: Sample, data: bytes, piece: int = 1000) -> list[Event]:
    """Return the events of a sample in another spelling; empty if the file is rejected."""
    try:
        outcomes = list(open_sample(data, sample.options, piece=piece))
    except ExportRejected:
        return []
    return [event for o in outcomes if isinstance(o, Imported) for event in o.events]


@cache
def events_as_given(name: str) -> list[Event]:
    return events_of(SAMPLES[name], SAMPLES[name].data)


def check_spellings(name: str, spellings: Iterable[tuple[str, bytes]]) -> None:
    """Check that each spelling that differs from the sample gives the same events."""
    sample = SAMPLES[name]
    for way, data in spellings:
        assert data == sample.data or events_of(sample, data) == events_as_given(name), way


def is_landed(sample: Sample) -> bool:
    """Whether a pipeline wrote the file."""
    return " landed by " in sample.expected.get("importer", "")


def without_rows(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    places = ("row", "part")
    return [{k: v for k, v in event.items() if k not in places} for event in events]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_the_expected_outcome(name: str) -> None:
    sample = SAMPLES[name]
    assert sample.expected, f"{sample.expectation.name} is missing. {RENEW}"

    found = expectation_of(sample.data, sample.options)

    assert found == sample.expected, RENEW
    assert written(found) == sample.expectation.read_text(encoding="utf-8"), RENEW


def test_every_expectation_belongs_to_a_sample() -> None:
    expectations = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob(f"*/*{ENDING}")}

    assert expectations == {name + ENDING for name in SAMPLES}


@pytest.mark.parametrize("importer", sorted({one.declaration.title for one in IMPORTERS}))
def test_every_importer_has_a_sample(importer: str) -> None:
    assert any(sample.expected.get("importer") == importer for sample in SAMPLES.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_in_the_folder_of_its_platform(name: str) -> None:
    sample = SAMPLES[name]
    assert sample.platform in {*PLATFORMS, MAPPED}
    if not sample.is_rejected:
        assert sample.expected["report"]["platform"] == sample.platform


@pytest.mark.parametrize("name", ACCEPTED)
def test_only_one_importer_knows_most_of_a_sample(name: str) -> None:
    sample = SAMPLES[name]
    if "importer" not in sample.expected:
        pytest.skip("an archive, or read by a mapping")
    is_named = "platform" in sample.options
    claims = [(hits, one.platform) for hits, one in claims_of(sample.data, is_named=is_named)]
    if is_named:
        claims = [claim for claim in claims if claim[1] == sample.options["platform"]]

    most = [claim for claim in claims if claim[0] == max(claims)[0]]

    assert most == [(max(claims)[0], sample.platform)]


@pytest.mark.parametrize("name", ACCEPTED)
def test_naming_the_platform_changes_nothing(name: str) -> None:
    sample = SAMPLES[name]
    if sample.platform == MAPPED:
        pytest.skip("no platform")

    named = read_sample(sample.data, {**sample.options, "platform": sample.platform})

    expected = without_rows(sample.expected.get("events", []))
    found = without_rows(named.get("events", []))
    if is_landed(sample):  # a file may contain streams of several platforms
        assert [event for event in expected if event in found] == found
        assert found or not expected
    else:
        assert found == expected


@pytest.mark.parametrize("name", ACCEPTED)
def test_pieces_and_packing_change_nothing(name: str) -> None:
    sample = SAMPLES[name]
    for piece in (7, 1_000_000):
        assert events_of(sample, sample.data, piece) == events_as_given(name), piece
    if name not in NOT_IN_ARCHIVES:
        check_spellings(name, packed(sample.data))


@pytest.mark.parametrize("name", TEXTS)
def test_another_encoding_gives_the_same_events(name: str) -> None:
    check_spellings(name, encoded(text_of(SAMPLES[name].data) or ""))


@pytest.mark.parametrize("name", TABLES)
def test_another_spelling_of_a_table_gives_the_same_events(name: str) -> None:
    sample = SAMPLES[name]
    importer = sample.expected.get("importer", "")
    never = [ways for part, ways in ONLY_AS_IS.items() if part in f"{name} {importer}"]
    if sample.expected.get("not_data"):
        never.append(("columns",))  # the label of a totals row has a fixed position
    spellings = table_of(sample).spellings()

    check_spellings(name, (one for one in spellings if not any(map(one[0].startswith, never))))


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_row_is_imported_rejected_or_without_data(name: str) -> None:
    sample = SAMPLES[name]
    reader = open_sample(sample.data, sample.options)
    outcomes = list(reader)
    summary = reader.summary()

    kinds = {kind: [o for o in outcomes if isinstance(o, kind)] for kind in (Imported, Rejected)}
    not_data = len([o for o in outcomes if isinstance(o, Skipped)])
    ids = {event["event_id"] for o in kinds[Imported] for event in o.events}
    places = [(outcome.part, outcome.row) for outcome in outcomes]
    assert sum(map(len, kinds.values())) + not_data == len(outcomes) == summary["rows"]
    assert summary["rejected"] == len(kinds[Rejected])
    assert summary["not_data"] == not_data == sum(reason["rows"] for reason in summary["no_data"])
    assert summary["events"] == len(ids)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", ACCEPTED)
def test_rejecting_all_rows_afterwards_leaves_no_results(name: str) -> None:
    sample = SAMPLES[name]
    reader = open_sample(sample.data, sample.options)
    for outcome in reader:
        if isinstance(outcome, Imported):
            reader.reject(outcome)

    summary = reader.summary()

    assert (summary["events"], summary["from"], summary["to"]) == (0, None, None)
    if not summary["not_data"]:  # rows without delivery may have claims
        assert summary["claimed_conversions"] == []
    assert summary["rows"] == summary["rejected"] + summary["not_data"]


def stored(events: list[dict[str, Any]]) -> dict[tuple[Any, Any], dict[str, Any]]:
    """Return the events after storage: a repeated identity replaces the earlier event."""
    return {(e["event_id"], e["occurred_at"]): e for e in without_rows(events)}


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_an_import_that_stops_at_any_row_and_starts_again_stores_the_same(name: str) -> None:
    sample = SAMPLES[name]
    first, second = (list(open_sample(sample.data, sample.options)) for _ in range(2))
    again = [event for o in second if isinstance(o, Imported) for event in o.events]
    whole = stored(again)
    before: list[Event] = []

    for outcome in first:
        before += outcome.events if isinstance(outcome, Imported) else ()
        assert stored(before + again) == whole
    assert first == second


def table_of(sample: Sample) -> Table:
    return Table(text_of(sample.data) or "")


def damaged(data: bytes) -> Iterator[bytes]:
    """Yield the file with one more wrong cell or value, at each place in turn."""
    text = text_of(data) or ""
    if is_table(data):
        table = Table(text)
        below = [at for at, row in enumerate(table.rows) if at > table.header and any(row)]
        for at in below:
            for column in range(len(table.rows[at])):
                row = list(table.rows[at])
                row[column] = WRONG
                yield table.with_row(at + 1, row).encode()
    elif text.lstrip().startswith("<"):
        for place in re.finditer(r">[^<>]*\d[^<>]*<", text):
            yield (text[: place.start() + 1] + WRONG + text[place.end() - 1 :]).encode()
    else:
        for change in range(_values_in(text)):
            yield _with_a_value(text, change, WRONG).encode()


PLAIN = [name for name in WITH_EVENTS if name in TABLES and table_of(SAMPLES[name]).is_plain]
RECORDS = [name for name in WITH_EVENTS if is_of_records(SAMPLES[name].data)]


@pytest.mark.parametrize("name", [*PLAIN, *RECORDS])
def test_a_damaged_row_is_rejected_with_a_reason_and_the_others_are_not(name: str) -> None:
    sample = SAMPLES[name]
    if sample.platform == MAPPED:
        pytest.skip("a mapping may read no cell that can be wrong")
    rejected = len(sample.expected.get("rejected", []))
    known = {event["event_id"] for event in sample.expected["events"]}
    for data in damaged(sample.data):
        outcome = read_sample(data, sample.options)
        found = outcome.get("rejected", [])
        events = outcome.get("events", [])
        others_stay = {event["event_id"] for event in events} <= known
        if is_table(sample.data):
            others_stay = stored(events) == stored(sample.expected["events"])
        if len(found) == rejected + 1 and others_stay:
            assert all(row["code"] and row["message"] for row in found)
            return
    pytest.fail("no damage makes a row rejected")


@pytest.mark.parametrize("name", PLAIN)
def test_an_unread_column_is_reported(name: str) -> None:
    sample = SAMPLES[name]
    table = table_of(sample)
    if "_airbyte_data" in table.rows[table.header]:
        pytest.skip("the record is one cell")
    cells = ["7"] * len(table.rows)

    outcome = read_sample(table.with_column("zorb_clicks", cells).encode(), sample.options)

    if "rejected_file" in outcome:
        assert sample.expected["importer"] in KNOWN_BY_FORM
        return
    unread = outcome["summary"]["unread_columns"]
    shown = {"zorb_clicks", f"(column {table.width + 1})"}
    (found,) = [column for column in unread if column["heading"] in shown]
    assert without_rows(outcome["events"]) == without_rows(sample.expected["events"])
    if found["metric"]:
        assert any(found["heading"] in text for text in outcome["summary"]["warnings"])


@pytest.mark.parametrize("name", RECORDS)
def test_an_unread_key_with_a_number_is_reported(name: str) -> None:
    sample = SAMPLES[name]
    if sample.expected.get("importer") in NO_FURTHER_KEYS:
        pytest.skip("it has no further keys")
    outcome = read_sample(with_a_number(sample.data), sample.options)

    unread = {
        row["heading"]: int(row["sum"])
        for row in outcome["summary"]["unread_columns"]
        if row["heading"].endswith(KEY) and row["why"] is None
    }
    imported = {(event.get("part"), event["row"]) for event in outcome["events"]}
    assert without_ids(outcome["events"]) == without_ids(sample.expected["events"])
    assert sum(unread.values()) >= NUMBER * len(imported)
    for heading in unread:
        assert any(heading in warning for warning in outcome["summary"]["warnings"])


def without_ids(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events without ids: records without an id get a digest of all their fields."""
    return [{k: v for k, v in event.items() if k != "event_id"} for event in events]


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

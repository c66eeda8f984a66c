"""Every importer keeps to one contract: nothing is lost, doubled, invented or passed over."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Set as AbstractSet
from decimal import Decimal

import pytest

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer
from chalicelib.importers.reports.report_columns import (
    Channel,
    Claimed,
    Column,
    Converted,
    Cost,
    Count,
    Key,
    LeftOut,
    Net,
    Repeats,
    When,
)
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.headings import comparable
from chalicelib.model.errors import ExportRejected
from tests.contract.importers import (
    Sheet,
    channel_cells,
    declared_reports,
    is_metric,
    languages_of,
    reports_with,
)
from tests.importers.files import read
from tests.samples import SAMPLES
from tests.samples.spellings import is_table, text_of

REPORTS = declared_reports()
NAMES = list(REPORTS)
COUNTING = [name for name in NAMES if any(map(is_metric, REPORTS[name].columns))]


def full(name: str) -> Sheet:
    return Sheet(REPORTS[name])


def test_the_reports_of_all_platforms_are_found() -> None:
    assert len(NAMES) >= 15
    assert {"google_ads", "meta_ads", "twitter", "youtube"} <= {
        r.platform for r in REPORTS.values()
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_in_comes_out_or_is_counted_as_left_out(name: str) -> None:
    sheet = full(name)
    expected = sheet.sums(Count, lambda role: role.type)
    for kind, count in sheet.sums(Net, lambda role: role.type).items():
        expected[kind] = expected.get(kind, Decimal(0)) + count
    cost = sum(sheet.sums(Cost, lambda role: "").values(), Decimal(0))
    converted = sheet.sums(Converted, lambda role: role.is_value).get(False, Decimal(0))
    zeros = ["0" if cell.replace(".", "").isdigit() else cell for cell in sheet.row(0)]
    sheet.rows += [zeros] if name in COUNTING else []

    result = sheet.read()

    assert result.counts == expected
    assert result.cost == cost
    assert result.conversions == converted
    assert result.rejected == 0
    assert result.summary["rows"] == len(sheet.rows)
    assert result.summary["events"] == len({event["event_id"] for event in result.events})


@pytest.mark.parametrize("name", reports_with(Channel))
def test_every_channel_that_a_report_declares_can_be_said_by_a_cell(name: str) -> None:
    sheet = full(name)
    at, role = next(
        (at, column.role)
        for at, column in enumerate(sheet.columns)
        if isinstance(column.role, Channel)
    )
    found = {}
    for cell in channel_cells(role):
        sheet.rows = [sheet.row(0)]
        sheet.rows[0][at] = cell
        found[cell] = {event["channel"] for event in sheet.read().events}

    assert found == {c: {role.slugs[c] if c else sheet.report.channel} for c in found}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", ["Total", "Gesamt", "Totale", ""])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_totals_row_adds_nothing(name: str, label: str, *, is_first: bool) -> None:
    sheet, with_totals = full(name), full(name)
    if not label and not sheet.names_things:
        pytest.skip("nothing but its label tells a totals row of such a report")
    with_totals.rows.insert(0 if is_first else len(with_totals.rows), with_totals.totals(label))

    plain, result = sheet.read(), with_totals.read()

    assert result.counts == plain.counts
    assert result.cost == plain.cost
    assert result.conversions == plain.conversions
    assert result.summary["claimed_conversions"] == plain.summary["claimed_conversions"]
    assert result.not_data == plain.not_data + 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_row_that_no_breakdown_splits_adds_nothing(name: str, *, is_first: bool) -> None:
    def is_no_name(column: Column) -> bool:
        role = column.role
        return not (isinstance(role, Key) and (role.names or role.sets == "account"))

    sheet = Sheet(REPORTS[name], only=is_no_name)
    with_totals = Sheet(REPORTS[name], only=is_no_name)
    if sheet.head() is None or not any(isinstance(c.role, Key) for c in sheet.columns):
        pytest.skip("the report always names what its rows are about, or splits nothing")
    for split in (Key, Key | Channel):  # a row of each channel, and a row of all
        row = [
            "" if isinstance(column.role, split) else cell
            for column, cell in zip(sheet.columns, with_totals.row(0), strict=True)
        ]
        with_totals.rows.insert(0 if is_first else len(with_totals.rows), row)

    assert with_totals.read().events == sheet.read().events


@pytest.mark.parametrize("name", COUNTING)
@pytest.mark.parametrize("kind", ["number", "date", "negative"])
def test_a_rejected_row_gives_nothing_and_claims_nothing(name: str, kind: str) -> None:
    sheet, damaged = full(name), full(name)
    read_fields = {column.field for _, column in sheet.read_columns()}

    def is_damaged(column: Column) -> bool:
        if kind == "date":
            return isinstance(column.role, When)
        is_counted = isinstance(column.role, Count) or (kind == "number" and is_metric(column))
        return is_counted and column.field in read_fields

    if kind == "negative" and not any(map(is_damaged, sheet.columns)):
        pytest.skip("all its numbers may be below zero")
    damaged.rows.append(damaged.with_cell(is_damaged, "-5" if kind == "negative" else "a lot"))

    plain, result = sheet.read(), damaged.read()

    assert result.rejected == plain.rejected + 1
    assert result.events == plain.events
    assert result.summary["claimed_conversions"] == plain.summary["claimed_conversions"]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_is_rejected_afterwards_has_no_part_in_the_summary(name: str) -> None:
    sheet, shorter = full(name), full(name)
    shorter.rows.pop()

    kept, rejected = shorter.read().summary, sheet.read(reject=len(sheet.rows)).summary

    same = ("events", "from", "to", "claimed_conversions")
    assert {key: rejected[key] for key in same} == {key: kept[key] for key in same}
    assert rejected["rejected"] == kept["rejected"] + 1


@pytest.mark.parametrize("name", reports_with(Claimed))
def test_conversions_that_are_claimed_are_summed_up_over_imported_rows(name: str) -> None:
    sheet = full(name)
    claimed = sheet.sums(Claimed, lambda role: role.is_value)
    by_field = [c for _, c in sheet.read_columns() if isinstance(c.role, Claimed)]
    if sum(not c.role.is_value for c in by_field) > 1:
        pytest.skip("several columns claim the same")

    (row,) = sheet.read().summary["claimed_conversions"]

    if claimed.get(False):
        assert Decimal(row["count"]) == claimed[False]


@pytest.mark.parametrize("name", NAMES)
def test_an_unread_column_of_numbers_is_named_and_a_warning(name: str) -> None:
    sheet = full(name)
    sheet.header.append("Zorb clicks")
    for n, row in enumerate(sheet.rows):
        row.append(str(7 + n))
    sheet.rows.append([*sheet.totals("Total"), "24"])
    sheet.rows.append([*sheet.with_cell(lambda c: isinstance(c.role, When), "soon"), "100"])
    if sheet.head() is None:
        assert _is_known_by_form_alone(sheet)
        with pytest.raises(ExportRejected):
            read(sheet.text)
        return

    summary = sheet.read().summary

    # Where rows hold people, so may a heading that nobody knows.
    shown = f"(column {len(sheet.header)})" if sheet.report.shown else "Zorb clicks"
    unread = {column["heading"]: column for column in summary["unread_columns"]}
    assert unread[shown] == {"heading": shown, "sum": "24", "why": None, "metric": True}
    assert any(shown in warning for warning in summary["warnings"])


@pytest.mark.parametrize("name", reports_with(LeftOut))
def test_a_column_that_is_left_out_says_why(name: str) -> None:
    sheet = full(name)

    unread = {row["heading"]: row["why"] for row in sheet.read().summary["unread_columns"]}

    for heading, column in zip(sheet.header, sheet.columns, strict=True):
        if isinstance(column.role, LeftOut):
            assert unread[heading] == column.role.why


@pytest.mark.parametrize("name", reports_with(Repeats))
def test_a_table_that_shows_the_same_numbers_several_times_is_rejected(name: str) -> None:
    for column in REPORTS[name].columns:
        if isinstance(column.role, Repeats):
            for heading in (h for headings in column.headings.values() for h in headings):
                sheet = full(name)
                sheet.header.append(heading)
                for n, row in enumerate(sheet.rows):
                    row.append(f"part {n}")

                with pytest.raises(ExportRejected, match=re.escape(heading)) as rejection:
                    sheet.read()

                assert rejection.value.code == "not_additive"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_table_again_restates_the_same_events(name: str) -> None:
    sheet, again = full(name), full(name)
    for row in again.rows:
        for at, column in enumerate(again.columns):
            if is_metric(column):
                row[at] = str(int(row[at]) + 5)

    before = [(e["event_id"], e["occurred_at"]) for e in sheet.read().events]
    after = [(e["event_id"], e["occurred_at"]) for e in again.read().events]

    assert before == after
    assert len(set(before)) == len(before)


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name in NAMES for language in languages_of(REPORTS[name])],
)
def test_every_language_says_what_english_says(name: str, language: str) -> None:
    report = REPORTS[name]

    def is_in_both(column: Column) -> bool:
        return bool(column.headings.get(language)) and bool(column.headings.get("en"))

    english = Sheet(report, "en", is_in_both)
    foreign = Sheet(report, language, is_in_both)
    if not english.columns or english.head() is None:
        pytest.skip("too few columns are known in this language")

    assert foreign.read().events == english.read().events


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_known_by_its_marks_alone(name: str) -> None:
    sheet = full(name)
    marks = sheet.report.all_marks
    head = sheet.head()
    assert head is not None
    assert marks.are_declared
    assert marks.count_in(head) or "has_form" in vars(type(sheet.report))

    for renamed in _renamed(sheet.header, marks.headings()):
        sheet.header = renamed
        found = sheet.head()
        if found is not None:
            assert marks.count_in(found) == bool(marks.form and marks.form(found))


TABLES = {
    name: (sample.platform, text_of(sample.data) or "")
    for name, sample in SAMPLES.items()
    if is_table(sample.data)
    and sample.expected.get("importer")
    and not sample.options.keys() & {"platform", "mapping"}
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_file_whose_marks_have_other_names_is_claimed_only_by_a_declared_form(name: str) -> None:
    platform, text = TABLES[name]
    of_marks = _marks_of(platform, text)
    if not of_marks:
        pytest.skip("known by the keys of its records, as landing files are")
    delimiter = max(",;\t", key=text.count)
    records = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))
    width = max(map(len, records))
    below = [cells for cells in records if len(cells) > width / 2]
    header = max(below, key=lambda cells: len(of_marks.intersection(map(_key, cells))))
    below = below[below.index(header) :]
    marked = {cell for cells in below for cell in cells if _key(cell) in of_marks}
    if not marked and SAMPLES[name].is_empty:
        pytest.skip("only the lines above a table, which have no headings")
    for group in [marked] if marked else [{heading} for heading in header]:
        new_names = {cell: f"Custom {at}" for at, cell in enumerate(sorted(group))}
        renamed = io.StringIO()
        csv.writer(renamed, delimiter=delimiter).writerows(
            [new_names.get(cell, cell) for cell in cells] for cells in below
        )

        claimed = _claimed(renamed.getvalue())

        assert claimed != platform or _has_declared_form(platform, renamed.getvalue())


def _has_declared_form(platform: str, text: str) -> bool:
    """Whether a table in a text has a form that an importer of the platform declares."""
    glimpse = Glimpse(Source(io.BytesIO(text.encode())))
    return any(
        find_head(glimpse, marks.vocabulary, marks.form)
        for importer in IMPORTERS
        if importer.platform == platform and importer.marks is not None
        for marks in (importer.marks, *importer.marks.also)
        if marks.form is not None and marks.vocabulary is not None
    )


def _claimed(text: str) -> str:
    """The platform by which a file is imported; none if it is rejected."""
    try:
        platform: str = read(text).summary["platform"]
    except ExportRejected:
        return ""
    return platform


def _renamed(header: list[str], marks: AbstractSet[str]) -> list[list[str]]:
    """A header whose marks have other names; if it has none, with each heading renamed in turn."""
    marked = {at for at, heading in enumerate(header) if _key(heading) in marks}
    return [
        [f"Custom {at}" if at in places else heading for at, heading in enumerate(header)]
        for places in ([marked] if marked else [{at} for at in range(len(header))])
    ]


def _is_known_by_form_alone(sheet: Sheet) -> bool:
    """Whether a report has no heading for a mark, but a form that one more column destroys."""
    marks = sheet.report.all_marks
    return marks.form is not None and not marks.headings()


def _marks_of(platform: str, text: str) -> frozenset[str]:
    """The marks of a platform; none if an importer without marks knows most of the file."""
    glimpse = Glimpse(Source(io.BytesIO(text.encode())))
    claims = [
        (claim.hits, importer.marks is None)
        for importer in IMPORTERS
        if importer.platform == platform and (claim := importer.recognise(glimpse))
    ]
    if max(claims, default=(0, False))[1]:
        return frozenset()
    marks = [one.marks for one in IMPORTERS if one.platform == platform and one.marks is not None]
    return frozenset().union(*(one.headings() for one in marks))


def _key(cell: str) -> str:
    """A heading without its currency."""
    return comparable(cell.partition(" (EUR)")[0] if "(EUR)" in cell else cell)


def test_every_importer_has_its_own_title() -> None:
    titles = Counter(importer.declaration.title for importer in IMPORTERS)
    assert [title for title, times in titles.items() if times > 1] == []


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.declaration.title)
def test_an_importer_of_tables_declares_marks(importer: Importer) -> None:
    own = [text for platform, text in TABLES.values() if platform == importer.platform]
    claims = [claim for text in own if (claim := _claim(importer, text)) and claim.headings]

    assert not claims or (importer.marks is not None and importer.marks.are_declared)


def _claim(importer: Importer, text: str) -> object:
    return importer.recognise(Glimpse(Source(io.BytesIO(text.encode()))))

"""Every look-alike that the tests can enumerate, as a file and the options of `convert`.

The families come from the samples that `samples.json` names, from the declared columns of reports,
from the landing files of pipelines and from the reports that are written in several languages. A
new file in one of these places is a new look-alike here.
"""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import When
from tests.contract.importers import Sheet, declared_reports, is_metric, languages_of
from tests.importers.language_files import CODES, Tongue
from tests.importers.pipeline_files import MAKERS, WAYS, landed
from tests.importers.test_languages import CASES
from tests.importers.workbook_files import workbook, zipped
from tests.samples import SAMPLES
from tests.samples.damage import KINDS, Mutation, mutate

PERIODS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("week",): (("2026-06-01",), ("2026-06-08",), ("2026-06-15",)),
    ("month",): (("2026-06-01",), ("2026-07-01",), ("2026-08-01",)),
    ("quarter",): (("2026-01-01",), ("2026-04-01",), ("2026-07-01",)),
    ("year",): (("2023",), ("2024",), ("2025",)),
    ("period",): (("2026-06-01,2026-06-09",), ("2026-06-10,2026-06-20",), ("2026-06-21",)),
    ("from", "to"): (
        ("2026-06-01", "2026-06-09"),
        ("2026-06-10", "2026-06-20"),
        ("2026-06-21", "2026-06-21"),
    ),
}
"""Units of the columns with dates, and three rows of them."""

FILES = {
    name: (SAMPLES[sample].platform, SAMPLES[sample].data)
    for name, sample in json.loads(Path(__file__).with_name("samples.json").read_text()).items()
}
"""The samples of which `convert` is kept: name in the golden file -> platform and content."""

READ = ("--spread", "--currency", "EUR", "--coverage")
ARCHIVE = b"PK"
"""How a workbook or archive begins. It has the time of its making in it, and so other bytes."""


@dataclass(frozen=True)
class LookAlike:
    """A file and how it is converted.

    Attributes
    ----------
    options : tuple of str
        Those of `convert`.
    is_proposed : bool
        The file is read with the mapping that ``--propose-mapping`` writes for it.
    """

    name: str
    content: bytes
    options: tuple[str, ...] = READ
    is_proposed: bool = False


def corpus() -> Iterator[LookAlike]:
    """The samples, with the options that let each of them be imported."""
    for name, (_, content) in FILES.items():
        yield LookAlike(name, content)


def corpus_without_options() -> Iterator[LookAlike]:
    """The samples without options; some are rejected because a currency is missing."""
    for name, (_, content) in FILES.items():
        yield LookAlike(name, content, ())


def corpus_mapped() -> Iterator[LookAlike]:
    """The samples, read by the mapping that is proposed for them."""
    for name, (_, content) in FILES.items():
        yield LookAlike(name, content, is_proposed=True)


def corpus_in_workbooks() -> Iterator[LookAlike]:
    """The tables among the samples as sheets of a workbook, every other one in an archive."""
    for name, (_, content) in FILES.items():
        if _is_table(content):
            text = content.decode("utf-8-sig")
            delimiter = max(",;\t", key=text.count)
            rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
            packed = workbook({"Report": rows})
            is_even = zlib.crc32(name.encode()) % 2 == 0
            yield LookAlike(name, zipped({"Report.xlsx": packed}) if is_even else packed)


def corpus_damaged() -> Iterator[LookAlike]:
    """The samples, each damaged once in every way."""
    names = sorted(FILES)
    for at, name in enumerate(names):
        content, other = FILES[name][1], FILES[names[at - 1]][1]
        for kind in dict.fromkeys(KINDS):
            is_fixed = not content.startswith(ARCHIVE) and (
                kind != "splice" or not other.startswith(ARCHIVE)
            )
            if is_fixed or kind == "member":
                damage = Mutation(kind, zlib.crc32(f"{name} {kind}".encode()))
                yield LookAlike(f"{name}: {kind}", mutate(content, [damage], other))


def declared() -> Iterator[LookAlike]:
    """A table with all columns of each declared report, in English.

    A second one has damaged rows, a row of totals, and a column that nobody knows.
    """
    for name, report in _reports():
        sheet = Sheet(report)
        yield LookAlike(name, sheet.text.encode())
        if any(map(is_metric, sheet.columns)):
            yield LookAlike(f"{name}, damaged", _with_bad_rows(sheet).encode())


def declared_in_languages() -> Iterator[LookAlike]:
    """The same good table in each language that a report declares."""
    for name, report in _reports():
        for language in languages_of(report):
            yield LookAlike(f"{name}, {language}", Sheet(report, language).text.encode())


def declared_over_periods() -> Iterator[LookAlike]:
    """The same table with rows of weeks, months, or whatever else a report may have for days."""
    for name, report in _reports():
        dated = [c for c in report.columns if isinstance(c.role, When)]
        units = {column.role.unit: column for column in reversed(dated)}
        for unit, cells in PERIODS.items():
            if units.keys() >= set(unit):
                headings = [units[one].headings["en"][0] for one in unit]
                text = _dated(Sheet(report), headings, cells)
                yield LookAlike(f"{name}, {' and '.join(unit)}", text.encode())


def _dated(sheet: Sheet, headings: list[str], cells: tuple[tuple[str, ...], ...]) -> str:
    """The table with other columns in place of its days."""
    kept = [at for at, column in enumerate(sheet.columns) if not isinstance(column.role, When)]
    sheet.header = headings + [sheet.header[at] for at in kept]
    sheet.rows = [
        [*dates, *(row[at] for at in kept)] for dates, row in zip(cells, sheet.rows, strict=True)
    ]
    return sheet.text


def _reports() -> Iterator[tuple[str, TableReport]]:
    """The declared reports with a name that does not depend on the module they are in."""
    reports = declared_reports().values()
    titles = Counter((report.platform, report.title) for report in reports)
    for report in reports:
        name = f"{report.platform}, {report.title}"
        if titles[report.platform, report.title] > 1:
            name += f", {len(report.columns)} columns"
        yield name, report


def _with_bad_rows(sheet: Sheet) -> str:
    bad = [sheet.with_cell(is_metric, "a lot"), sheet.with_cell(is_metric, "-5")]
    bad.append(sheet.with_cell(lambda column: not is_metric(column), "soon"))
    sheet.rows += [sheet.totals("Total"), *bad]
    sheet.header.append("Zorb clicks")
    for number, row in enumerate(sheet.rows):
        row.append(str(7 + number))
    return sheet.text


def landing_files() -> Iterator[LookAlike]:
    """A record of each source, in each envelope and form of a pipeline."""
    for maker, (make, _) in MAKERS.items():
        for wrapper, form in WAYS:
            text = landed(make(), wrapper=wrapper, form=form)
            yield LookAlike(f"{maker}, {wrapper}, {form}", text.encode())


def in_languages() -> Iterator[LookAlike]:
    """Reports in each language, with its numbers, dates and first wording."""
    for platform, report in CASES:
        for code in ("en", *CODES):
            name = f"{platform}, {report.__name__}, {code}"
            yield LookAlike(name, report(Tongue(platform, code)).encode())


def _is_table(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        return False
    return text[:1] not in "{[<" and not text.startswith("window.")


FAMILIES = {
    "corpus": corpus,
    "corpus without options": corpus_without_options,
    "corpus mapped": corpus_mapped,
    "corpus in workbooks": corpus_in_workbooks,
    "declared": declared,
    "declared over periods": declared_over_periods,
    "landing files": landing_files,
    "in languages": in_languages,
}
"""Family -> its look-alikes, of which everything is kept."""

BRIEFLY = {"declared in languages": declared_in_languages, "corpus damaged": corpus_damaged}
"""Family -> its look-alikes, of which a line each is kept."""

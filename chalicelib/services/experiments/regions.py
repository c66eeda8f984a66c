"""The daily counts of a geo test, from lists per region or from the rows of a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.model.errors import FieldError
from chalicelib.services.experiments.experiment_bodies import (
    MAX_DAYS,
    MAX_REGION_DAYS,
    MAX_REGIONS,
    GeoTest,
    Series,
    invalid_experiment,
)

COLUMNS = {
    "date": ("date", "day"),
    "region": ("region", "geo", "location", "market", "dma", "city"),
    "conversions": ("conversions", "response", "y"),
}
"""Accepted names of the columns of the CSV, in any case; other columns are ignored."""

_DELIMITERS = ",;\t"

_RawCounts = dict[str, list[float | None]]
"""Numbers per region and day as sent by a client; None if missing."""


@dataclass(frozen=True, slots=True)
class RegionDays:
    """Conversions per day and region."""

    first_day: dt.date
    counts: dict[str, list[float]]
    """One number per day for each region, up to the last day of the test."""
    treated: tuple[str, ...]
    test_from: int
    """Index of the first day of the test."""

    @property
    def days(self) -> int:
        """Number of days."""
        return len(next(iter(self.counts.values())))


def read_regions(body: GeoTest) -> RegionDays:
    """The counts of a geo test up to its last day; later ones are not used.

    A missing number is neither a zero nor a day to skip: the effect is a sum over the days of the
    test, and the missing day of a region would be missing from the sum.

    Raises
    ------
    InvalidFields
        If a region has no number or two numbers for a day, a treated region is unknown, the test is
        outside the days, or a limit is exceeded.
    """
    first, counts = read_series(body.series, body.csv)
    length = len(next(iter(counts.values())))
    last = first + dt.timedelta(days=length - 1)
    if not first < body.start <= body.end <= last:
        raise invalid_experiment(
            [FieldError("/from", "out_of_range", f"the numbers cover {first} to {last}")]
        )
    kept = (body.end - first).days + 1
    treated = tuple(dict.fromkeys(body.treated_regions or ()))
    if unknown := [name for name in treated if name not in counts]:
        raise invalid_experiment(
            [FieldError("/treated_regions", "unknown_value", f"there is no region {unknown[0]!r}")]
        )
    return RegionDays(
        first,
        {region: counts[region][:kept] for region in sorted(counts)},
        treated,
        (body.start - first).days,
    )


def read_series(series: Series | None, rows: str | None) -> tuple[dt.date, dict[str, list[float]]]:
    """First day and complete counts per region, from lists or from the rows of a CSV file.

    Parameters
    ----------
    series, rows
        One of them is None.

    Raises
    ------
    InvalidFields
        If a region has no number or two numbers for a day, or a limit is exceeded.
    """
    if series is not None:
        where, first, sent = "/series", series.first_day, dict(series.regions)
    else:
        assert rows is not None  # the caller checked that there is one of the two
        where = "/csv"
        first, sent = _from_rows(rows)
    _check_size(where, sent)
    return first, _complete_counts(where, first, sent)


def _complete_counts(where: str, first: dt.date, sent: _RawCounts) -> dict[str, list[float]]:
    """Return the numbers if none is missing; all lists then have the same length."""
    length = max(len(series) for series in sent.values())
    counts: dict[str, list[float]] = {}
    holes = []
    for region, series in sent.items():
        counts[region] = [number for number in series if number is not None]
        if len(counts[region]) < length:
            padded = [*series, *[None] * (length - len(series))]
            holes += [(region, day) for day, number in enumerate(padded) if number is None]
    if not holes:
        return counts
    region, offset = holes[0]
    more = f", and {len(holes) - 1} more are missing" if len(holes) > 1 else ""
    day = first + dt.timedelta(days=offset)
    raise invalid_experiment([_incomplete(where, f"{region} has no number for {day}{more}")])


def _check_size(where: str, counts: _RawCounts) -> None:
    if not counts or not all(counts.values()):
        raise invalid_experiment([FieldError(where, "too_short", "every region needs numbers")])
    days = max(len(series) for series in counts.values())
    if len(counts) > MAX_REGIONS or days > MAX_DAYS or len(counts) * days > MAX_REGION_DAYS:
        limits = f"{MAX_REGIONS} regions, {MAX_DAYS} days and {MAX_REGION_DAYS} numbers"
        raise invalid_experiment([FieldError(where, "out_of_range", f"at most {limits}")])


def _from_rows(text: str) -> tuple[dt.date, _RawCounts]:
    """First day and lists per region, from rows of date, region and conversions in any order."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    header = lines.readline()
    delimiter = max(_DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    position = {}
    for column, aliases in COLUMNS.items():
        found = [number for number, name in enumerate(names) if name in aliases]
        if len(found) != 1:
            allowed = " or ".join(aliases)
            raise invalid_experiment(
                [FieldError("/csv", "invalid_format", f"needs one column named {allowed}")]
            )
        position[column] = found[0]
    cells: dict[tuple[str, dt.date], float | None] = {}
    for line, row in _rows(lines, delimiter):
        try:
            day = dt.date.fromisoformat(row[position["date"]].strip())
            region = row[position["region"]].strip()
            cell = row[position["conversions"]].strip()
            number = float(cell) if cell else None
        except (ValueError, IndexError):
            raise invalid_experiment(
                [_bad_line(line, "a day YYYY-MM-DD, a region and a number")]
            ) from None
        if not region or (number is not None and not 0 <= number < math.inf):
            raise invalid_experiment([_bad_line(line, "a region and a number of at least 0")])
        if (region, day) in cells:
            raise invalid_experiment(
                [_incomplete("/csv", f"line {line}: {region} has two rows for {day}")]
            )
        cells[region, day] = number
        if len(cells) > MAX_REGION_DAYS:
            raise invalid_experiment(
                [FieldError("/csv", "out_of_range", f"at most {MAX_REGION_DAYS} rows")]
            )
    if not cells:
        raise invalid_experiment([FieldError("/csv", "too_short", "the file has no rows")])
    first = min(day for _, day in cells)
    days = (max(day for _, day in cells) - first).days + 1
    if days > MAX_DAYS:
        raise invalid_experiment([FieldError("/csv", "out_of_range", f"at most {MAX_DAYS} days")])
    calendar = [first + dt.timedelta(days=offset) for offset in range(days)]
    regions = dict.fromkeys(region for region, _ in cells)
    return first, {region: [cells.get((region, day)) for day in calendar] for region in regions}


def _rows(lines: io.StringIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header that are not blank, with their line numbers."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + 1, row
    except csv.Error as error:
        raise invalid_experiment(
            [_bad_line(reader.line_num + 1, f"closed quotation marks ({error})")]
        ) from None


def _incomplete(where: str, what: str) -> FieldError:
    return FieldError(where, "incomplete_series", f"{what}; send 0 for a day without conversions")


def _bad_line(line: int, needed: str) -> FieldError:
    return FieldError("/csv", "invalid_format", f"line {line}: expected {needed}")

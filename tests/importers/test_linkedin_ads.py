"""Reports of LinkedIn's Campaign Manager."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRejected
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import check_conservation

ENGLISH = (
    *("Start Date (in UTC)", "Account Name", "Currency", "Campaign ID", "Campaign Name"),
    *("Ad Set ID", "Ad Set Name", "Ad ID", "Ad Introduction Text", "Daily Budget"),
    *("Total Spent", "Impressions", "Clicks", "Average CPC", "Clicks to Landing Page"),
    *("Total Engagements", "Conversions", "Leads", "Total Conversion Value"),
)
ROW = (
    *("9/22/2026", "Brand B.V.", "EUR", "11", "Spring", "22", "Websites", "33", "Intro", "99.00"),
    *("20.00", "1,200", "4", "5.00", "4", "23", "2", "1", "30.00"),
)
LEVELS = ("Start Date (in UTC)", "Currency", "Campaign ID", "Ad ID", "Total Spent", "Impressions")
VIRAL = (*LEVELS, "Clicks", "Viral Impressions", "Viral Clicks", "Viral Reactions")


def preamble(first: str = "September 21, 2026", last: str = "September 23, 2026") -> list[str]:
    return [
        "Ad Performance Report (in UTC)",
        f"Report Start: {first}, 12:00 AM",
        f"Report End: {last}, 11:59 PM",
        f"Date Generated: {last}, 12:40 PM",
        "",
    ]


def report(
    *rows: Sequence[object],
    header: Sequence[str] = ENGLISH,
    lines: Sequence[str] | None = None,
    delimiter: str = "\t",
    padding: int = 0,
) -> str:
    above = [[line, *[""] * padding] for line in (preamble() if lines is None else lines)]
    return table(*above, header, *rows, delimiter=delimiter)


def rejection_of(content: str | bytes, **options: object) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


def sums(result: Read) -> dict[tuple[str, bool], int]:
    found: dict[tuple[str, bool], int] = {}
    for event in result.stored:
        if event["kind"] == "cost":  # the cost of a row without engagements
            continue
        key = event["type"], event["paid"]
        found[key] = found.get(key, 0) + event["count"]
    return found


def test_a_report_by_month_covers_whole_months() -> None:
    rows = [[day, *ROW[1:]] for day in ("8/20/2026", "9/1/2026", "10/1/2026")]
    content = report(*rows, lines=preamble("August 20, 2026", "October 5, 2026"))

    assert rejection_of(content).code == "aggregate_period"
    spread = read(content, spread=True)
    assert (spread.days[0], spread.days[-1]) == ("2026-08-20", "2026-10-05")
    assert spread.counts == {"impression": 3600, "click": 12}


counts = st.integers(0, 10**6)
cents = st.integers(0, 10**7).map(lambda number: Decimal(number) / 100)


@example(rows=[(dt.date(2026, 9, 2), "a", 0, 0, 0, 0, Decimal(1))], encoding="utf-8", delimiter=";")
@given(
    rows=st.lists(
        st.tuples(
            st.dates(dt.date(2026, 9, 2), dt.date(2026, 9, 30)),
            st.sampled_from("abc"),
            *[counts] * 4,
            cents,
        ),
        max_size=25,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_no_row_of_campaign_manager_is_lost_or_invented(
    rows: list[tuple[dt.date, str, int, int, int, int, Decimal]], encoding: str, delimiter: str
) -> None:
    cells = [
        (f"{d.month}/{d.day}/{d.year}", "EUR", "1", ad, f"{cost:,.2f}", f"{n:,}", *others)
        for d, ad, n, *others, cost in rows
    ]
    bad = ("9/3/2026", "EUR", "1", "a", "1.00", "many", 0, 0, 0)
    content = report(
        *cells,
        bad,
        header=VIRAL[:-1],
        lines=preamble("September 1, 2026", "September 30, 2026"),
        delimiter=delimiter,
    )

    result = read(content.encode(encoding))

    check_conservation(result, len(rows) + 1)
    assert len(result.rejected) == 1
    assert sums(result).get(("impression", True), 0) == sum(row[2] for row in rows)
    assert sums(result).get(("click", True), 0) == sum(row[3] for row in rows)
    assert sums(result).get(("impression", False), 0) == sum(row[4] for row in rows)
    assert sums(result).get(("click", False), 0) == sum(row[5] for row in rows)
    assert result.cost == sum((row[6] for row in rows), Decimal(0))

"""Microsoft Advertising: the lines above the table decide what its rows cover."""

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import Read, read, table

HEADER = (
    *("TimePeriod", "CampaignId", "CampaignName", "Impressions", "Clicks", "CurrencyCode"),
    *("Spend", "Conversions", "Revenue"),
)
FOOTER = '\n"©2026 Microsoft Corporation. All rights reserved. "\n'


def preamble(aggregation: str = "Daily", time: str = "3/1/2026,3/31/2026") -> str:
    """Return the lines above a report, as an American account writes them."""
    return (
        f'"Report Name: Campaigns"\n"Report Time: {time}"\n"Time Zone: (GMT) Dublin"\n'
        '"Last Completed Available Day: 3/31/2026 11:00:00 PM (GMT)"\n'
        f'"Report Aggregation: {aggregation}"\n"Rows: 2"\n\n'
    )


def campaign_row(day: str = "3/4/2026", clicks: object = 19, campaign: str = "71") -> list[object]:
    return [day, campaign, "Search", 640, clicks, "EUR", "11.40", 1, "40.00"]


def report(*rows: list[object], aggregation: str = "Daily", **options: object) -> Read:
    return read(preamble(aggregation) + table(HEADER, *rows) + FOOTER, **options)


def code_of(*rows: list[object], aggregation: str) -> str:
    with pytest.raises(ExportRejected) as rejection:
        report(*rows, aggregation=aggregation)
    return rejection.value.code


@pytest.mark.parametrize(
    ("aggregation", "cell", "last"),
    [
        ("Weekly", "3/8/2026", "2026-03-14"),
        ("WeeklyStartingMonday", "3/9/2026", "2026-03-15"),
        ("Monthly", "3/1/2026", "2026-03-31"),
        ("Monthly", "2026-03", "2026-03-31"),
        ("Yearly", "2026", "2026-03-31"),
    ],
)
def test_a_row_longer_than_a_day_is_rejected_or_spread(
    aggregation: str, cell: str, last: str
) -> None:
    assert code_of(campaign_row(cell), aggregation=aggregation) == "aggregate_period"

    spread = report(campaign_row(cell), aggregation=aggregation, spread=True)

    assert spread.counts == {"impression": 640, "click": 19}
    assert spread.days[-1] == last


@pytest.mark.parametrize("aggregation", ["Summary", "DayOfWeek", "HourOfDay"])
def test_rows_without_a_day_cover_the_period_of_the_report(aggregation: str) -> None:
    assert code_of(campaign_row("2"), aggregation=aggregation) == "aggregate_period"

    spread = report(campaign_row("2"), aggregation=aggregation, spread=True)

    assert (spread.days[0], spread.days[-1]) == ("2026-03-01", "2026-03-31")

"""Microsoft Advertising: what its preamble says is what a row is."""

from decimal import Decimal

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table

HEADER = (
    *("TimePeriod", "CampaignId", "CampaignName", "Impressions", "Clicks", "CurrencyCode"),
    *("Spend", "Conversions", "Revenue"),
)
FOOTER = '\n"©2026 Microsoft Corporation. All rights reserved. "\n'


def preamble(aggregation: str = "Daily", time: str = "3/1/2026,3/31/2026") -> str:
    """The lines above a report, as an American account writes them."""
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
    with pytest.raises(ExportRefused) as refusal:
        report(*rows, aggregation=aggregation)
    return refusal.value.code


def test_a_daily_report_becomes_paid_impressions_and_clicks_with_their_cost() -> None:
    result = report(campaign_row(), campaign_row("3/5/2026", 12))

    assert result.counts == {"impression": 1280, "click": 31}
    assert result.cost == Decimal("22.80")
    assert {(e["channel"], e["paid"]) for e in result.events} == {("microsoft_ads", True)}
    assert sorted(set(result.days)) == ["2026-03-04", "2026-03-05"]
    assert result.summary["claimed_conversions"] == [
        {"count": "2", "value": "80.00", "currency": "EUR"}
    ]
    assert [line.reason for line in result.not_data] == ["blank line", "the copyright line"]
    assert not result.refused


def test_a_time_above_the_table_tells_that_days_are_american() -> None:
    assert set(report(campaign_row("3/4/2026")).days) == {"2026-03-04"}


def test_without_such_a_time_a_day_that_could_be_another_is_a_question() -> None:
    header = [name.replace("TimePeriod", "Gregorian date") for name in HEADER]

    with pytest.raises(ExportRefused) as refusal:
        read(table(header, campaign_row("3/4/2026")))

    assert refusal.value.code == "undecidable_format"


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
def test_a_row_of_a_longer_period_is_refused_or_spread(
    aggregation: str, cell: str, last: str
) -> None:
    assert code_of(campaign_row(cell), aggregation=aggregation) == "aggregate_period"

    spread = report(campaign_row(cell), aggregation=aggregation, spread=True)

    assert spread.counts == {"impression": 640, "click": 19}
    assert spread.days[-1] == last


@pytest.mark.parametrize("aggregation", ["Summary", "DayOfWeek", "HourOfDay"])
def test_a_report_whose_rows_have_no_day_is_one_of_its_period(aggregation: str) -> None:
    assert code_of(campaign_row("2"), aggregation=aggregation) == "aggregate_period"

    spread = report(campaign_row("2"), aggregation=aggregation, spread=True)

    assert (spread.days[0], spread.days[-1]) == ("2026-03-01", "2026-03-31")


def test_hours_are_parts_of_their_day() -> None:
    rows = [campaign_row(f"2026-03-04|{hour:02}", clicks=hour) for hour in range(10, 13)]

    result = report(*rows, aggregation="Hourly")

    assert result.counts["click"] == 33
    assert set(result.days) == {"2026-03-04"}


@pytest.mark.parametrize("label", ["Overall total - 2 campaigns", "Total - Search", "Total"])
def test_totals_rows_add_nothing(label: str) -> None:
    total: list[object] = [label, "", "", 1280, 31, "", "22.80", 2, "80.00"]

    result = report(campaign_row(), total)

    assert result.counts == {"impression": 640, "click": 19}
    assert result.summary["claimed_conversions"][0]["count"] == "1"


def test_a_report_by_extension_cannot_be_summed() -> None:
    header = (*HEADER, "AdExtensionType")

    with pytest.raises(ExportRefused) as refusal:
        read(preamble() + table(header, [*campaign_row(), "Sitelink"]))

    assert refusal.value.code == "no_counts"
    assert "AdExtensionType" in refusal.value.detail


def test_the_headings_of_the_interface_mean_those_of_the_programming_interface() -> None:
    interface = (
        *("Gregorian date", "Campaign ID", "Campaign", "Impressions", "Clicks", "Currency code"),
        *("Spend", "Conversions", "Revenue"),
    )

    result = read(table(interface, campaign_row("2026-03-04")))

    assert result.events == report(campaign_row("2026-03-04")).events


def test_german_headings_mean_the_same() -> None:
    above = preamble().replace("Report Aggregation: Daily", "Berichtsaggregation: Täglich")
    german = (
        *("Datum", "Kampagnen-ID", "Kampagne", "Impressionen", "Klicks", "Währungscode"),
        *("Ausgaben", "Conversions", "Umsatz"),
    )
    row = ["04.03.2026", "71", "Search", "640", "19", "EUR", "11,40", "1", "40,00"]

    result = read(above + table(german, row))

    assert result.events == report(campaign_row()).events

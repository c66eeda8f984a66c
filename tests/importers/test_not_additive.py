"""Reports whose rows cannot be added up, costs in millionths, files that are refused once."""

from __future__ import annotations

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import SHOP_HEADER, google_report, read, shop_item, shop_row, table

COUNTS = ("Currency code", "Cost", "Clicks", "Impr.")
NUMBERS = ("EUR", "1.00", "10", "100")


def refusal_of(content: str, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, spread=True, **options)
    return refusal.value


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Click type", "Sitelink"),
        ("Klicktyp", "Sitelink"),
        ("Conversion action", "Purchase"),
        ("Asset type", "Sitelink"),
        ("Extension type", "Sitelink"),
        ("Audience segment", "Visitors"),
    ],
)
def test_google_reports_that_repeat_an_impression_are_refused_by_name(
    heading: str, cell: str
) -> None:
    row = [cell, "Brand", "2026-06-01", *NUMBERS]
    refusal = refusal_of(google_report(row, header=(heading, "Campaign", "Day", *COUNTS)))

    assert refusal.code == "not_additive"
    assert f"the column {heading}:" in refusal.detail


def test_asset_groups_share_the_numbers_of_their_campaign_and_add_up() -> None:
    header = ("Asset group", "Campaign", "Day", *COUNTS)
    rows = [[name, "Brand", "2026-06-01", *NUMBERS] for name in ("A", "B")]

    assert read(google_report(*rows, header=header)).counts == {"impression": 200, "click": 20}


@pytest.mark.parametrize("heading", ["Conversion device", "Post reaction type", "Karussellkarte"])
def test_metas_breakdowns_by_action_are_refused_by_name(heading: str) -> None:
    header = ("Day", "Campaign name", heading, "Impressions", "Amount spent (EUR)")

    refusal = refusal_of(table(header, ["2026-06-01", "Brand", "x", 100, 1]))

    assert refusal.code == "not_additive"


def test_linkedins_demographics_are_refused_by_name() -> None:
    header = (
        *("Start Date (in UTC)", "Campaign Name", "Job Function Segment", "Currency"),
        *("Impressions", "Clicks", "Total Spent"),
    )
    row = ["6/13/2026", "Brand", "Engineering", "EUR", 100, 1, "1.00"]

    assert refusal_of(table(header, row)).code == "not_additive"


@pytest.mark.parametrize(
    ("costs", "is_refused"),
    [
        (("3070000", "120000"), True),
        (("3070000", "0"), True),
        (("3", "12"), False),
        (("30000", "12345"), False),
        (("3.07", "120000"), False),
        (("0", "0"), False),
    ],
)
def test_costs_in_millionths_below_a_period_are_a_question(
    costs: tuple[str, ...], is_refused: bool
) -> None:
    header = ("Campaign", "Day", *COUNTS)
    content = google_report(
        *(["Brand", f"2026-06-0{n}", "EUR", cost, 1, 2] for n, cost in enumerate(costs, start=1)),
        header=header,
        title="CAMPAIGN_PERFORMANCE_REPORT (Jun 1, 2026-Jun 30, 2026)",
    )

    if is_refused:
        assert refusal_of(content).code == "undecidable_format"
    else:
        assert not read(content).refused


def test_a_cost_that_would_be_less_than_a_cent_is_not_in_millionths() -> None:
    header = ("Campaign", "Campaign type", "Day", *COUNTS)
    rows = [["Brand", "Search", "2026-06-01", "EUR", cost, 10, 2] for cost in ("25", "120000")]

    assert read(table(header, *rows)).cost == 120_025


def test_a_card_of_the_overview_by_day_is_read() -> None:
    header = ("Date", "Clicks", "Impressions", "Avg. CPC", "Cost")
    rows = [["Fri, 5 Jun 2026", 2, 30, "US$1.25", "US$2.50"]]

    result = read(table(header, *rows))

    assert result.counts == {"impression": 30, "click": 2}
    assert result.events[0]["channel"] == "google_ads"
    assert {e["cost"]["currency"] for e in result.events if "cost" in e} == {"USD"}


def test_abandoned_checkouts_are_said_so_once() -> None:
    rows = [shop_row(status="", paid_at="", name=f"#{n}") for n in range(3)]

    refusal = refusal_of(table(SHOP_HEADER, *rows, shop_item(name="#2")))

    assert "abandoned checkouts" in refusal.detail


@pytest.mark.parametrize("heading", ["Pages / Session", "Day Index", "Goal Completions"])
def test_universal_analytics_is_said_so_once(heading: str) -> None:
    content = "# 20230601-20230602\n" + table(
        ["Default Channel Grouping", heading, "Sessions", "Transactions"], ["Direct", 1, 5, 2]
    )

    refusal = refusal_of(content)

    assert refusal.code == "unknown_platform"
    assert "Universal Analytics" in refusal.detail


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_rows_that_are_quoted_as_a_whole_are_said_so_once(delimiter: str) -> None:
    inner = google_report(["Brand", "2026-06-01", *NUMBERS], header=("Campaign", "Day", *COUNTS))
    lines = inner.splitlines()[2:]
    content = "".join('"' + line.replace(",", delimiter) + '"\n' for line in lines)

    refusal = refusal_of(content)

    assert refusal.code == "unknown_platform"
    assert "each of its rows is one cell in quotation marks" in refusal.detail

"""Amazon's reports of sponsored products, brands and displays."""

from decimal import Decimal

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.workbook_files import workbook

HEADER = (
    *("Date", "Currency", "Campaign Name", "Ad Group Name", "Targeting", "Match Type"),
    *("Customer Search Term", "Impressions", "Clicks", "Spend", "7 Day Total Sales "),
    *("Total Advertising Cost of Sales (ACOS) ", "7 Day Total Orders (#)"),
)


def term_row(day: object = "2026-03-01", term: str = "blue chair") -> list[object]:
    return [day, "EUR", "Chairs", "Group", "chair", "BROAD", term, 90, 3, "1.20", "19.90", "", 1]


def test_what_amazon_claims_for_seven_days_is_no_conversion() -> None:
    result = read(table(HEADER, term_row(), term_row(term="red chair")))

    assert result.counts == {"impression": 180, "click": 6}
    assert result.cost == Decimal("2.40")
    assert {(e["channel"], e["paid"]) for e in result.events} == {("amazon_ads", True)}
    assert result.summary["claimed_conversions"] == [
        {"count": "2", "value": "39.80", "currency": "EUR"}
    ]


def test_a_workbook_and_a_text_give_the_same_events() -> None:
    rows = [HEADER, term_row()]
    rows[1][7:11] = [90, 3, 1.2, 19.9]  # type: ignore[index]

    from_workbook = read(workbook({"Sponsored Product Search Term R": rows}))

    stored = [event | {"cost": None} for event in from_workbook.events]
    assert stored == [event | {"cost": None} for event in read(table(*rows)).events]
    assert from_workbook.cost == Decimal("1.2")


@pytest.mark.parametrize("symbol", ["$", "€", "£"])
def test_sales_may_name_their_currency_by_a_symbol(symbol: str) -> None:
    header = (
        "Date",
        "Currency",
        "Campaign Name",
        "Clicks",
        "Spend",
        f"14 Day Total Sales ({symbol})",
    )

    result = read(
        table(header, ["2026-03-01", "EUR", "Chairs", 3, f"{symbol}1.20", f"{symbol}19.90"])
    )

    assert result.cost == Decimal("1.20")
    assert result.summary["claimed_conversions"][0]["value"] == "19.90"


def test_a_summary_is_refused_or_spread_over_its_days() -> None:
    header = ("Start Date", "End Date", *HEADER[1:])
    content = table(header, ["2026-03-01", "2026-03-03", *term_row()[1:]])

    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.code == "aggregate_period"
    spread = read(content, spread=True)
    assert spread.counts == {"impression": 90, "click": 3}
    assert sorted(set(spread.days)) == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_what_people_bought_after_a_click_is_refused() -> None:
    header = ("Date", "Currency", "Campaign Name", "Purchased ASIN", "14 Day Total Sales")

    with pytest.raises(ExportRefused) as refusal:
        read(table(header, ["2026-03-01", "EUR", "Chairs", "B01", "19.90"]))

    assert refusal.value.code == "no_counts"


def test_a_search_term_report_says_that_impressions_are_missing() -> None:
    notes = read(table(HEADER, term_row())).summary["notes"]

    assert any("without a click" in note for note in notes)


def test_german_headings_mean_the_same() -> None:
    header = (
        *("Datum", "Währung", "Kampagnenname", "Anzeigengruppenname", "Targeting"),
        *("Übereinstimmungstyp", "Suchbegriff des Kunden", "Impressionen", "Klicks", "Ausgaben"),
        *("7 Tage Umsatz gesamt", "7 Tage Bestellungen gesamt (#)"),
    )
    row = ["01.03.2026", "EUR", "Chairs", "Group", "chair", "BROAD", "blue chair", "90", "3"]

    german = read(table(header, [*row, "1,20", "19,90", "1"]))

    assert german.events == read(table(HEADER, term_row())).events
    assert german.summary["claimed_conversions"] == [
        {"count": "1", "value": "19.90", "currency": "EUR"}
    ]

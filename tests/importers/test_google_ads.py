"""Google Ads reports."""

from decimal import Decimal

import pytest

from tests.importers.files import google_report, read

AGGREGATE = ("Campaign", "Campaign type", "Currency code", "Impr.", "Interactions", "Cost")
JUNE_1_TO_10 = "1 June 2026 - 10 June 2026"


def test_spreading_a_report_for_a_period_does_not_change_its_sums() -> None:
    rows = [[f"C{n}", "Search", "EUR", "1,003", "7", "5.01"] for n in range(5)]

    result = read(google_report(*rows, header=AGGREGATE, period=JUNE_1_TO_10), spread=True)

    assert result.counts == {"impression": 5015, "click": 35}
    assert result.cost == Decimal("25.05")
    assert result.days == [f"2026-06-{day:02}" for day in range(1, 11)]
    assert any("estimates" in note for note in result.summary["notes"])


@pytest.mark.parametrize(
    "label",
    [
        *("Total: Other locations", "Total: Other search terms", "Gesamt: Andere Standorte"),
        *("Gesamt: Sonstige Suchbegriffe", "Total: Otras ubicaciones", "Total: Outros locais"),
        *("Total : autres lieux", "Totale: Altre località", "Totaal: Overige locaties"),
        *("Suma: Inne lokalizacje", "合計: その他の地域"),
    ],
)
def test_a_total_of_rows_that_are_not_listed_is_imported(label: str) -> None:
    header = ("Location", "Campaign", "Impr.", "Clicks", "Currency code", "Cost")
    rows = [
        ["Hull", "Brand", 100, 7, "EUR", "3.50"],
        ["Total: Locations", "", 100, 7, "EUR", "3.50"],
        [label, "", 40, 3, "EUR", "1.50"],
        ["Total: Account", "", 140, 10, "EUR", "5.00"],
    ]

    result = read(google_report(*rows, header=header, period="May 20, 2026 - May 20, 2026"))

    assert result.counts == {"impression": 140, "click": 10}
    assert result.cost == Decimal("5.00")
    assert [row.reason for row in result.not_data] == [*("totals row", "totals row")]

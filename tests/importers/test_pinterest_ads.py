"""Pinterest's reports of ads."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

HEADER = (
    *("Date", "Campaign name", "Ad group name", "Spend in account currency", "Impressions"),
    *("Reach", "Outbound clicks", "Saves", "Engagements", "Total conversions (Checkout)"),
    "Total order value (Checkout)",
)


def pin_row(**over: object) -> list[object]:
    """A row under `HEADER`."""
    row = {
        "day": "2026-06-15",
        "campaign": "Spring | 2026",
        "group": "Group | 20:56 UTC",
        "spend": "0.76",
        "impressions": 100,
        "reach": 99,
        "clicks": 2,
        "saves": 1,
        "engagements": 3,
        "conversions": 1,
        "value": "19.90",
    }
    return list((row | over).values())


def test_a_row_becomes_paid_impressions_saves_and_clicks_with_the_cost() -> None:
    result = read(table(HEADER, pin_row()), currency="EUR")

    assert result.counts == {"impression": 100, "click": 2, "save": 1}
    assert all(e["paid"] and e["channel"] == "pinterest_ads" for e in result.events)
    click = next(event for event in result.events if event["type"] == "click")
    assert click["cost"] == {"amount": "0.76", "currency": "EUR"}
    assert click["campaign_id"] == "Spring | 2026"
    assert result.summary["claimed_conversions"] == [
        {"count": "1", "value": "19.90", "currency": "EUR"}
    ]


def test_rows_of_one_day_campaign_and_ad_group_are_parts_that_all_count() -> None:
    result = read(table(HEADER, *[pin_row()] * 3), currency="EUR")

    assert result.counts == {"impression": 300, "click": 6, "save": 3}
    assert result.cost == Decimal("2.28")


def test_pin_clicks_count_only_where_there_are_no_outbound_clicks() -> None:
    with_pins = (*HEADER, "Pin clicks")

    assert read(table(with_pins, [*pin_row(), 50]), currency="EUR").counts["click"] == 2
    without = [name.replace("Outbound clicks", "Pin clicks") for name in HEADER]
    assert read(table(without, pin_row()), currency="EUR").counts["click"] == 2


def test_a_german_report_is_read_with_its_ids() -> None:
    header = (
        *("Datum", "Kampagnen-ID", "Kampagnenname", "Anzeigen-ID", "Ausgaben in Kontowährung"),
        *("Impressionen", "Pin-Klicks", "Gemerkte Pins"),
    )
    row = ["15.06.2026", "626750", "Frühling", "687201", "1.234,50", "1.200", "7", "2"]

    result = read(table(header, row, delimiter=";"), currency="EUR")

    assert result.counts == {"impression": 1200, "click": 7, "save": 2}
    assert result.cost == Decimal("1234.50")
    assert {event["campaign_id"] for event in result.events} == {"626750"}
    assert {event["content_id"] for event in result.events} == {"687201"}


@pytest.mark.parametrize(
    ("header", "options", "code"),
    [(HEADER, {}, "no_currency"), (HEADER[1:], {"currency": "EUR"}, "no_date")],
)
def test_a_report_without_currency_or_day_is_refused(
    header: tuple[str, ...], options: dict[str, str], code: str
) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(header, pin_row()[-len(header) :]), **options)

    assert refusal.value.code == code


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from("ab"),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.integers(0, 10**7),
        ),
        max_size=25,
    ),
    bad=st.integers(0, 3),
)
def test_rows_are_conserved(rows: list[tuple[int, str, int, int, int]], bad: int) -> None:
    cells = [
        pin_row(
            day=f"2026-06-{day:02}",
            campaign=name,
            impressions=shown,
            clicks=clicks,
            spend=f"{cents / 100:.2f}",
        )
        for day, name, shown, clicks, cents in rows
    ]
    cells += [pin_row(clicks="many")] * bad

    result = read(table(HEADER, *cells, []), currency="EUR")

    check_conservation(result, len(cells) + 1)
    assert totals(result, "impression", "click") == [
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
    ]
    assert result.cost == Decimal(sum(row[4] for row in rows)) / 100
    assert len(result.refused) == bad

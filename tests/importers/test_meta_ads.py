"""Meta Ads Manager reports and their traps."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers import Imported
from tests.importers.files import read, table

HEADER = (
    *("Day", "Campaign name", "Impressions", "Views", "Currency", "Amount spent (AUD)"),
    *("Clicks (all)", "Link clicks", "Purchases", "Cost per purchase"),
    *("Purchases conversion value", "Reporting starts", "Reporting ends"),
)


def row(**over: object) -> list[object]:
    """A daily campaign row under `HEADER`."""
    cells = {
        "day": "2026-06-25",
        "campaign": "Spring",
        "impressions": 4457,
        "views": 4424,
        "currency": "AUD",
        "spent": 79.62,
        "clicks": 123,
        "link_clicks": 97,
        "purchases": "",
        "cost_per_purchase": "",
        "value": "",
    } | over
    return [*cells.values(), cells["day"], cells["day"]]


def report(*rows: Sequence[object], header: Sequence[str] = HEADER, **kind: Any) -> str:
    return "\ufeff" + table(header, *rows, **kind)


RESULTS = ("Day", "Campaign name", "Impressions", "Amount spent (EUR)", "Results")


@pytest.mark.parametrize(
    ("indicator", "claimed"),
    [
        ("actions:offsite_conversion.fb_pixel_purchase", "5"),
        ("actions:app_custom_event.fb_mobile_purchase", "5"),
        ("actions:onsite_conversion.lead_grouped", "5"),
        ("Website purchases", "5"),
        ("Websites-Käufe", "5"),
        ("actions:link_click", None),
        ("actions:offsite_conversion.fb_pixel_add_to_cart", None),
        ("conversions:offsite_conversion.fb_pixel_custom.PurchaseIntent", None),
        ("„In den Einkaufswagen“ auf Website", None),
        ("reach", None),
        ("", None),
    ],
)
def test_only_results_that_are_conversions_are_claims(indicator: str, claimed: str | None) -> None:
    header = (*RESULTS, "Result indicator")

    result = read(report(["2026-06-25", "Spring", 10, "1.00", 5, indicator], header=header))

    sums = result.summary["claimed_conversions"]
    assert [claim["count"] for claim in sums] == ([claimed] if claimed else [])


PERIOD = (
    "Reporting starts",
    "Reporting ends",
    "Campaign name",
    "Impressions",
    "Amount spent (USD)",
)


def test_overlapping_periods_of_an_ad_do_not_replace_each_other_when_spread() -> None:
    rows = [
        ["2026-08-01", "2026-08-15", "Fall", "12,000", "$1,234.56"],
        ["2026-08-01", "2026-08-31", "Fall", "3,000", "$100.00"],
    ]

    result = read(report(*rows, header=PERIOD), spread=True)

    assert result.counts == {"impression": 15000}
    assert result.cost == Decimal("1334.56")
    assert result.days[0] == "2026-08-01"
    assert result.days[-1] == "2026-08-31"


names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=5)
counts = st.integers(0, 10**6)
cents = st.integers(0, 10**7).map(lambda number: Decimal(number) / 100)
day_rows = st.tuples(st.just("day"), names, st.dates(dt.date(2012, 1, 1)), counts, counts, cents)
other_rows = st.sampled_from([("totals",), ("bad",), ("blank",)])


@given(
    rows=st.lists(st.one_of(day_rows, other_rows), max_size=25),
    german=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_no_row_is_lost_or_invented(
    rows: list[tuple[Any, ...]], german: bool, encoding: str
) -> None:
    header = (
        ("Tag", "Kampagnenname", "Impressionen", "Link-Klicks", "Ausgegebener Betrag (EUR)")
        if german
        else ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
    )
    mark = "," if german else "."
    others = {"totals": ["", "", 999, 99, "9"], "bad": ["2026-06-01", "x", "many", 1, "1"]}
    cells = [
        [row[2], f"c{row[1]}", row[3], row[4], f"{row[5]:.2f}".replace(".", mark)]
        if row[0] == "day"
        else others.get(row[0], [])
        for row in rows
    ]
    good = [row for row in rows if row[0] == "day"]

    result = read(table(header, *cells, delimiter=";").encode(encoding))

    assert len(result.outcomes) == len(rows)
    assert len(result.rejected) == sum(row[0] == "bad" for row in rows)
    imported = sum(isinstance(outcome, Imported) for outcome in result.outcomes)
    assert imported == sum(any(row[3:]) for row in good)
    assert result.counts.get("impression", 0) == sum(row[3] for row in good)
    assert result.counts.get("click", 0) == sum(row[4] for row in good)
    assert result.cost == sum((row[5] for row in good), Decimal(0))


BREAKDOWNS = [
    *(("Age", "25-34"), ("Gender", "female"), ("Placement", "Feed"), ("Region", "Kent")),
    *(("Objective", "OUTCOME_SALES"), ("Anything that splits", "A part")),
]


@pytest.mark.parametrize(("heading", "part"), BREAKDOWNS)
@pytest.mark.parametrize("names", [(), ("Campaign name",)])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_row_without_a_breakdown_is_the_sum_of_the_others(
    heading: str, part: str, names: tuple[str, ...], is_first: bool
) -> None:
    header = (heading, *names, "Impressions", "Amount spent (EUR)", "Reporting starts")
    header = (*header, "Reporting ends")
    days = ["2026-03-01", "2026-03-01"]
    named = ["Spring"] * len(names)
    rows = [[part, *named, 200, "2.00", *days], [f"{part} b", *named, 100, "1.00", *days]]
    rows.insert(0 if is_first else 2, ["", *["" for _ in names], 300, "3.00", *days])

    result = read(table(header, *rows))

    assert result.counts == {"impression": 300}
    assert result.cost == Decimal("3.00")
    assert [row.reason for row in result.not_data] == ["totals row without a label"]

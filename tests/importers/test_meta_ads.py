"""Meta Ads Manager reports and their traps."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import Imported
from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.workbook_files import workbook

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


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def only(result: Read, kind: str) -> dict[str, Any]:
    [event] = [event for event in result.events if event.get("type") == kind]
    return event


def test_a_daily_row_becomes_impressions_and_link_clicks_with_the_cost() -> None:
    result = read(report(row()))

    assert result.counts == {"impression": 4457, "click": 97}
    click = only(result, "click")
    assert click["channel"] == "meta_ads"
    assert click["paid"] is True
    assert click["cost"] == {"amount": "79.62", "currency": "AUD"}
    assert click["campaign_id"] == "Spring"
    assert result.summary["platform"] == "meta_ads"
    assert result.summary["report"] == "campaign"


def test_all_clicks_are_taken_only_where_there_are_no_link_clicks() -> None:
    header = ("Day", "Campaign name", "Clicks (all)", "Amount spent (EUR)")

    result = read(report(["2026-06-25", "Spring", 123, "1.00"], header=header))

    assert result.counts == {"click": 123}
    assert "Clicks (all) are taken" in result.summary["notes"][0]


def test_views_are_taken_only_where_there_are_no_impressions_and_gross_ones_never() -> None:
    gross = "Gross impressions (includes invalid impressions from non-human traffic)"
    header = ("Day", "Campaign name", "Views", gross, "Amount spent (EUR)")

    result = read(report(["2026-06-25", "Spring", 10, 99, "1.00"], header=header))

    assert result.counts == {"impression": 10}


def test_purchases_are_claims_and_never_events() -> None:
    rows = [
        row(purchases=2, value="120.50"),
        row(day="2026-06-24", purchases="", value="7.00"),
    ]

    result = read(report(*rows))

    assert {event["kind"] for event in result.events} == {"engagement"}
    assert result.summary["claimed_conversions"] == [
        {"count": "2", "value": "127.50", "currency": "AUD"}
    ]


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
def test_results_are_claims_only_where_they_are_conversions(
    indicator: str, claimed: str | None
) -> None:
    header = (*RESULTS, "Result indicator")

    result = read(report(["2026-06-25", "Spring", 10, "1.00", 5, indicator], header=header))

    sums = result.summary["claimed_conversions"]
    assert [claim["count"] for claim in sums] == ([claimed] if claimed else [])


def test_results_without_an_indicator_are_no_claims_and_a_note_says_so() -> None:
    result = read(report(["2026-06-25", "Spring", 10, "1.00", 5], header=RESULTS))

    assert result.summary["claimed_conversions"] == []
    assert "Result indicator" in result.summary["notes"][0]


def test_results_do_not_add_to_purchases() -> None:
    header = (*RESULTS, "Result indicator", "Purchases")
    cells = ["2026-06-25", "Spring", 10, "1.00", 5, "actions:omni_purchase", 4]

    result = read(report(cells, header=header))

    assert result.summary["claimed_conversions"][0]["count"] == "4"


@pytest.mark.parametrize("day", ["2026-06-25", ""])
def test_a_row_without_names_is_the_totals(day: str) -> None:
    totals = row(campaign="", day=day, impressions=44570, spent="796.20")

    result = read(report(totals, row(), totals))

    assert result.counts["impression"] == 4457
    assert result.cost == Decimal("79.62")
    assert [outcome.reason for outcome in result.not_data] == ["totals row without a label"] * 2


def test_campaigns_of_one_name_are_told_apart_by_their_ids() -> None:
    header = ("Day", "Campaign name", "Campaign ID", "Impressions", "Amount spent (USD)")
    rows = [["2026-06-25", "Instagram Post", f"607652027983{n}", 10, "1.00"] for n in range(3)]

    result = read(report(*rows, header=header))

    assert result.counts == {"impression": 30}
    assert {event["campaign_id"] for event in result.events} == {
        "6076520279830",
        "6076520279831",
        "6076520279832",
    }


def test_rows_of_one_name_without_an_id_do_not_replace_each_other() -> None:
    header = ("Day", "Campaign name", "Impressions", "Amount spent (USD)")
    rows = [["2026-06-25", "Instagram Post", 10, "1.00"]] * 3

    assert read(report(*rows, header=header)).counts == {"impression": 30}


def test_a_breakdown_is_part_of_the_id_so_that_the_order_of_rows_says_nothing() -> None:
    header = ("Day", "Campaign name", "Age", "Placement", "Impressions", "Amount spent (EUR)")
    rows = [
        ["2026-06-25", "Spring", age, place, 10, "1.00"]
        for age in ("18-24", "25-34")
        for place in ("Feed", "Stories")
    ]

    result = read(report(*rows, header=header))
    turned = read(report(*rows[::-1], header=header))

    assert len({event["event_id"] for event in result.events}) == 4
    assert {e["event_id"] for e in turned.events} == {e["event_id"] for e in result.events}


def test_reactions_comments_shares_and_two_kinds_of_followers() -> None:
    header = (
        *("Day", "Ad name", "Post reactions", "Post comments", "Post shares", "Post saves"),
        *("Facebook likes", "Instagram follows", "Post engagement", "Amount spent (EUR)"),
    )
    cells = ["2026-06-25", "Ad", 7, 5, 3, 2, 4, 6, 99, "1.00"]

    result = read(report(cells, header=header))

    assert result.counts == {"like": 7, "comment": 5, "share": 3, "save": 2, "follow": 10}
    assert len(result.stored) == len(result.events) == 7  # with the cost


def test_of_the_kinds_of_video_views_one_is_taken() -> None:
    header = (
        *("Day", "Ad name", "ThruPlays", "3-second video plays", "10-second video views"),
        *("Video plays", "Amount spent (EUR)"),
    )

    result = read(report(["2026-06-25", "Ad", 20, 50, 30, 70, "1.00"], header=header))
    thruplays = read(report(["2026-06-25", "Ad", 20, "1"], header=(*header[:3], header[-1])))

    assert result.counts == {"view": 50}
    assert thruplays.counts == {"view": 20}


def test_a_cost_without_engagements_is_an_event_of_its_own() -> None:
    content = report(
        ["2026-10-05", "Creator; werben", "12,50"],
        header=("Tag", "Kampagnenname", "Ausgegebener Betrag (EUR)"),
        delimiter=";",
    )

    [event] = read(content).events

    assert event["kind"] == "cost"
    assert event["amount"] == {"amount": "12.50", "currency": "EUR"}
    assert event["campaign_id"] == "Creator; werben"


def test_a_german_report_is_read_as_the_english_one() -> None:
    header = (
        *("Tag", "Kampagnenname", "Alter", "Impressionen", "Link-Klicks", "Klicks (alle)"),
        *("Ausgegebener Betrag (EUR)", "Beitragsreaktionen", "Geteilte Beiträge"),
        *("„Gefällt mir“-Angaben für Seite", "3-sekündige Videoaufrufe", "Berichtsstart"),
        "Berichtsende",
    )
    cells = [
        *("25.06.2026", "Herbst", "18-24", "1.250", "12", "40", "1.234,50", "3", "NA", "2", "9"),
        *("25.06.2026", "25.06.2026"),
    ]

    result = read(report(cells, header=header, delimiter=";"))

    assert result.counts == {"impression": 1250, "click": 12, "like": 3, "follow": 2, "view": 9}
    assert result.cost == Decimal("1234.50")
    assert result.days == ["2026-06-25"]


@pytest.mark.parametrize(
    ("spent", "day", "currency"),
    [
        ("Importe gastado", "Día", "EUR"),
        ("Valor usado", "Dia", "BRL"),
        ("Montant dépensé", "Jour", "EUR"),
        ("Besteed bedrag", "Dag", "EUR"),
    ],
)
def test_what_was_spent_is_recognised_in_other_languages(
    spent: str, day: str, currency: str
) -> None:
    result = read(
        report(["2026-06-25", "4,50"], header=(day, f"{spent} ({currency})"), delimiter=";")
    )

    assert result.events[0]["amount"] == {"amount": "4.50", "currency": currency}


PERIOD = (
    "Reporting starts",
    "Reporting ends",
    "Campaign name",
    "Impressions",
    "Amount spent (USD)",
)


def test_a_row_of_several_days_is_refused_with_the_way_to_daily_rows() -> None:
    content = report(["2026-08-01", "2026-08-15", "Fall", "12,000", "$1,234.56"], header=PERIOD)

    refusal = refusal_of(content)

    assert refusal.code == "aggregate_period"
    assert "By time > Day" in refusal.detail


def test_overlapping_periods_of_one_ad_are_spread_without_replacing_each_other() -> None:
    rows = [
        ["2026-08-01", "2026-08-15", "Fall", "12,000", "$1,234.56"],
        ["2026-08-01", "2026-08-31", "Fall", "3,000", "$100.00"],
    ]

    result = read(report(*rows, header=PERIOD), spread=True)

    assert result.counts == {"impression": 15000}
    assert result.cost == Decimal("1334.56")
    assert result.days[0] == "2026-08-01"
    assert result.days[-1] == "2026-08-31"


def test_a_period_of_one_day_is_that_day_and_the_same_event_as_by_day() -> None:
    header = ("Day", *PERIOD)
    cells = ["2026-08-01", "2026-08-01", "Fall", 10, "1.00"]

    by_period = read(report(cells, header=PERIOD))
    by_day = read(report(["2026-08-01", *cells], header=header))

    assert by_period.events == by_day.events


def test_a_month_beside_the_reporting_period_does_not_widen_it() -> None:
    header = (*PERIOD, "Month")
    cells = ["2026-08-01", "2026-08-01", "Fall", 10, "1.00", "2026-08"]

    assert read(report(cells, header=header)).days == ["2026-08-01"]


def test_a_report_without_costs_is_known_by_its_period_and_by_nothing_less() -> None:
    header = ("Reporting starts", "Reporting ends", "Campaign name", "Impressions", "Link clicks")
    content = report(["2026-08-01", "2026-08-01", "Fall", 10, 1], header=header)
    others = report(["Fall", 10, 1], header=header[2:])

    assert read(content).counts == {"impression": 10, "click": 1}
    assert refusal_of(others).code == "unknown_platform"


def test_the_schedule_of_a_campaign_is_not_the_day_of_its_numbers() -> None:
    header = ("Campaign name", "Starts", "Ends", "Impressions", "Amount spent (USD)")
    content = report(["Fall", "2026-08-01", "2026-08-01", 10, "1.00"], header=header)

    assert refusal_of(content).code == "no_date"


def test_a_damaged_id_is_refused_and_the_other_rows_are_not() -> None:
    header = ("Day", "Campaign ID", "Impressions", "Amount spent (USD)")
    rows = [["2026-08-01", "1.20218E+17", 10, "1.00"], ["2026-08-01", "120218000001", 10, "1.00"]]

    result = read(report(*rows, header=header))

    assert [refused.code for refused in result.refused] == ["damaged_id"]
    assert result.counts == {"impression": 10}


def test_a_workbook_gives_the_events_of_the_text_and_the_formatted_sheet_is_left_alone() -> None:
    header = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
    cells = [dt.date(2026, 6, 25), "Herbst", 1250, 12, 10.5]
    text = table(header, ["2026-06-25", "Herbst", "1250", "12", "10.5"])
    book = workbook(
        {"Formatted Report": [header, cells, cells], "Raw Data Report": [header, cells]}
    )

    assert read(book).events == read(text).events
    assert read(workbook({"Formatted Report": [header, cells]})).events == read(text).events


def test_typed_numbers_of_a_german_workbook_keep_their_decimals() -> None:
    header = ("Tag", "Kampagnenname", "Impressionen", "Ausgegebener Betrag (EUR)")
    rows = [
        [dt.datetime(2026, 6, 25), "Herbst", 1250, 1.234],  # noqa: DTZ001 - as Excel has them
        ["2026-06-26", "Herbst", "1.250", "1.234,00"],
    ]

    result = read(workbook({"Tabelle1": [header, *rows]}))

    assert result.counts == {"impression": 2500}
    assert result.cost == Decimal("1235.234")


names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=5)
counts = st.integers(0, 10**6)
cents = st.integers(0, 10**7).map(lambda number: Decimal(number) / 100)
day_rows = st.tuples(st.just("day"), names, st.dates(dt.date(2012, 1, 1)), counts, counts, cents)
other_rows = st.sampled_from([("totals",), ("bad",), ("blank",)])


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.one_of(day_rows, other_rows), max_size=25),
    german=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_rows_are_conserved(rows: list[tuple[Any, ...]], german: bool, encoding: str) -> None:
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
    assert len(result.refused) == sum(row[0] == "bad" for row in rows)
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
def test_a_row_that_is_split_by_nothing_adds_up_the_others(
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


def test_an_unknown_part_of_a_split_is_a_part() -> None:
    header = ("Age", "Impressions", "Amount spent (EUR)", "Reporting starts", "Reporting ends")
    rows = [[age, 100, "1.00", "2026-03-01", "2026-03-01"] for age in ("18-24", "Unknown", "--")]

    assert read(table(header, *rows)).counts == {"impression": 300}

"""Google Ads reports and their traps."""

import codecs
from decimal import Decimal

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import GOOGLE_HEADER, google_report, google_row, read, table

AGGREGATE = ("Campaign", "Campaign type", "Currency code", "Impr.", "Interactions", "Cost")
TERMS = ("Search term", "Campaign", "Ad group", "Currency code", "Clicks", "Impr.", "Cost")
JUNE_1_TO_10 = "1 June 2026 - 10 June 2026"


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def test_a_daily_row_becomes_impressions_and_paid_clicks_with_the_cost() -> None:
    result = read(google_report(google_row()))

    impression, click = result.events
    assert impression["type"] == "impression"
    assert impression["count"] == 1250
    assert "cost" not in impression
    assert click == {
        "kind": "engagement",
        "event_id": click["event_id"],
        "occurred_at": "2026-06-01T00:00:00Z",
        "channel": "google_ads",
        "type": "click",
        "paid": True,
        "count": 7,
        "cost": {"amount": "12.50", "currency": "EUR"},
        "campaign_id": "Brand",
    }


def test_conversions_that_the_platform_claims_stand_in_the_summary_only() -> None:
    header = (*GOOGLE_HEADER, "Conv. value")
    rows = [
        [*google_row(conversions="2.96"), "2,416.39"],
        [*google_row(conversions="1.04", day="2026-06-02"), "3.61"],
        ["Total: Account", "", "EUR", "25.00", "14", "2,500", "4.00", "2,420.00"],
    ]

    result = read(google_report(*rows, header=header))

    assert {event["kind"] for event in result.events} == {"engagement"}
    assert result.summary["claimed_conversions"] == [
        {"count": "4.00", "value": "2420.00", "currency": "EUR"}
    ]


def test_the_same_day_in_a_later_export_restates_it_whatever_the_order_of_rows() -> None:
    rows = [google_row(campaign=name) for name in ("A", "B", "C")]
    later = [google_row(campaign=name, clicks="9") for name in ("C", "new", "A", "B")]

    ids = {event["event_id"] for event in read(google_report(*rows)).events}
    later_ids = {event["event_id"] for event in read(google_report(*later)).events}

    assert ids < later_ids
    assert len(later_ids) == 8


def test_ids_do_not_depend_on_title_or_encoding_but_on_the_account() -> None:
    plain = read(google_report(google_row())).events
    tabs = google_report(google_row(), title="My weekly numbers", delimiter="\t")
    utf_16 = codecs.BOM_UTF16_LE + tabs.encode("utf-16-le")

    assert read(utf_16).events == plain
    assert read(google_report(google_row()), account="123").events != plain


def test_totals_are_no_data_wherever_their_label_stands() -> None:
    header = ("Keyword status", "Keyword", "Match type", "Campaign", "Day", "Impr.", "Clicks")
    rows = [
        ["Enabled", '"car wash"', "Phrase match", "Cars", "2026-06-01", "100", "3"],
        ["", "", "Total: All but removed keywords", "", "", "100", "3"],
        ["", "", "Total: Account", "", "", "300", "9"],
        ["Total: Search", " --", " --", " --", " --", "100", "3"],
        ["Gesamt: Konto", "", "", "", "", "100", "3"],
    ]

    result = read(google_report(*rows, header=header))

    assert result.counts == {"impression": 100, "click": 3}
    assert len(result.not_data) == 4
    assert all("total" in outcome.reason for outcome in result.not_data)


@pytest.mark.parametrize("term", ["total wine", "total", "Total: war", "gesamt"])
def test_a_search_term_that_sounds_like_a_total_is_traffic(term: str) -> None:
    row = [term, "Brand", "Group", "EUR", "2", "20", "1.00"]

    result = read(google_report(row, header=TERMS, period="June 1, 2026"))

    assert result.counts == {"impression": 20, "click": 2}


def test_other_search_terms_are_traffic_that_no_row_shows() -> None:
    rows = [
        ["shoes", "Brand", "Group", "EUR", "2", "20", "1.00"],
        ["Total: Search terms", "", "", "EUR", "7", "70", "5.00"],
        ["Total: Other search terms", "", "", "EUR", "5", "50", "4.00"],
    ]

    result = read(google_report(*rows, header=TERMS, period="June 1, 2026"))

    assert result.counts == {"impression": 70, "click": 7}
    assert result.cost == Decimal("5.00")
    assert {event["campaign_id"] for event in result.events} == {"Brand", "(other)"}


def test_other_search_terms_of_a_daily_report_have_no_day_of_their_own() -> None:
    header = ("Day", *TERMS)
    rest = ["", "Gesamt: Andere Suchbegriffe", "", "", "EUR", "5", "50", "4.00"]
    content = google_report(rest, header=header, period=JUNE_1_TO_10)

    assert [outcome.code for outcome in read(content).refused] == ["aggregate_period"]
    assert read(content, spread=True).counts == {"impression": 50, "click": 5}


def test_a_report_of_a_period_is_refused_with_the_way_to_daily_rows() -> None:
    content = google_report(
        ["Brand", "Search", "EUR", "1,000", "10", "5.00"], header=AGGREGATE, period=JUNE_1_TO_10
    )

    refusal = refusal_of(content)

    assert refusal.code == "aggregate_period"
    assert "Segment > Time > Day" in refusal.detail


def test_a_report_of_a_period_can_be_spread_and_adds_up() -> None:
    rows = [[f"C{n}", "Search", "EUR", "1,003", "7", "5.01"] for n in range(5)]

    result = read(google_report(*rows, header=AGGREGATE, period=JUNE_1_TO_10), spread=True)

    assert result.counts == {"impression": 5015, "click": 35}
    assert result.cost == Decimal("25.05")
    assert result.days == [f"2026-06-{day:02}" for day in range(1, 11)]
    assert any("estimates" in note for note in result.summary["notes"])


def test_a_report_of_a_single_day_needs_no_column_for_it() -> None:
    row = ["Brand", "Search", "EUR", "1,000", "10", "5.00"]

    result = read(google_report(row, header=AGGREGATE, period="June 3, 2026"))

    assert result.days == ["2026-06-03"]


@pytest.mark.parametrize("spread", [True, False])
@pytest.mark.parametrize("period", ["All time", "Gesamter Zeitraum"])
def test_all_time_is_no_date_even_to_be_spread(period: str, spread: bool) -> None:
    row = ["Brand", "Search", "EUR", "1,000", "10", "5.00"]

    content = google_report(row, header=AGGREGATE, period=period)

    assert refusal_of(content, spread=spread).code == "no_date"


def test_weeks_and_months_are_refused_or_spread_inside_the_report() -> None:
    header = ("Campaign", "Week", "Currency code", "Clicks", "Cost")
    row = ["Brand", "2026-06-01", "EUR", "6", "1.00"]
    content = google_report(row, header=header, period="3 June 2026 - 5 June 2026")

    assert refusal_of(content).code == "aggregate_period"
    assert read(content, spread=True).days == ["2026-06-03", "2026-06-04", "2026-06-05"]


def test_an_overview_card_has_no_date() -> None:
    content = table(
        ["Campaign Name", "Campaign Group Name", "Campaign Status", "Cost", "Clicks", "CTR"],
        ["Brand", "", "Enabled", "€1,622.60", "902", "10.57%"],
    )

    assert refusal_of(content).code == "no_date"


def test_a_report_of_the_programming_interface_may_hold_millionths() -> None:
    header = ("Campaign ID", "Campaign", "Campaign state", "Day", "Impressions", "Clicks", "Cost")
    row = ["1837091", "Brand", "enabled", "2026-06-01", "100", "2", "12500000"]

    assert refusal_of(table(header, row)).code == "undecidable_format"
    assert read(table(header, [*row[:-1], "12.50"]), currency="EUR").cost == Decimal("12.50")


def test_the_campaigns_start_date_is_not_the_day() -> None:
    header = ("Campaign ID", "Campaign", "Campaign state", "Start date", "Clicks", "Cost")

    refusal = refusal_of(table(header, ["1", "Brand", "enabled", "2003-04-04", "2", "1.50"]))

    assert refusal.code == "no_date"


def test_interactions_are_clicks_only_without_a_column_for_clicks() -> None:
    row = ["Brand", "Search", "EUR", "1,000", "10", "5.00"]
    both = google_report([*row, "4"], header=(*AGGREGATE, "Clicks"), period="June 3, 2026")

    assert read(google_report(row, header=AGGREGATE, period="June 3, 2026")).counts["click"] == 10
    assert read(both).counts["click"] == 4


@pytest.mark.parametrize("kind", ["Video", "Demand Gen", "In-stream video"])
def test_interactions_of_video_campaigns_are_views_and_no_clicks(kind: str) -> None:
    row = ["Brand", kind, "EUR", "25,881", "20,127", "1661.67"]

    result = read(google_report(row, header=AGGREGATE, period="June 3, 2026"))

    assert result.counts == {"impression": 25881}
    assert result.events[0]["cost"] == {"amount": "1661.67", "currency": "EUR"}


def test_a_cost_without_clicks_and_impressions_is_an_event_of_its_own() -> None:
    result = read(google_report(google_row(clicks="0", impressions=" --")))

    assert [event["kind"] for event in result.events] == ["cost"]
    assert result.cost == Decimal("12.50")


def test_a_budget_is_no_cost_and_the_converted_cost_is_not_added() -> None:
    header = (*GOOGLE_HEADER, "Budget", "Cost (Converted currency)", "Account code", "Avg. CPM")
    row = [*google_row(), "5000.00", "14.10", "USD", "144.00"]

    result = read(google_report(row, header=header))

    assert result.cost == Decimal("12.50")
    assert result.counts["impression"] == 1250


def test_the_converted_cost_is_used_where_there_is_no_other() -> None:
    header = ("Campaign", "Day", "Currency code", "Converted currency code", "Clicks")
    row = ["Brand", "2026-06-01", "GBP", "EUR", "3", "14.10"]

    result = read(google_report(row, header=(*header, "Cost (Converted currency)")))

    assert result.events[0]["cost"] == {"amount": "14.10", "currency": "EUR"}


def test_german_reports_have_german_numbers_and_names() -> None:
    header = (
        *("Suchbegriff", "Keyword-Option", "Kampagne", "Anzeigengruppe", "Interaktionen"),
        *("Währungscode", "Kosten (umgerechnete Währung)", "Conversions", "Conv.-Wert"),
    )
    rows = [
        ["schuhe", "Genau", "Marke", "G", "1.234", "EUR", "1.234,56", "12,00", "2.345,67"],
        ["stiefel", " --", "Marke", "G", "3", "EUR", "0,87", "0,00", " --"],
    ]

    result = read(
        google_report(
            *rows,
            header=header,
            title="Bericht zu Suchbegriffen",
            period="3. März 2026",
            delimiter=";",
        )
    )

    assert result.counts == {"click": 1237}
    assert result.cost == Decimal("1235.43")
    assert result.days == ["2026-03-03"]
    assert result.summary["claimed_conversions"][0]["value"] == "2345.67"


def test_fifteen_ads_under_one_name_do_not_collapse() -> None:
    header = ("Ad status", "Campaign", "Ad group", "Ad type", "Day", "Clicks")
    rows = [
        ["Enabled", "Brand", "Group", "Responsive search ad", "2026-06-01", "2"] for _ in range(15)
    ]

    result = read(google_report(*rows, header=header))

    assert result.counts == {"click": 30}
    assert len({event["event_id"] for event in result.events}) == 15


def test_ads_are_known_by_their_text_so_that_their_order_does_not_matter() -> None:
    header = ("Headline 1", "Description", "Campaign", "Ad group", "Ad type", "Day", "Clicks")
    rows = [
        [f"Shoes {n}", "Cheap", "Brand", "Group", "Responsive search ad", "2026-06-01", str(n)]
        for n in range(1, 4)
    ]

    forwards = read(google_report(*rows, header=header)).events
    backwards = read(google_report(*reversed(rows), header=header)).events

    assert sorted(forwards, key=str) == sorted(backwards, key=str)


def test_a_campaign_that_was_renamed_keeps_its_ids() -> None:
    header = ("Campaign ID", *GOOGLE_HEADER)

    before = read(google_report(["77", *google_row()], header=header)).events
    after = read(google_report(["77", *google_row(campaign="New")], header=header)).events

    assert before == after
    assert before[0]["campaign_id"] == "77"


def test_a_manager_account_mixes_currencies_by_row() -> None:
    result = read(google_report(google_row(), google_row(campaign="UK", currency="GBP")))

    currencies = [event["cost"]["currency"] for event in result.events if "cost" in event]
    assert currencies == ["EUR", "GBP"]


def test_a_cost_without_a_currency_is_refused_until_it_is_named() -> None:
    header = ("Campaign", "Day", "Avg. CPC", "Clicks", "Cost")
    content = google_report(["Brand", "2026-06-01", "1.00", "2", "2.00"], header=header)

    assert refusal_of(content).code == "no_currency"
    assert read(content, currency="SEK").events[0]["cost"]["currency"] == "SEK"


@pytest.mark.parametrize(
    ("heading", "cell"), [("Cost (EUR)", "2.00"), ("Cost", "€2.00"), ("Cost", "2.00 €")]
)
def test_a_currency_in_the_heading_or_the_cell_is_used(heading: str, cell: str) -> None:
    header = ("Campaign", "Day", "Avg. CPC", "Clicks", heading)
    content = google_report(["Brand", "2026-06-01", "1.00", "2", cell], header=header)

    assert read(content, currency="SEK").events[0]["cost"] == {"amount": "2.00", "currency": "EUR"}


def test_an_unnamed_currency_further_down_costs_one_row() -> None:
    result = read(google_report(google_row(), google_row(campaign="B", currency=" --")))

    assert [outcome.code for outcome in result.refused] == ["no_currency"]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"clicks": "12,5"}, "invalid_number"),
        ({"clicks": "1.5"}, "not_whole"),
        ({"clicks": "-1"}, "negative"),
        ({"cost": "-0.10"}, "negative"),
        ({"cost": "12.345,00"}, "invalid_number"),
        ({"day": "yesterday"}, "invalid_date"),
        ({"day": " --"}, "missing_value"),
        ({"campaign": " --"}, "missing_value"),
        ({"currency": "Euro"}, "no_currency"),
    ],
)
def test_a_bad_cell_costs_its_row_and_says_why(over: dict[str, str], code: str) -> None:
    good = [google_row(campaign=f"C{n}") for n in range(3)]

    result = read(google_report(*good, google_row(**over)))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(7, code)]
    assert result.counts == {"impression": 3750, "click": 21}
    assert result.refused[0].raw


def test_a_removed_campaign_with_zeros_is_no_data() -> None:
    row = google_row(cost="0.00", clicks="0", impressions="0", conversions="0.00")

    result = read(google_report(row))

    assert [outcome.reason for outcome in result.not_data] == ["no numbers but zeros"]


def test_a_conversion_that_comes_after_the_last_click_is_claimed_and_no_event() -> None:
    result = read(google_report(google_row(cost="0.00", clicks="0", impressions="0")))

    assert [outcome.events for outcome in result.outcomes] == [()]
    assert result.summary["claimed_conversions"] == [
        {"count": "0.50", "value": "0", "currency": "EUR"}
    ]


@pytest.mark.parametrize("label", ["Total: Account", "Gesamt: Konto"])
def test_the_totals_row_of_an_account_report_claims_nothing(label: str) -> None:
    header = ("Day", "Currency code", "Cost", "Clicks", "Impr.", "Conversions")
    rows = [["2026-06-01", "EUR", "1.00", 2, 30, "5.00"], [label, "EUR", "1.00", 2, 30, "5.00"]]

    result = read(google_report(*rows, header=header))

    assert result.counts == {"click": 2, "impression": 30}
    assert [claimed["count"] for claimed in result.summary["claimed_conversions"]] == ["5.00"]


def test_a_rejected_row_claims_nothing() -> None:
    rows = [google_row(), google_row(day="soon"), google_row(clicks="many"), google_row(clicks=-1)]

    result = read(google_report(*rows))

    assert len(result.refused) == 3
    assert [claimed["count"] for claimed in result.summary["claimed_conversions"]] == ["0.50"]


@pytest.mark.parametrize(
    "label",
    [
        *("Total: Other locations", "Total: Other search terms", "Gesamt: Andere Standorte"),
        *("Gesamt: Sonstige Suchbegriffe", "Total: Otras ubicaciones", "Total: Outros locais"),
        *("Total : autres lieux", "Totale: Altre località", "Totaal: Overige locaties"),
        *("Suma: Inne lokalizacje", "合計: その他の地域"),
    ],
)
def test_traffic_that_no_other_row_shows_is_data(label: str) -> None:
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


def test_an_unquoted_comma_in_a_name_is_refused_and_shifts_nothing() -> None:
    content = google_report(google_row()) + "Brand, new,2026-06-01,EUR,12.50,7,1250,0\n"

    result = read(content)

    assert [outcome.code for outcome in result.refused] == ["wrong_cell_count"]
    assert result.counts["click"] == 7


def test_days_with_slashes_are_decided_by_the_file() -> None:
    days = google_row(day="6/1/2026"), google_row(day="6/25/2026")

    assert read(google_report(*days)).days == ["2026-06-01", "2026-06-25"]


def test_the_period_line_decides_between_day_and_month() -> None:
    content = google_report(google_row(day="3/6/2026"), period="1 June 2026 - 30 June 2026")

    assert read(content).days == ["2026-06-03"]


def test_views_of_a_video_campaign_are_views() -> None:
    header = ("Campaign", "Day", "Currency code", "Impr.", "Views", "Cost")
    row = ["Film", "2026-06-01", "EUR", "900", "300", "4.00"]

    result = read(google_report(row, header=header))

    assert result.counts == {"impression": 900, "view": 300}
    assert result.events[0]["cost"]["amount"] == "4.00"


def test_a_header_without_rows_is_an_empty_report() -> None:
    result = read(google_report())

    assert result.outcomes == []
    assert result.summary["rows"] == 0


def test_the_series_of_an_overview_card_is_a_report_of_the_account() -> None:
    content = table(
        ["Date", "Clicks", "Impressions", "Avg. CPC", "Cost"],
        ["Thu, 12 Mar 2026", 3, 90, "US$1.50", "US$4.50"],
        ["Fri, 13 Mar 2026", 2, 60, "US$1.00", "US$2.00"],
    )

    result = read(content)

    assert result.counts == {"click": 5, "impression": 150}
    assert result.cost == Decimal("6.50")
    assert result.days == ["2026-03-12", "2026-03-13"]


def test_a_spreadsheet_may_leave_empty_cells_behind_the_period() -> None:
    header = ("Campaign", "Day", "Currency code", "Cost", "Clicks", "Impr.", "Conversions")
    rows = [google_row(day="6/1/2026"), google_row(day="6/2/2026")]
    title = [["Campaign report", *[""] * 6], ["June 1, 2026 - June 20, 2026", *[""] * 6]]

    assert read(table(*title, header, *rows)).days == ["2026-06-01", "2026-06-02"]

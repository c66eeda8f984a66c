"""Reports of LinkedIn's Campaign Manager, their languages and their traps."""

import codecs
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.linkedin_files import workbook
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
DUTCH = (
    *("Begindatum (in UTC)", "Accountnaam", "Valuta", "Campagne-ID", "Advertentieset-ID"),
    *("Advertentie-ID", "Totaal besteed", "Weergaven", "Klikken", "Gemiddelde CPM"),
    "Gemiddelde kijktijd (in seconden)",
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


def utf_16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def sums(result: Read) -> dict[tuple[str, bool], int]:
    found: dict[tuple[str, bool], int] = {}
    for event in result.stored:
        if event["kind"] == "cost":  # of a row in which nothing was counted
            continue
        key = event["type"], event["paid"]
        found[key] = found.get(key, 0) + event["count"]
    return found


def test_a_daily_row_becomes_impressions_and_clicks_with_the_cost_and_nothing_else() -> None:
    result = read(utf_16(report(ROW)))

    impression, click = result.events
    assert (impression["count"], click["count"]) == (1200, 4)
    assert click == {
        "kind": "engagement",
        "event_id": click["event_id"],
        "occurred_at": "2026-09-22T00:00:00Z",
        "channel": "linkedin_ads",
        "type": "click",
        "paid": True,
        "count": 4,
        "cost": {"amount": "20.00", "currency": "EUR"},
        "campaign_id": "11",
        "content_id": "33",
    }


def test_what_linkedin_claims_for_itself_stands_in_the_summary_only() -> None:
    assert read(report(ROW)).summary["claimed_conversions"] == [
        {"count": "2", "value": "30.00", "currency": "EUR"}
    ]


def test_leads_are_claimed_where_there_are_no_conversions() -> None:
    result = read(report([*ROW[:16], "3"], header=[*ENGLISH[:16], "Leads"]))

    assert result.summary["claimed_conversions"][0]["count"] == "3"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_report_that_a_spreadsheet_has_saved_again_is_the_same_report(delimiter: str) -> None:
    again = report(ROW, delimiter=delimiter, padding=len(ENGLISH) - 1)

    assert read(again).events == read(utf_16(report(ROW))).events
    sheet = workbook(Report=[*([line] for line in preamble()), ENGLISH, ROW])
    assert read(sheet).events == read(again).events


def test_the_text_of_an_ad_may_have_lines() -> None:
    result = read(report([*ROW[:8], 'First line,\n"second"\n\nlast', *ROW[9:]], ROW))

    assert result.summary["rows"] == 2
    assert result.counts == {"impression": 2400, "click": 8}


def test_dutch_numbers_have_a_comma_though_the_averages_beside_them_have_a_point() -> None:
    lines = [
        "Rapport met advertentieprestaties (in UTC)",
        "Begindatum van rapport: 3 maart 2026 00:00",
        "Einddatum van rapport: 4 maart 2026 23:59",
        "Datum aangemaakt: 4 maart 2026 07:06",
        "",
    ]
    row = ("4-3-2026", "Brand", "EUR", "11", "22", "33", "9,36", "1.293", "1", "31,96", "6.2527773")

    result = read(utf_16(report(row, header=DUTCH, lines=lines)))

    assert result.cost == Decimal("9.36")
    assert result.counts == {"impression": 1293, "click": 1}
    assert result.days == ["2026-03-04"]


@pytest.mark.parametrize(
    ("lines", "header"),
    [
        (
            [
                "Bericht zur Anzeigenleistung (in UTC)",
                "Berichtsbeginn: 3. März 2026, 00:00",
                "Berichtsende: 4. März 2026, 23:59",
            ],
            ("Startdatum (in UTC)", "Währung", "Kampagnenname", "Gesamtausgaben", "Klicks"),
        ),
        (
            [
                "Rapport sur les performances des publicités (en UTC)",
                "Début du rapport : 3 mars 2026 à 00:00",
                "Fin du rapport : 4 mars 2026 à 23:59",
            ],
            ("Date de début (in UTC)", "Devise", "Nom de la campagne", "Total dépensé", "Clics"),
        ),
        (
            [
                "Informe de rendimiento de anuncios (en UTC)",
                "Inicio del informe: 3 de marzo de 2026, 0:00",
                "Fin del informe: 4 de marzo de 2026, 23:59",
            ],
            (
                "Fecha de inicio (in UTC)",
                "Moneda",
                "Nombre de la campaña",
                "Total gastado",
                "Clics",
            ),
        ),
    ],
)
def test_other_languages_have_the_day_before_the_month(
    lines: list[str], header: tuple[str, ...]
) -> None:
    result = read(report(("4/3/2026", "EUR", "Spring", "9,36", "2"), header=header, lines=lines))

    assert result.days == ["2026-03-04"]
    assert (result.cost, result.counts) == (Decimal("9.36"), {"click": 2})


def test_english_days_are_month_first_even_without_a_period_above() -> None:
    row = ["9/8/2026", *ROW[1:]]

    assert read(report(row, lines=[])).days == ["2026-09-08"]


def test_a_report_of_the_whole_period_has_every_row_at_its_start() -> None:
    rows = [["9/21/2026", *ROW[1:7], ad, *ROW[8:]] for ad in ("33", "34")]
    content = report(*rows)

    refusal = refusal_of(content)
    spread = read(content, spread=True)

    assert refusal.code == "aggregate_period"
    assert "Daily" in refusal.detail
    assert spread.days == ["2026-09-21", "2026-09-22", "2026-09-23"]
    assert (spread.counts, spread.cost) == ({"impression": 2400, "click": 8}, Decimal("40.00"))


def test_a_report_of_one_day_is_of_that_day() -> None:
    assert read(report(ROW, lines=preamble(*["September 22, 2026"] * 2))).days == ["2026-09-22"]


def test_a_report_by_month_is_not_one_of_the_first_days_of_months() -> None:
    rows = [[day, *ROW[1:]] for day in ("8/20/2026", "9/1/2026", "10/1/2026")]
    content = report(*rows, lines=preamble("August 20, 2026", "October 5, 2026"))

    assert refusal_of(content).code == "aggregate_period"
    spread = read(content, spread=True)
    assert (spread.days[0], spread.days[-1]) == ("2026-08-20", "2026-10-05")
    assert spread.counts == {"impression": 3600, "click": 12}


def test_two_days_in_a_row_are_days_even_where_a_month_begins() -> None:
    rows = [[day, *ROW[1:]] for day in ("8/31/2026", "9/1/2026")]
    content = report(*rows, lines=preamble("August 31, 2026", "September 1, 2026"))

    assert read(content).days == ["2026-08-31", "2026-09-01"]


def test_a_period_that_cannot_be_read_is_not_passed_over() -> None:
    lines = ["Raport (in UTC)", "Raportin alku: 3. maaliskuuta 2026", "Loppu: 9. elokuuta 2026"]

    assert refusal_of(report(ROW, lines=lines)).code == "undecidable_format"


def test_viral_numbers_are_not_paid_and_carry_no_cost() -> None:
    row = ("9/22/2026", "EUR", "11", "33", "20.00", "1200", "0", "90", "3", "2")

    result = read(report(row, header=VIRAL))

    assert sums(result) == {
        ("impression", True): 1200,
        ("impression", False): 90,
        ("click", False): 3,
        ("like", False): 2,
    }
    assert result.cost == Decimal("20.00")
    assert [e["paid"] for e in result.events if "cost" in e] == [True]
    assert len({e["event_id"] for e in result.events}) == 4
    assert any("Viral" in note for note in result.summary["notes"])


def test_viral_numbers_of_a_period_are_spread_beside_the_paid_ones() -> None:
    row = ("9/21/2026", "EUR", "11", "33", "20.00", "1200", "0", "90", "3", "2")

    result = read(report(row, header=VIRAL), spread=True)

    assert sums(result)["impression", True] == 1200
    assert sums(result)["impression", False] == 90
    assert result.cost == Decimal("20.00")
    assert not [e for e in result.events if "cost" in e and not e["paid"]]


def test_reactions_comments_shares_follows_and_views_are_counted() -> None:
    header = (*LEVELS, "Reactions", "Comments", "Shares", "Follows", "Video Views")

    result = read(report(("9/22/2026", "EUR", "1", "2", "1.00", 9, 5, 4, 3, 2, 7), header=header))

    kinds = ("impression", "like", "comment", "share", "follow", "view")
    assert [result.counts[kind] for kind in kinds] == [9, 5, 4, 3, 2, 7]


def test_an_ad_keeps_its_ids_though_its_levels_were_renamed() -> None:
    older = ("Campaign Group ID", "Campaign ID")
    newer = ("Campaign ID", "Ad Set ID")
    row = ("9/22/2026", "EUR", "1", "2", "3", "1.00", 9)

    def events_of(levels: tuple[str, str]) -> list[dict[str, object]]:
        header = (*LEVELS[:2], *levels, *LEVELS[3:])
        return read(report(row, header=header)).events

    assert events_of(older) == events_of(newer)


def test_ads_without_ids_are_told_apart_by_their_names() -> None:
    header = (
        "Start Date (in UTC)",
        "Currency",
        "Campaign Name",
        "Ad Name",
        "Total Spent",
        "Clicks",
    )
    rows = [("9/22/2026", "EUR", "Spring", f"Ad {n}", "1.00", n) for n in (1, 2, 2)]

    result = read(report(*rows, header=header))

    assert (result.counts, result.cost) == ({"click": 5}, Decimal("3.00"))


def test_a_cost_without_a_currency_is_a_question() -> None:
    header = ("Start Date (in UTC)", "Campaign Name", "Total Spent", "Clicks")
    content = report(("9/22/2026", "Spring", "1.00", 3), header=header)

    assert refusal_of(content).code == "no_currency"
    assert read(content, currency="USD").cost == Decimal("1.00")


@pytest.mark.parametrize("padding", [0, 20])
def test_a_report_of_nothing_is_read_as_nothing(padding: int) -> None:
    lines = table(*([line, *[""] * padding] for line in preamble()))

    for content in (lines.encode(), utf_16(lines)):
        result = read(content)
        assert (result.outcomes, result.summary["platform"]) == ([], "linkedin_ads")
        assert any("nothing was shown" in note for note in result.summary["notes"])


def test_a_header_in_an_unknown_language_is_not_nothing() -> None:
    content = report(("1", "2"), header=("Alkupäivä", "Näyttökerrat"))

    assert refusal_of(content).code == "unknown_platform"


counts = st.integers(0, 10**6)
cents = st.integers(0, 10**7).map(lambda number: Decimal(number) / 100)


@settings(max_examples=150, deadline=None)
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
def test_rows_of_campaign_manager_are_conserved(
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
    assert len(result.refused) == 1
    assert sums(result).get(("impression", True), 0) == sum(row[2] for row in rows)
    assert sums(result).get(("click", True), 0) == sum(row[3] for row in rows)
    assert sums(result).get(("impression", False), 0) == sum(row[4] for row in rows)
    assert sums(result).get(("click", False), 0) == sum(row[5] for row in rows)
    assert result.cost == sum((row[6] for row in rows), Decimal(0))

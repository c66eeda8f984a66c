"""Google Analytics 4: stacked reports, explorations, and that nothing in them counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import Imported, Refused, Skipped
from chalicelib.model.errors import ExportRefused
from tests.exports.files import Read, read, table
from tests.exports.workbook_files import workbook

RULE = "# ----------------------------------------"
CHANNELS = "Session primary channel group (Default Channel Group)"


def preamble(start: str = "20260601", end: str = "20260603", name: str = "Blog") -> str:
    """The lines with which a report begins."""
    lines = (RULE, "# Snapshot", "# Account: Brand", f"# Property: {name}", RULE, "# ")
    return "\r\n".join((*lines, "# All Users", f"# Start date: {start}", f"# End date: {end}", ""))


def below(*rows: Sequence[object], start: str = "20260601", end: str = "20260603") -> str:
    """A further table of a report."""
    return f"\r\n# A card\r\n# Start date: {start}\r\n# End date: {end}\r\n" + crlf(*rows)


def crlf(*rows: Sequence[object]) -> str:
    return table(*rows, end="\r\n")


def exploration(*rows: Sequence[object], days: str = "20260601-20260630") -> str:
    """An exploration: its rows begin with a row of totals that has a cell too many."""
    return f"{RULE}\r\n# Blog\r\n# Free form\r\n# {days}\r\n{RULE}\r\n\r\n{crlf(*rows)}"


def days(*counts: object, heading: str = "Views", nth: str = "Nth day") -> list[list[object]]:
    """A table by the day."""
    return [[nth, heading], *([f"{n:04}", count] for n, count in enumerate(counts))]


def refusal_of(content: str, **options: Any) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def by_channel(result: Read) -> dict[tuple[str, bool], int]:
    sums: Counter[tuple[str, bool]] = Counter()
    for event in result.stored:
        if event.get("type") == "click":
            sums[event["channel"], event["paid"]] += event["count"]
    return dict(sums)


def test_offsets_count_from_the_start_date() -> None:
    result = read(preamble() + crlf(*days(10, 0, 9)))

    assert [(e["occurred_at"], e["count"]) for e in result.events] == [
        ("2026-06-01T00:00:00Z", 10),
        ("2026-06-03T00:00:00Z", 9),
    ]
    assert {(e["channel"], e["type"], e["paid"]) for e in result.events} == {
        ("company_blog", "impression", False)
    }
    assert result.summary["platform"] == "ga4"


def test_offsets_need_no_leading_zeros_and_end_with_the_period() -> None:
    result = read(preamble() + crlf(["Nth day", "Views"], ["0", 1], ["2", 2], ["3", 4], ["x", 8]))

    assert [o.code for o in result.refused] == ["invalid_date", "invalid_date"]
    assert result.counts == {"impression": 3}


def test_the_views_of_a_day_are_counted_once_however_many_tables_show_them() -> None:
    content = (
        preamble()
        + crlf(*days(4, 5, 6, heading="Active users"))
        + below(["Page title and screen class", "Views"], ["Home", 9], ["Blog", 6])
        + below(["Event name", "Event count"], ["page_view", 15], ["scroll", 400])
        + below(*days(4, 5, 6))
        + below(*days(100, 100, 100, heading="Event count"))
    )

    result = read(content)

    assert result.counts == {"impression": 15}
    assert result.refused == []
    once_more = [o.reason for o in result.not_data if "once more" in o.reason]
    assert len(once_more) == 4
    assert any("people" in o.reason for o in result.not_data)
    assert "Nth day, Views" in " ".join(result.summary["notes"])


def test_every_line_below_the_first_header_ends_as_one_outcome() -> None:
    content = preamble() + crlf(*days(4, 5, 6)) + below([CHANNELS, "Sessions"], ["Direct", 9])

    result = read(content)

    header = content.split("\r\n").index("Nth day,Views") + 1
    assert [o.row for o in result.outcomes] == list(range(header + 1, content.count("\r\n") + 1))


def test_totals_of_the_whole_period_are_refused_with_a_way_out() -> None:
    content = preamble() + crlf(["Page path and screen class", "Views"], ["/", 9])

    refusal = refusal_of(content)

    assert refusal.code == "aggregate_period"
    assert "2026-06-01 to 2026-06-03" in refusal.detail
    assert "Free form" in refusal.detail


def test_totals_are_spread_over_the_period_if_asked_for() -> None:
    content = (
        preamble()
        + crlf(["Page path", "Views"], ["/", 9], ["/a", 2])
        + below(["Event name", "Event count"], ["page_view", 11])
        + below([CHANNELS, "Sessions"], ["Direct", 5], ["Unassigned", 2])
        + below(["Event name", "Key events"], ["purchase", 3])
    )

    result = read(content, spread=True)

    assert result.counts == {"impression": 11, "click": 7}
    assert result.days == ["2026-06-01", "2026-06-02", "2026-06-03"]
    assert [o.code for o in result.refused] == ["aggregate_period"]  # a conversion has its day


def test_sessions_of_the_period_beside_daily_views_are_refused_row_by_row() -> None:
    content = preamble() + crlf(*days(1, 2, 3)) + below([CHANNELS, "Sessions"], ["Direct", 5])

    result = read(content)

    assert result.counts == {"impression": 6}
    assert [(o.code, o.raw) for o in result.refused] == [("aggregate_period", "Direct,5")]


def test_days_come_before_totals_that_could_be_spread() -> None:
    by_event = [["Date", "Event name", "Event count"], ["20260602", "page_view", 15]]
    content = preamble() + crlf(["Page path", "Views"], ["/", 9]) + below(*by_event)

    result = read(content, spread=True)

    assert (result.counts, result.days) == ({"impression": 15}, ["2026-06-02"])


def test_a_total_of_more_than_three_years_is_never_spread() -> None:
    content = preamble("20150101", "20251231") + crlf(["Page path", "Views"], ["/", 9])

    assert refusal_of(content, spread=True).code == "aggregate_period"


@pytest.mark.parametrize(
    ("nth", "spread_over"),
    [
        ("Nth week", ["2026-06-01", "2026-06-06", "2026-06-07", "2026-06-13"]),
        ("Nth month", ["2026-06-01", "2026-06-30", "2026-07-01", "2026-07-02"]),
    ],
)
def test_weeks_and_months_are_those_of_the_calendar(nth: str, spread_over: list[str]) -> None:
    content = preamble("20260601", "20260702") + crlf(*days(600, 600, nth=nth))

    assert refusal_of(content).code == "aggregate_period"
    found = read(content, spread=True)

    assert found.counts == {"impression": 1200}
    assert set(spread_over) <= set(found.days)
    assert found.days[-1] == spread_over[-1]


def test_a_table_without_a_start_date_is_not_dated_by_a_guess() -> None:
    assert refusal_of(crlf(*days(1, 2))).code == "no_date"


def test_of_a_download_without_its_first_lines_the_dated_tables_are_read() -> None:
    content = (
        crlf(*days(1.5, 2.25, heading="Average engagement time"))
        + "\r\n"
        + crlf(*days(7, 7, heading="Transactions"))
        + below(*days(3, 4))
    )

    result = read(content)

    assert result.counts == {"impression": 7}
    assert [o.code for o in result.refused] == ["missing_value"] * 2
    assert result.days == ["2026-06-01", "2026-06-02"]


def test_users_and_cohorts_are_nothing_that_happened() -> None:
    content = (
        preamble()
        + crlf(*days(5, 6, heading="New users"))
        + below(["Nth day", "30 days", "7 days", "1 day"], ["0000", 34, 34, 13])
        + below(["Date", "Week 0", "Week 1"], ["Dec 28 - Jan 3", 42, -1])
        + below(["Event name", "Key events"])
    )

    assert refusal_of(content).code == "no_counts"


def test_the_grand_total_of_an_exploration_is_no_row() -> None:
    content = exploration(
        ["Date", "Page path and screen class", "Active users", "Views", "Views per active user"],
        ["", "", 900, 309, 1.4665, "Grand total"],
        ["20260601", "/", 90, 200, 1.5],
        ["20260602", "/blog?mail=ada@example.org", 80, 109, 1.25],
    )

    result = read(content)

    assert result.counts == {"impression": 309}
    assert [e["content_id"] for e in result.events] == ["/", "/blog"]
    assert "totals row" in [o.reason for o in result.not_data]


@pytest.mark.parametrize("total", [["Total", "", 5], ["", "", 5], ["Gesamt", "", 5]])
def test_totals_are_known_wherever_their_label_stands(total: list[object]) -> None:
    result = read(exploration(["Date", "Country", "Views"], total, ["20260601", "France", 5]))

    assert result.counts == {"impression": 5}
    assert [o.row for o in result.not_data] == [8]
    assert result.refused == []


def test_two_breakdowns_with_the_same_names_do_not_replace_each_other() -> None:
    row = ["20260601", "(not set)", 5]

    by_country = read(exploration(["Date", "Country", "Views"], row)).events
    by_device = read(exploration(["Date", "Device category", "Views"], row)).events

    assert by_country[0]["event_id"] != by_device[0]["event_id"]


def test_a_later_download_restates_a_day_whatever_its_period_and_order() -> None:
    first = read(preamble() + crlf(*days(10, 11)))
    later = read(
        f"# Property: Blog\r\n{exploration(['Date', 'Views'], ['20260602', 12], ['20260601', 10])}"
    )

    assert {e["event_id"] for e in first.events} == {e["event_id"] for e in later.events}


def test_properties_and_accounts_are_kept_apart() -> None:
    content = crlf(*days(10))
    ids = {
        read(preamble(name="Shop") + content).events[0]["event_id"],
        read(preamble(name="Blog") + content).events[0]["event_id"],
        read(exploration(["Date", "Views"], ["20260601", 1])).events[0]["event_id"],
        read(exploration(["Date", "Views"], ["20260601", 1]), account="x").events[0]["event_id"],
    }

    assert len(ids) == 4


@pytest.mark.parametrize(
    ("group", "channel", "paid"),
    [
        ("Organic Search", "organic_search", False),
        ("Paid Search", "google_ads", True),
        ("Email", "email", False),
        ("Direct", "direct", False),
        ("Referral", "referral", False),
        ("Organic Social", "organic_social", False),
        ("Paid Social", "paid_social", True),
        ("Cross-network", "google_ads", True),
        ("Unassigned", "unassigned", False),
        ("Organische Suche", "organic_search", False),
        ("Partner Ärzte", "partner_rzte", False),
        ("影响者", None, False),
    ],
)
def test_a_session_is_a_click_of_the_channel_that_brought_it(
    group: str, channel: str | None, paid: bool
) -> None:
    result = read(exploration(["Date", CHANNELS, "Sessions"], ["20260601", group, 7]))

    ((found, is_paid),) = by_channel(result)
    assert (found if channel else None, is_paid) == (channel, paid)
    assert by_channel(result)[found, is_paid] == 7


@pytest.mark.parametrize(
    ("source_medium", "channel", "paid"),
    [
        ("google / organic", "organic_search", False),
        ("google / cpc", "google_ads", True),
        ("bing / cpc", "bing_ads", True),
        ("(direct) / (none)", "direct", False),
        ("newsletter / email", "email", False),
        ("m.facebook.com / referral", "facebook", False),
        ("facebook / paid_social", "meta_ads", True),
        ("t.co / referral", "twitter", False),
        ("lnkd.in / referral", "linkedin", False),
        ("linkedin / cpc", "linkedin_ads", True),
        ("xing.com / referral", "xing", False),
        ("example.org / referral", "referral", False),
        ("(not set) / (not set)", "unassigned", False),
    ],
)
def test_source_and_medium_name_the_channel(source_medium: str, channel: str, paid: bool) -> None:
    rows = ["Date", "Session source / medium", "Sessions"], ["20260601", source_medium, 7]

    assert by_channel(read(exploration(*rows))) == {(channel, paid): 7}


def test_the_source_tells_which_network_a_group_stands_for() -> None:
    header = ["Date", CHANNELS, "Session source", "Session medium", "Sessions"]
    rows = (
        ["20260601", "Organic Social", "facebook.com", "referral", 1],
        ["20260601", "Organic Social", "ok.ru", "referral", 2],
        ["20260601", "Paid Search", "bing", "cpc", 4],
    )

    assert by_channel(read(exploration(header, *rows))) == {
        ("facebook", False): 1,
        ("organic_social", False): 2,
        ("bing_ads", True): 4,
    }


def test_sessions_that_stand_in_several_rows_are_no_clicks() -> None:
    by_event = ["Date", CHANNELS, "Event name", "Sessions"], ["20260601", "Direct", "scroll", 4]
    by_page = ["Date", CHANNELS, "Page path", "Sessions"], ["20260601", "Direct", "/", 4]
    landing = ["Date", CHANNELS, "Landing page", "Sessions"], ["20260601", "Direct", "/", 4]
    without = ["Date", "Sessions"], ["20260601", 4]

    assert [refusal_of(exploration(*rows)).code for rows in (by_event, by_page, without)] == [
        *("no_counts", "no_counts", "no_counts")
    ]
    assert read(exploration(*landing)).counts == {"click": 4}


def test_the_channel_of_a_user_s_first_visit_is_not_that_of_the_session() -> None:
    heading = "First user primary channel group (Default Channel Group)"

    assert (
        refusal_of(exploration(["Date", heading, "Sessions"], ["20260601", "Direct", 4])).code
        == "no_counts"
    )


def test_events_count_by_their_names() -> None:
    header = ["Date", "Event name", "Event count"]
    rows = [
        ["20260601", name, count]
        for name, count in (
            *(("page_view", 100), ("click", 7), ("purchase", 2), ("generate_lead", 3)),
            *(("scroll", 900), ("first_visit", 80), ("user_engagement", 50)),
        )
    ]

    result = read(exploration(header, *rows))

    assert result.counts == {"impression": 100, "click": 7}
    goals = {e["goal"]: e["count"] for e in result.events if e["kind"] == "conversion"}
    assert goals == {"purchase": 2, "lead": 3}
    assert len(result.not_data) == 3


def test_purchases_come_before_key_events_which_count_them_too() -> None:
    header = ["Date", "Views", "Key events", "Ecommerce purchases", "Purchase revenue (EUR)"]

    (view, purchase) = read(exploration(header, ["20260601", 50, 9, 2, 30.5])).events

    assert view["count"] == 50
    assert (purchase["goal"], purchase["count"]) == ("purchase", 2)
    assert purchase["value"] == {"amount": "30.5", "currency": "EUR"}


def test_key_events_without_names_are_leads() -> None:
    result = read(exploration(["Date", "Key events"], ["20260601", 4], ["20260602", 0]))

    assert [(e["goal"], e["count"]) for e in result.events] == [("lead", 4)]


def test_revenue_needs_a_currency() -> None:
    rows = ["Date", "Transactions", "Total revenue"], ["20260601", 4, 80]

    assert refusal_of(exploration(*rows)).code == "no_currency"
    assert read(exploration(*rows), currency="EUR").events[0]["value"]["amount"] == "80"


def test_revenue_below_zero_is_a_refund_beside_the_views() -> None:
    header = ["Date", "Views", "Transactions", "Total revenue"]

    events = read(exploration(header, ["20260601", 9, 0, -12.5]), currency="EUR").events

    assert [(e["kind"], e.get("refund"), e.get("value", {}).get("amount")) for e in events] == [
        ("engagement", None, None),
        ("conversion", True, "12.5"),
    ]


def test_money_whose_purchases_nobody_counts_is_refused() -> None:
    content = preamble() + crlf(*days(1, 2, 3)) + below(*days(0, 9.5, 0, heading="Total revenue"))

    result = read(content, currency="EUR")

    assert [o.code for o in result.refused] == ["value_without_order"]
    assert result.counts == {"impression": 6}


def test_german_headings_and_a_spreadsheet_s_semicolons_are_understood() -> None:
    content = (
        "# Konto: Marke\n# Property: Blog\n# Startdatum: 20260601\n# Enddatum: 20260630\n\n"
        "Datum;Standard-Channelgruppe der Sitzung;Sitzungen;Aufrufe;E-Commerce-Käufe;Gesamtumsatz\n"
        "20260601;Organic Search;7;1.200;1;1.234,50\n20260602;Direkt;3;12;0;0\n"
    )

    result = read(content, currency="EUR")

    assert result.counts == {"click": 10, "impression": 1212}
    assert by_channel(result) == {("organic_search", False): 7, ("direct", False): 3}
    assert [e["value"]["amount"] for e in result.events if "value" in e] == ["1234.50"]


def test_german_offsets_are_understood() -> None:
    assert read(preamble() + crlf(*days(3, 4, heading="Aufrufe", nth="N-ter Tag"))).counts == {
        "impression": 7
    }


def test_lines_that_a_spreadsheet_filled_up_with_empty_cells_are_understood() -> None:
    content = preamble().replace("\r\n", ",,\r\n") + "Nth day,Views,\r\n0000,7,\r\n"

    assert read(content).counts == {"impression": 7}


def test_people_are_in_no_id_and_no_refusal() -> None:
    header = ["Date", "Effective user ID", "Page path", "Views"]
    rows = ["20260601", "ada", "/", 1], ["20260601", "bob", "/", 2], ["20260601", "eve", "/", "x"]

    result = read(exploration(header, *rows))

    assert result.counts == {"impression": 3}
    assert "eve" not in result.refused[0].raw
    assert [e["event_id"] for e in result.events] == [
        result.events[0]["event_id"],
        result.events[0]["event_id"] + ":1",
    ]


def test_hours_of_a_day_are_kept_apart() -> None:
    rows = ["2026060109", 1], ["2026060110", 2]

    header = ["Date + hour (YYYYMMDDHH)", "Views"]
    result = read(exploration(header, *rows))
    turned = read(exploration(header, *reversed(rows)))

    assert (result.counts, result.days) == ({"impression": 3}, ["2026-06-01"])
    assert {e["event_id"]: e["count"] for e in result.events} == {
        e["event_id"]: e["count"] for e in turned.events
    }


def test_people_who_are_in_several_audiences_are_not_counted_in_each() -> None:
    header = ["Date", "Audience name", "Views"]

    assert refusal_of(exploration(header, ["20260601", "All Users", 9])).code == "no_counts"


def test_bad_rows_are_refused_in_their_place() -> None:
    header = ["Date", "Country", "Views"]
    rows = (
        ["20260631", "FR", 1],
        ["20260601", "FR", -1],
        ["20260601", "FR", 1.5],
        ["20260601", "FR"],
        ["", "FR", 1],
        ["20260601", "FR", 1, "x"],
    )

    result = read(exploration(header, *rows))

    assert [o.code for o in result.refused] == [
        *("invalid_date", "negative", "not_whole"),
        *("wrong_cell_count", "missing_value", "wrong_cell_count"),
    ]
    assert [o.row for o in result.refused] == list(range(8, 14))


def test_a_table_behind_the_part_that_was_looked_at_is_read_if_nothing_else_told() -> None:
    filler = [["Country", "Active users"], *([f"C{n}", 1] for n in range(150_000))]
    content = preamble() + crlf(*days(5)) + below(*filler) + below(*days(9, heading="Purchases"))
    content += below(*days(7))

    result = read(content)

    assert result.counts == {"impression": 5}
    assert [e["count"] for e in result.events if e["kind"] == "conversion"] == [9]


names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=8)
numbers = st.integers(0, 10**6)


@settings(max_examples=150, deadline=None)
@given(
    views=st.lists(numbers, min_size=1, max_size=9),
    sessions=st.lists(st.tuples(st.integers(1, 30), names, numbers), max_size=12),
    titles=st.lists(st.tuples(names, numbers), max_size=8),
    bad=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_rows_of_stacked_tables_are_conserved(
    views: list[int],
    sessions: list[tuple[int, str, int]],
    titles: list[tuple[str, int]],
    bad: int,
    encoding: str,
) -> None:
    by_group = [[f"202606{day:02}", group, count] for day, group, count in sessions]
    content = (
        preamble(end="20260630")
        + crlf(*days(*views), *(["0000", "many"] for _ in range(bad)))
        + below(["Page title and screen class", "Views"], *map(list, titles), end="20260630")
        + below(["Date", CHANNELS, "Sessions"], *by_group, end="20260630")
    )

    result = read(content.encode(encoding))

    assert [o.row for o in result.outcomes] == list(range(11, content.count("\r\n") + 1))
    kinds = Counter(map(type, result.outcomes))
    assert kinds[Imported] + kinds[Refused] + kinds[Skipped] == len(result.outcomes)
    assert kinds[Refused] == bad
    assert result.counts.get("impression", 0) == sum(views)
    assert result.counts.get("click", 0) == sum(count for _, _, count in sessions)
    assert len(result.stored) == len(result.events)


@pytest.mark.parametrize(
    ("heading", "whole"),
    [("Segment", "All Users"), ("Comparison", "All Users"), ("Vergleich", "Alle Nutzer")],
)
def test_of_groups_that_overlap_the_one_with_everybody_is_read(heading: str, whole: str) -> None:
    rows = [[heading, "Date", "Views"], [whole, "20260601", 30], ["Mobile", "20260601", 9]]

    result = read(exploration(*rows))

    assert result.counts == {"impression": 30}
    assert [line.reason for line in result.not_data] == [
        "another segment, comparison or date range"
    ]


def test_the_group_with_everybody_restates_a_report_without_groups() -> None:
    alone = read(exploration(["Date", "Views"], ["20260601", 30]))
    rows = [["Segment", "Date", "Views"], ["Mobile", "20260601", 9], ["All users", "20260601", 31]]

    again = read(exploration(*rows))

    assert [e["event_id"] for e in again.events] == [e["event_id"] for e in alone.events]


@pytest.mark.parametrize(
    ("heading", "groups"),
    [
        ("Segment", ("Mobile", "Tablet")),
        ("Date range", ("Jun 1 - Jun 30, 2026", "May 1 - May 31, 2026")),
        ("Porównanie", ("Telefony", "Tablety")),
    ],
)
def test_groups_that_overlap_are_refused_by_name(heading: str, groups: tuple[str, str]) -> None:
    rows = [[heading, "Date", "Views"], *([group, "20260601", 9] for group in groups)]

    refusal = refusal_of(exploration(*rows))

    assert refusal.code == "not_additive"
    assert heading in str(refusal)


CHANNELS_BY_LANGUAGE = (
    ("Session default channel group", "Sessions", "Organic Search"),
    ("Standard-Channelgruppe der Sitzung", "Sitzungen", "Organische Suche"),
    ("Grupo de canales predeterminado de la sesión", "Sesiones", "Búsqueda orgánica"),
    ("Grupo de canais padrão da sessão", "Sessões", "Pesquisa orgânica"),
    ("Groupe de canaux par défaut de la session", "Sessions", "Recherche naturelle"),
    ("Gruppo di canali predefinito della sessione", "Sessioni", "Ricerca organica"),
    ("Standaardkanaalgroep van sessie", "Sessies", "Organisch zoeken"),
    ("Domyślna grupa kanałów sesji", "Sesje", "Bezpłatne wyniki wyszukiwania"),
    ("セッションのデフォルト チャネル グループ", "セッション", "オーガニック検索"),
)


@pytest.mark.parametrize(("group", "sessions", "name"), CHANNELS_BY_LANGUAGE[1:])
def test_a_report_in_another_language_restates_the_same_events(
    group: str, sessions: str, name: str
) -> None:
    (english, count, organic), lines = CHANNELS_BY_LANGUAGE[0], preamble("20260601", "20260601")

    first = read(lines + crlf([english, count], [organic, 12]))
    second = read(lines + crlf([group, sessions], [name, 12]))

    assert first.events == second.events


def test_paid_search_and_cross_network_stay_two_groups_of_one_channel() -> None:
    rows = [[CHANNELS, "Sessions"], ["Paid Search", 5], ["Cross-network", 7]]

    result = read(preamble("20260601", "20260601") + crlf(*rows))

    assert len({e["event_id"] for e in result.events}) == 2
    assert by_channel(result) == {("google_ads", True): 12}


@pytest.mark.parametrize(
    "headings",
    [
        ["Page", "Pageviews", "Unique Pageviews"],
        ["Seite", "Seitenaufrufe", "Einzelne Seitenaufrufe"],
        ["Página", "Vistas de página", "Páginas vistas únicas"],
        ["Página", "Visualizações de página", "Visualizações de página únicas"],
        ["Page", "Vues", "Consultations uniques"],
        ["Pagina", "Visualizzazioni di pagina", "Visualizzazioni di pagina uniche"],
        ["Pagina", "Paginaweergaven", "Unieke paginaweergaven"],
        ["Strona", "Odsłony", "Niepowtarzalne odsłony"],
        ["ページ", "ページビュー数", "ページ別訪問数"],
        ["Groupe de canaux par défaut", "Sessions", "Pages/session"],
    ],
)
def test_universal_analytics_is_refused_once_in_every_language(headings: list[str]) -> None:
    for spread in (False, True):
        refusal = refusal_of(exploration(headings, ["/", 20, 18], ["/a", 9, 8]), spread=spread)

        assert refusal.code == "unknown_platform"
        assert "Universal Analytics" in str(refusal)


def test_a_report_that_was_saved_as_a_workbook_is_read_as_its_text_is() -> None:
    rows = [line.split(",") for line in preamble("20260601", "20260601").splitlines()]
    rows += [["Page path and screen class", "Views"], ["/", 1234], [], ["Total", 1234]]
    text = read("".join(",".join(map(str, row)) + "\n" for row in rows))

    book = read(workbook({"Notes": [["by hand"]], "Report": rows}))

    assert book.events == text.events
    assert book.counts == {"impression": 1234}
    assert [one["name"] for one in book.summary["skipped"]] == ["Notes"]


def test_downloads_of_several_days_or_properties_that_were_pasted_together_are_all_read() -> None:
    pages = crlf(["Page path", "Views"], ["/", 9]) + "\r\n"
    one, next_day = preamble("20260601", "20260601"), preamble("20260602", "20260602")
    other = preamble("20260601", "20260601", name="Shop")

    result = read(one + pages + next_day + pages + other + pages + one + pages)

    assert result.counts == {"impression": 27}
    assert result.days == ["2026-06-01", "2026-06-02"]
    assert len({event["event_id"].rsplit(":", 2)[0] for event in result.events}) == 2


def test_more_downloads_than_can_be_told_apart_are_named() -> None:
    pages = crlf(["Page path", "Views"], ["/", 9]) + "\r\n"
    names = [preamble("20260601", "20260601", name=f"Site {n}") for n in range(102)]

    result = read("".join(name + pages for name in names))

    assert result.counts == {"impression": 900}
    assert len(result.summary["skipped"]) == 2

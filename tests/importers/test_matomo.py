"""Matomo: only rows that name their days are read, one kind of number each, and no people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table

RAW = ("date", "nb_uniq_visitors", "nb_visits", "nb_actions", "bounce_rate")
LOG = (
    *("idSite", "idVisit", "visitIp", "visitorId", "goalConversions", "siteCurrency"),
    *("firstActionTimestamp", "lastActionTimestamp", "lastActionDateTime", "visitorType", "city"),
    *("totalEcommerceConversions", "totalEcommerceRevenue"),
)


def matomo(*rows: Sequence[object]) -> bytes:
    """A table as Matomo delivers it: UTF-16 with a byte order mark, no line end at the end."""
    return table(*rows).rstrip("\n").encode("utf-16")


def visit(**over: object) -> list[object]:
    """A row of the log of visits."""
    row = dict.fromkeys(LOG, "") | {
        "idSite": 1,
        "idVisit": 17,
        "visitIp": "198.51.100.7",
        "visitorId": "14db763aafccd039",
        "goalConversions": 0,
        "siteCurrency": "EUR",
        "firstActionTimestamp": 1780300800,
        "lastActionTimestamp": 1780301800,
        "lastActionDateTime": "2026-06-01 10:16:40",
        "visitorType": "new",
        "city": "Ulm",
    }
    return list((row | over).values())


def refusal_of(content: str | bytes, **options: Any) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def conversions(result: Read) -> list[tuple[str, int, str | None]]:
    return [
        (e["goal"], e["count"], e.get("value", {}).get("amount"))
        for e in result.events
        if e["kind"] == "conversion"
    ]


@pytest.mark.parametrize(
    "header",
    [
        RAW,
        ("Date", "Unique visitors", "Visits", "Actions", "Bounce Rate"),
        ("Datum", "Eindeutige Besucher", "Besuche", "Aktionen", "Absprungrate"),
    ],
)
def test_visits_by_day_are_impressions_of_the_blog(header: Sequence[str]) -> None:
    rows = ["2026-06-01", 8, 10, 31, "50\u00a0%"], ["2026-06-02", 9, 12, 40, "66,67\u00a0%"]

    result = read(matomo(header, *rows))

    assert [(e["occurred_at"][:10], e["channel"], e["count"]) for e in result.events] == [
        ("2026-06-01", "company_blog", 10),
        ("2026-06-02", "company_blog", 12),
    ]
    assert (result.summary["platform"], result.encoding) == ("matomo", "utf-16-le")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_report_without_a_date_is_refused_and_not_dated_today(delimiter: str) -> None:
    content = table(RAW[1:], [8, 10, 31, "50%"], delimiter=delimiter)

    assert refusal_of(content.encode("utf-16")).code == "no_date"


def test_page_views_are_counted_and_the_visits_they_belong_to_are_not() -> None:
    header = "date", "label", "nb_visits", "nb_hits", "bounce_rate", "nb_pageviews"

    assert read(matomo(header, ["2026-06-01", "/", 4, 6, "0%", 5])).counts == {"impression": 5}
    assert read(matomo(header[:-1], ["2026-06-01", "/", 4, 6, "0%"])).counts == {"impression": 6}


def test_contents_have_impressions_and_clicks_and_their_sums_do_not_count_twice() -> None:
    header = (
        *("Datum", "Bezeichnung", "Eindeutige Besucher", "Besuche", "Impressionen"),
        *("Inhaltsinteraktionen", "Interaktionsrate", "Metadaten: is_aggregate"),
    )
    rows = (
        ["2026-06-01", "Banner", 9, 9, 10, 3, "30 %", 1],
        ["2026-06-01", "Banner - a.jpg", 5, 5, 6, 1, "17 %", 0],
        ["2026-06-01", "Banner - b.jpg", 4, 4, 4, 2, "50 %", 0],
    )

    result = read(matomo(header, *rows))

    assert result.counts == {"impression": 10, "click": 3}
    assert [o.reason for o in result.not_data] == ["totals row: it adds up rows of its own"]


def test_rows_that_all_add_up_others_are_the_first_level_alone() -> None:
    header = "date", "label", "nb_visits", "nb_hits", "metadata_is_aggregate"

    assert read(matomo(header, ["2026-06-01", "blog", 1, 2, 1])).counts == {"impression": 2}


def test_the_label_may_be_the_day() -> None:
    header = "label", "nb_uniq_visitors", "nb_visits", "nb_actions"

    assert read(matomo(header, ["2026-06-01", 1, 2, 3], ["2026-06-02", 1, 2, 3])).days == [
        "2026-06-01",
        "2026-06-02",
    ]
    assert refusal_of(matomo(header, ["France", 1, 2, 3])).code == "no_date"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("From 2026-06-01 to 2026-06-07", "2026-06-01", "2026-06-07"),
        ("Von 2026-06-01 bis 2026-06-07", "2026-06-01", "2026-06-07"),
        ("2026-06-01,2026-06-07", "2026-06-01", "2026-06-07"),
        ("2026-06", "2026-06-01", "2026-06-30"),
    ],
)
def test_longer_periods_are_refused_or_spread(period: str, first: str, last: str) -> None:
    header = "date", "nb_visits", "nb_actions", "nb_conversions"
    content = matomo(header, [period, 900, 10, 5])

    assert refusal_of(content).code == "aggregate_period"
    result = read(content, spread=True)

    assert result.counts == {"impression": 900}
    assert (result.days[0], result.days[-1]) == (first, last)
    assert conversions(result) == []


def test_a_day_without_visits_is_no_data_however_short_its_row() -> None:
    content = matomo(
        RAW, ["2026-06-01", "", "", "", ""], ["2026-06-02", ""], ["2026-06-03", 1, 2, 3]
    )

    result = read(content)

    assert [o.reason for o in result.not_data] == ["nothing was counted"] * 2
    assert [o.code for o in result.refused] == ["wrong_cell_count"]


def test_orders_come_before_conversions_which_count_them_too() -> None:
    header = (
        *("date", "nb_visits", "nb_actions", "nb_conversions", "revenue", "orders"),
        "ecommerce_revenue",
    )
    content = matomo(header, ["2026-06-01", 5, 9, 4, "€ 30", 2, "€ 20.5"])

    assert conversions(read(content)) == [("purchase", 2, "20.5")]


def test_the_revenue_of_all_goals_is_not_that_of_the_orders() -> None:
    header = "date", "nb_visits", "nb_actions", "nb_conversions", "revenue", "orders"

    assert conversions(read(matomo(header, ["2026-06-01", 5, 9, 4, "€ 30", 2]))) == [
        ("purchase", 2, None)
    ]


def test_conversions_of_any_goal_are_leads() -> None:
    header = "date", "nb_visits", "nb_actions", "nb_conversions", "revenue"
    content = matomo(header, ["2026-06-01", 5, 9, 4, "$ 30"], ["2026-06-02", 5, 9, 0, "$ 0"])

    assert conversions(read(content, currency="USD")) == [("lead", 4, "30")]
    assert refusal_of(content).code == "no_currency"


def test_revenue_without_a_number_of_conversions_invents_none() -> None:
    header = "date", "label", "nb_visits", "nb_actions", "revenue"

    assert conversions(read(matomo(header, ["2026-06-01", "France", 5, 9, "€ 30"]))) == []


def test_websites_are_kept_apart() -> None:
    rows = [[site, "2026-06-01", 1, 2, 3] for site in (1, 2)]

    events = read(matomo(("idSite", "date", "nb_uniq_visitors", "nb_visits", "nb_actions"), *rows))

    assert len({e["event_id"] for e in events.events}) == 2


def test_a_refused_row_shows_no_address() -> None:
    header = "date", "label", "nb_visits", "nb_actions"

    result = read(matomo(header, ["2026-06-01", "ada@example.org", "many", 1]))

    assert "ada" not in result.refused[0].raw
    assert "2026-06-01" in result.refused[0].raw


SCHEDULED = (
    "Visits Summary\nnb_uniq_visitors,nb_visits,nb_actions,bounce_rate\n2,11,43,27%\n\n"
    "Custom Variables\nNo data available\n\n"
    "Page URLs\nlabel,nb_visits,nb_hits,bounce_rate\n/index,9,9,11%\n/shop,8,16,0%\n\n"
)


def test_a_scheduled_report_has_no_days() -> None:
    refusal = refusal_of(SCHEDULED)

    assert refusal.code == "no_date"
    assert "period=day" in refusal.detail


def test_of_a_scheduled_report_the_table_with_days_is_read() -> None:
    dated = "Visits over time\ndate,nb_visits,nb_actions\n2026-06-01,4,5\n2026-06-02,x,5\n\n"
    content = SCHEDULED + dated + SCHEDULED

    result = read(content)

    lines = content.split("\n")
    assert result.counts == {"impression": 4}
    assert [lines[o.row - 1] for o in result.refused] == ["2026-06-02,x,5"]
    assert [o.row for o in result.outcomes] == list(range(3, content.count("\n") + 1))


def test_a_visit_of_the_log_is_counted_at_its_beginning() -> None:
    first = read(matomo(LOG, visit())).events
    later = read(matomo(LOG, visit(lastActionTimestamp=1780309999))).events

    assert first == later
    assert [(e["type"], e["count"], e["occurred_at"]) for e in first] == [
        ("impression", 1, "2026-06-01T08:00:00Z")
    ]


def test_a_visit_without_a_beginning_is_counted_on_its_day() -> None:
    (event,) = read(matomo(LOG, visit(firstActionTimestamp=""))).events

    assert event["occurred_at"] == "2026-06-01T00:00:00Z"


def test_what_a_visit_led_to_is_counted() -> None:
    row = visit(goalConversions=2, totalEcommerceConversions=1, totalEcommerceRevenue="19.90")

    assert conversions(read(matomo(LOG, row))) == [("lead", 2, None), ("purchase", 1, "19.90")]


def test_nothing_of_a_visitor_is_shown_or_kept() -> None:
    rows = visit(), visit(idVisit=""), visit(firstActionTimestamp="soon"), visit(goalConversions=-1)
    result = read(matomo(LOG, *rows, [*visit(), "too many"]))

    assert [o.code for o in result.refused] == [
        *("missing_value", "invalid_date", "negative", "wrong_cell_count"),
    ]
    shown = json.dumps(result.events) + "".join(o.raw + o.message for o in result.refused)
    assert not [text for text in ("198.51", "14db763a", "Ulm", "user_id") if text in shown]


@pytest.mark.parametrize("time", ["9" * 12, "-1", "1e9", "²", "253402300800"])
def test_a_time_that_is_none_refuses_its_row(time: str) -> None:
    result = read(matomo(LOG, visit(firstActionTimestamp=time)))

    assert [o.code for o in result.refused] == ["invalid_date"]


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.one_of(
            st.tuples(st.integers(1, 28), st.sampled_from("abc"), st.integers(0, 10**6)),
            st.tuples(st.integers(1, 28), st.sampled_from("abc"), st.just("many")),
            st.just(()),
        ),
        max_size=25,
    )
)
def test_rows_of_a_report_are_conserved(rows: list[tuple[Any, ...]]) -> None:
    cells = [[f"2026-06-{r[0]:02}", r[1], 7, r[2]] if r else [] for r in rows]
    content = table(("Datum", "Bezeichnung", "Eindeutige Besucher", "Besuche", "Aktionen"))
    content += table(*([*row, 1] if row else [] for row in cells)) if cells else ""

    result = read(content.encode("utf-16"))

    assert [o.row for o in result.outcomes] == list(range(2, len(rows) + 2))
    assert len(result.refused) == sum(bool(r) and r[2] == "many" for r in rows)
    assert result.counts.get("impression", 0) == sum(r[2] for r in rows if r and r[2] != "many")

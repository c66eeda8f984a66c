"""Matomo: only rows with dates are imported, only one metric counts, and no personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRejected
from tests.importers.files import Read, read, table

LOG = (
    *("idSite", "idVisit", "visitIp", "visitorId", "goalConversions", "siteCurrency"),
    *("firstActionTimestamp", "lastActionTimestamp", "lastActionDateTime", "visitorType", "city"),
    *("totalEcommerceConversions", "totalEcommerceRevenue"),
)


def matomo(*rows: Sequence[object]) -> bytes:
    """Return a table as Matomo exports it: UTF-16 with a byte order mark, no final line break."""
    return table(*rows).rstrip("\n").encode("utf-16")


def visit(**over: object) -> list[object]:
    """Return a row of the visits log."""
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


def rejection_of(content: str | bytes, **options: Any) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


def conversions(result: Read) -> list[tuple[str, int, str | None]]:
    return [
        (e["goal"], e["count"], e.get("value", {}).get("amount"))
        for e in result.events
        if e["kind"] == "conversion"
    ]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("From 2026-06-01 to 2026-06-07", "2026-06-01", "2026-06-07"),
        ("Von 2026-06-01 bis 2026-06-07", "2026-06-01", "2026-06-07"),
        ("2026-06-01,2026-06-07", "2026-06-01", "2026-06-07"),
        ("2026-06", "2026-06-01", "2026-06-30"),
    ],
)
def test_periods_longer_than_a_day_are_rejected_or_spread(
    period: str, first: str, last: str
) -> None:
    header = "date", "nb_visits", "nb_actions", "nb_conversions"
    content = matomo(header, [period, 900, 10, 5])

    assert rejection_of(content).code == "aggregate_period"
    result = read(content, spread=True)

    assert result.counts == {"impression": 900}
    assert (result.days[0], result.days[-1]) == (first, last)
    assert conversions(result) == []


@pytest.mark.parametrize("time", ["9" * 12, "-1", "1e9", "²", "253402300800"])
def test_a_row_with_an_invalid_time_is_rejected(time: str) -> None:
    result = read(matomo(LOG, visit(firstActionTimestamp=time)))

    assert [o.code for o in result.rejected] == ["invalid_date"]


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
def test_no_row_of_a_report_is_lost_or_invented(rows: list[tuple[Any, ...]]) -> None:
    cells = [[f"2026-06-{r[0]:02}", r[1], 7, r[2]] if r else [] for r in rows]
    content = table(("Datum", "Bezeichnung", "Eindeutige Besucher", "Besuche", "Aktionen"))
    content += table(*([*row, 1] if row else [] for row in cells)) if cells else ""

    result = read(content.encode("utf-16"))

    assert [o.row for o in result.outcomes] == list(range(2, len(rows) + 2))
    assert len(result.rejected) == sum(bool(r) and r[2] == "many" for r in rows)
    assert result.counts.get("impression", 0) == sum(r[2] for r in rows if r and r[2] != "many")

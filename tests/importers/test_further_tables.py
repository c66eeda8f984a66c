"""Several tables in one file: pasted exports, repeated headers, sheets of one form."""

from __future__ import annotations

import pytest

from chalicelib.importers.reports import successive
from tests.importers.files import read, table

HEADER = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
OTHER = ("Campaign name", "Amount spent (EUR)", "Day", "Link clicks", "Impressions")


def meta_row(day: int, campaign: str = "Brand", count: int = 100) -> list[object]:
    return [f"2026-05-{day:02}", campaign, count, count // 10, count // 100]


def test_thousands_of_tables_in_one_file_are_read() -> None:
    headers = (HEADER, OTHER)
    pieces = []
    for index in range(3_000):
        campaign = f"c{index}"
        row = meta_row(1, campaign) if index % 2 == 0 else [campaign, 1, "2026-05-01", 10, 100]
        pieces.append(table(headers[index % 2], row))

    result = read("".join(pieces))

    assert result.counts == {"impression": 300_000, "click": 30_000}


def test_tables_above_the_limit_are_skipped_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(successive, "MAX_TABLES", 3)
    pieces = [
        table(HEADER, meta_row(1)),
        *[table(OTHER, ["a", 1, "2026-05-01", 10, 100]), table(HEADER, meta_row(2))],
        *[table(OTHER, ["b", 1, "2026-05-01", 10, 100]), table(HEADER, meta_row(3))],
    ]

    result = read("".join(pieces))

    assert result.counts == {"impression": 300, "click": 30}
    assert [one["reason"] for one in result.summary["skipped"]] == [
        "the file has more than 3 tables"
    ] * 2

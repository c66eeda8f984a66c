"""Everything in a file that becomes no event is listed: columns, rows, sheets, files, orders."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest

from chalicelib.importers.distinct import DistinctIds
from chalicelib.importers.tables.unread import (
    MAX_LISTED,
    Unread,
    UnreadColumns,
    is_metric,
    shown_heading,
)
from tests.importers.files import (
    GOOGLE_HEADER,
    SHOP_HEADER,
    google_report,
    google_row,
    read,
    shop_export,
    shop_item,
    shop_row,
    table,
)
from tests.importers.workbook_files import workbook


def unread_of(result: object) -> dict[str, str | None]:
    rows = result.summary["unread_columns"]  # type: ignore[attr-defined]
    return {row["heading"]: row["sum"] for row in rows}


def test_an_unread_column_is_listed_with_the_sum_of_imported_rows() -> None:
    rows = [
        [*google_row(), "1,204", "x"],
        [*google_row(day="2026-06-02"), "6", "y"],
        [*google_row(day="soon"), "50", "z"],
        ["Total: Campaigns", "", "EUR", "1", "1", "1", "1", "70", ""],
    ]

    result = read(google_report(*rows, header=(*GOOGLE_HEADER, "Video plays", "Mood")))

    assert unread_of(result) == {"Video plays": "1210", "Mood": None}
    assert result.summary["warnings"] == [
        "The column 'Video plays' was not read. It looks like a metric; its sum is 1210."
    ]
    assert result.summary["no_data"] == [{"reason": "totals row", "rows": 1}]


def test_an_unread_column_is_added_up_over_all_rows_of_a_long_file() -> None:
    rows = [[*google_row(), n] for n in range(1, 1_201)]

    result = read(google_report(*rows, header=(*GOOGLE_HEADER, "Video plays")))

    assert unread_of(result) == {"Video plays": str(1_200 * 1_201 // 2)}


def test_a_known_unread_column_is_listed_with_the_reason_and_without_a_warning() -> None:
    header = ("Date", "Campaign name", "Spend in account currency", "Impressions", "Reach")
    header = (*header, "Outbound clicks", "Pin clicks")
    content = table(header, ["2026-06-01", "A", "1.00", 10, 9, 2, 3], delimiter=",")

    result = read(content, currency="EUR")

    why = {row["heading"]: row["why"] for row in result.summary["unread_columns"]}
    assert why["Reach"] == "sums clicks and saves, or counts people instead of events"
    assert why["Pin clicks"] == "Outbound clicks is read instead"
    assert result.summary["warnings"] == []


def test_the_second_column_with_the_same_heading_causes_a_warning() -> None:
    content = google_report([*google_row(), 9], header=(*GOOGLE_HEADER, "Clicks"))

    (warning,) = read(content).summary["warnings"]

    assert "'Clicks'" in warning
    assert "9" in warning


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (("1", "2"), "3"),
        (("1.5", "", "2"), "3.5"),
        (("1,234.50", "2"), "1236.5"),
        (("€1.50", "€2"), "3.5"),
        (("--", "7"), "7"),
        (("12%", "5%"), None),
        (("nan", "inf"), None),
        (("a", "b"), None),
        (("", ""), None),
    ],
)
def test_an_unread_column_is_added_up_if_it_contains_numbers(
    cells: tuple[str, ...], found: str | None
) -> None:
    columns = UnreadColumns(["Things"], [])
    columns.add([[cell] for cell in cells])

    assert [row["sum"] for row in Unread([columns]).as_rows()] == [found]


def test_unread_columns_are_added_up_in_the_number_format_of_the_file() -> None:
    columns = UnreadColumns(["Kosten"], [])
    columns.decimal_mark = ","
    columns.add([["1.234,50"], ["2,5"]])

    assert [row["sum"] for row in Unread([columns]).as_rows()] == ["1237"]


@pytest.mark.parametrize(
    "heading",
    [
        *("Clicks (all)", "Video plays", "Impresiones", "Cliques no link", "Kosten", "Coût"),
        *(
            "Gefällt mir-Angaben",
            "Zakupy",
            "再生数",
            "クリック",
            "Umsatz",
            "Conversions",
            "Spend (EUR)",
        ),
    ],
)
def test_numbers_of_engagements_and_money_look_like_metrics(heading: str) -> None:
    assert is_metric(heading)


@pytest.mark.parametrize(
    "heading",
    [
        *("CTR", "CPC (EUR)", "Avg. CPC", "Cost per result", "Conversion rate", "Reach"),
        *("Klickrate", "Campaign ID", "Frequency", "Budget", "Phone", "Billing Zip", "Mood"),
    ],
)
def test_rates_ids_and_people_do_not_look_like_metrics(heading: str) -> None:
    assert not is_metric(heading)


@pytest.mark.parametrize(
    "heading", ["ada@example.org", "+44 20 7946 0000", "x" * 200, "https://x.test/ada", "12/3/26"]
)
def test_a_heading_that_may_be_a_person_is_shown_by_its_position(heading: str) -> None:
    assert shown_heading(heading, 3) == "(column 4)"


def test_only_metrics_are_added_up_in_rows_with_people() -> None:
    header = (*SHOP_HEADER, "Secret number", "Tax revenue")
    result = read(table(header, [*shop_row(), "4711", "19.00"]))

    unread = unread_of(result)

    assert "Billing Name" not in unread
    assert [total for total in unread.values() if total] == ["19"]
    assert unread[f"(column {len(header)})"] == "19"
    assert not {"4711", "Lovelace"} & set(str(result.summary).split("'"))


def test_unpaid_orders_are_counted_with_their_value() -> None:
    rows = [
        shop_row(),
        shop_row(name="#2", status="pending", total="40.00"),
        shop_item(name="#2"),
        shop_row(name="#3", status="authorized", total="2.50"),
        shop_row(name="#4", status="voided", total="99.00"),
    ]

    result = read(shop_export(*rows))

    assert result.summary["unpaid_orders"] == [{"count": "2", "value": "42.50", "currency": "EUR"}]
    assert result.summary["no_data"] == [
        {"reason": "an order that is not paid", "rows": 3},
        {"reason": "another line item of the order above", "rows": 1},
    ]


def test_unread_sheets_are_listed() -> None:
    rows = [GOOGLE_HEADER, ["Brand", "2026-06-01", "EUR", 1.5, 2, 30, 0]]

    result = read(workbook({"Notes": [["hello"]], "Report": rows}))

    assert result.summary["skipped"] == [
        {"what": "sheet", "name": "Notes", "reason": "the sheet Report is read instead"}
    ]


def test_unread_archive_members_are_listed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("report.csv", google_report(google_row()))
        archive.writestr("readme.txt", "hello")

    result = read(packed.getvalue())

    assert result.summary["skipped"] == [
        {"what": "file", "name": "readme.txt", "reason": "unknown_platform"}
    ]


def test_the_number_of_listed_columns_is_limited_and_metrics_come_first() -> None:
    names = [f"Thing {n}" for n in range(MAX_LISTED + 5)] + ["Likes of friends"]
    columns = UnreadColumns(names, [])
    columns.add([["1"] * len(names)])

    unread = Unread([columns])

    assert unread.as_rows()[0]["heading"] == "Likes of friends"
    assert len(unread.as_rows()) == MAX_LISTED
    assert unread.left_out == 6


def test_an_event_with_a_repeated_id_is_counted_once() -> None:
    header = ("Day", "Total sales", "Orders", "Net sales")
    rows = [["2026-06-01", "10", 1, "10"], ["2026-06-02", "10", 1, "10"]]
    rows.append(["2026-06-01", "5", 1, "5"])

    result = read(table(header, *rows), currency="EUR")

    assert len(result.events) == 3
    assert result.summary["events"] == 2


def test_the_count_of_ids_is_exact_if_small_and_accurate_to_two_percent_if_large() -> None:
    """Half of the hashes are kept, so the error of 10,000 repetitions has a deviation of 100."""
    few, many = DistinctIds(), DistinctIds(kept=25_000)
    ids = [f"event:{n}" for n in range(30_000)]
    for counted in (few, many):
        counted.add(ids)
        counted.add(ids[:10_000])

    assert few.count() == 30_000
    assert abs(many.count() - 30_000) < Decimal(600)
    assert len(many._hashes) <= 25_000


@pytest.mark.parametrize("kept", [100_000, 4_000])
def test_withdrawn_ids_are_not_counted(kept: int) -> None:
    counted = DistinctIds(kept=kept)
    ids = [f"event:{n}" for n in range(10_000)]
    counted.add(ids)
    counted.add(ids[:5_000])
    counted.withdraw(ids[:2_000])  # they remain once
    counted.withdraw(ids[8_000:])

    assert abs(counted.count() - 8_000) <= (0 if kept > 15_000 else 400)
    assert len(counted._hashes) <= kept


def test_the_estimate_is_the_same_in_every_process() -> None:
    counting = (
        "from chalicelib.importers.distinct import DistinctIds\n"
        "counted = DistinctIds(kept=1_000)\n"
        "for _ in range(2): counted.add([f'event:{n}' for n in range(5_000)])\n"
        "print(counted.count())"
    )
    numbers = {
        subprocess.run(
            [sys.executable, "-c", counting],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(numbers) == 1


def test_an_id_that_cannot_be_encoded_is_counted() -> None:
    counted = DistinctIds()
    counted.add(["a\ud83d", "a\ud83d", "b"])

    assert counted.count() == 2


def test_the_count_of_ids_without_repetitions_is_always_exact() -> None:
    counted = DistinctIds(kept=1_000)
    counted.add([f"event:{n}" for n in range(50_000)])

    assert counted.count() == 50_000

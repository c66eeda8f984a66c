"""No row is lost and no count is invented, in any file."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers import Imported, Rejected, Skipped
from chalicelib.model.errors import ExportRejected
from tests.importers.files import (
    Read,
    google_report,
    google_row,
    read,
    shop_export,
    shop_item,
    shop_row,
    table,
)

names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=12,
).map(lambda name: f"c{name}")
counts = st.integers(0, 10**6)
cents = st.integers(0, 10**7).map(lambda number: Decimal(number) / 100)
scripts = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


def check_conservation(result: Read, rows: int) -> None:
    kinds = Counter(type(outcome) for outcome in result.outcomes)
    assert len(result.outcomes) == rows == result.summary["rows"]
    assert kinds[Imported] + kinds[Rejected] + kinds[Skipped] == rows
    assert result.summary["rejected"] == kinds[Rejected]
    assert result.summary["not_data"] == kinds[Skipped]
    assert result.summary["events"] == len({event["event_id"] for event in result.events})
    assert len(result.stored) == len({event["event_id"] for event in result.events})
    lines = [outcome.row for outcome in result.outcomes]
    assert lines == sorted(lines)


def totals(result: Read, *kinds: str) -> list[int]:
    return [result.counts.get(kind, 0) for kind in kinds]


google_rows = st.lists(
    st.one_of(
        st.tuples(st.just("good"), names, st.dates(dt.date(2000, 1, 1)), counts, counts, cents),
        st.tuples(st.just("bad"), names),
        st.tuples(st.just("total"), names),
        st.just(("blank",)),
    ),
    max_size=30,
)


@given(rows=google_rows, encoding=scripts, delimiter=st.sampled_from([",", ";", "\t"]))
def test_no_google_ads_row_is_lost_or_invented(
    rows: list[tuple[Any, ...]], encoding: str, delimiter: str
) -> None:
    good = [row[1:] for row in rows if row[0] == "good"]
    cells = {
        "good": lambda name, day, impressions, clicks, cost: google_row(
            campaign=name,
            day=day.isoformat(),
            impressions=f"{impressions:,}",
            clicks=clicks,
            cost=f"{cost:,.2f}",
        ),
        "bad": lambda name: google_row(campaign=name, clicks="many"),
        "total": lambda name: [f"Total: {name}", "", "EUR", "1.00", "5", "5", "0.00"],
        "blank": list,
    }
    content = google_report(*(cells[kind](*rest) for kind, *rest in rows), delimiter=delimiter)

    result = read(content.encode(encoding))

    check_conservation(result, len(rows))
    assert totals(result, "impression", "click") == [
        sum(row[2] for row in good),
        sum(row[3] for row in good),
    ]
    assert result.cost == sum((row[4] for row in good), Decimal(0))
    assert len(result.rejected) == sum(row[0] == "bad" for row in rows)


@given(
    rows=st.lists(st.tuples(names, counts, counts, cents), min_size=1, max_size=10),
    last=st.integers(2, 31),
)
def test_a_spread_google_ads_report_keeps_its_sums(
    rows: list[tuple[str, int, int, Decimal]], last: int
) -> None:
    header = ("Campaign", "Currency code", "Impr.", "Clicks", "Cost")
    cells = [[name, "EUR", shown, clicks, f"{cost:.2f}"] for name, shown, clicks, cost in rows]
    period = f"1 July 2026 - {last} July 2026"

    result = read(google_report(*cells, header=header, period=period), spread=True)

    check_conservation(result, len(rows))
    assert totals(result, "impression", "click") == [
        sum(row[1] for row in rows),
        sum(row[2] for row in rows),
    ]
    assert result.cost == sum((row[3] for row in rows), Decimal(0))
    assert all("2026-07-01" <= day <= f"2026-07-{last:02}" for day in result.days)


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(["a", "b", " -c"]), counts, counts),
        max_size=30,
    ),
    encoding=scripts,
)
def test_no_youtube_row_is_lost_or_invented(
    rows: list[tuple[int, str, int, int]], encoding: str
) -> None:
    header = ("Date", "Content", "Video title", "Views", "Likes")
    # Consecutive days: a file with one day a week would be a weekly chart.
    cells = [[f"2026-06-{n:02}", "x", "T", 0, 0] for n in range(1, 29)]
    cells += [[f"2026-06-{day:02}", video, "T", views, likes] for day, video, views, likes in rows]
    content = table(header, *cells, ["Total", "", "", 5, 5], ["Showing top 500 results"])

    result = read(content.encode(encoding))

    check_conservation(result, len(cells) + 2)
    assert totals(result, "view", "like") == [
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
    ]
    assert result.rejected == []


@given(
    orders=st.lists(
        st.tuples(
            st.sampled_from(["paid", "partially_refunded", "pending", "voided", "nonsense"]),
            cents,
            st.integers(0, 3),
            names,
        ),
        max_size=15,
    )
)
def test_no_shopify_order_is_lost_or_invented(orders: list[tuple[str, Decimal, int, str]]) -> None:
    lines = []
    for number, (status, total, items, note) in enumerate(orders):
        order = shop_row(name=f"#{number}", id=str(number), status=status, total=f"{total:.2f}")
        lines.append([*order[:-1], f"{note}\n{note}"])
        lines += [shop_item(f"#{number}")] * items

    result = read(shop_export(*lines))

    paid = [total for status, total, _, _ in orders if status in ("paid", "partially_refunded")]
    check_conservation(result, len(lines))
    assert len(result.events) == len(paid)
    assert sum(Decimal(e["value"]["amount"]) for e in result.events) == sum(paid)
    assert len(result.rejected) == sum(order[0] == "nonsense" for order in orders)


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(-(10**6), 10**6)), max_size=25
    )
)
def test_no_shopify_sale_is_lost_or_invented(rows: list[tuple[int, int, int]]) -> None:
    header = ("Day", "Orders", "Net sales", "Total sales")
    cells = [
        [f"2026-06-{day:02}", orders, "0", f"{Decimal(sales) / 100:.2f}"]
        for day, orders, sales in rows
    ]

    result = read(table(header, *cells), currency="EUR")

    check_conservation(result, len(rows))
    taken = sum(Decimal(e["value"]["amount"]) for e in result.stored if not e.get("refund"))
    returned = sum(Decimal(e["value"]["amount"]) for e in result.stored if e.get("refund"))
    assert taken - returned == Decimal(sum(sales for _, _, sales in rows)) / 100
    assert sum(e["count"] for e in result.stored if not e.get("refund")) == sum(
        orders for _, orders, _ in rows
    )


@given(data=st.data())
def test_a_damaged_file_never_crashes_and_never_invents(data: st.DataObject) -> None:
    rows = [google_row(campaign=f"C{n}", conversions="0.00") for n in range(4)]
    content = bytearray(google_report(*rows).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=2))

    try:
        result = read(bytes(content))
    except ExportRejected:
        return
    check_conservation(result, len(result.outcomes))

"""WooCommerce: the orders report in two languages, and orders from the API."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import Read, read, table
from tests.importers.test_conservation import cents, check_conservation

HEADER = ("Date", "Order #", "Status", "Customer", "Customer type", "Product(s)", "N. Revenue")


def make_row(**over: object) -> list[object]:
    row = {
        "day": "2026-05-12 23:15:00",
        "number": 1234,
        "status": "completed",
        "customer": "Ada Lovelace",
        "type": "new",
        "products": "1× Chair",
        "revenue": "49.9",
    }
    return list((row | over).values())


def make_order(**over: Any) -> dict[str, Any]:
    return {
        "id": 1234,
        "number": "1234",
        "order_key": "wc_order_x",
        "status": "completed",
        "currency": "EUR",
        "date_created": "2026-05-13T01:15:00",
        "date_created_gmt": "2026-05-12T23:15:00",
        "total": "59.90",
        "billing": {"last_name": "Lovelace", "email": "ada@example.org", "address_1": "Secret"},
        "refunds": [],
        "line_items": [{"name": "Chair", "total": "49.90"}],
    } | over


def value_of(result: Read) -> Decimal:
    values = (
        Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
        for e in result.stored
        if "value" in e
    )
    return sum(values, Decimal(0))


statuses = st.sampled_from(["completed", "processing", "cancelled", "nonsense"])


@given(orders=st.lists(st.tuples(statuses, cents), min_size=1, max_size=15), as_json=st.booleans())
def test_no_order_is_lost_or_invented(orders: list[tuple[str, Decimal]], as_json: bool) -> None:
    if as_json:
        content = json.dumps(
            [
                make_order(id=n, status=status, total=f"{total:.2f}")
                for n, (status, total) in enumerate(orders, start=1)
            ]
        )
    else:
        rows = [
            make_row(number=n, status=status, revenue=f"{total:.2f}")
            for n, (status, total) in enumerate(orders)
        ]
        content = table(HEADER, *rows)

    result = read(content, currency="EUR")

    sold = [total for status, total in orders if status in ("completed", "processing")]
    check_conservation(result, len(orders))
    assert len(result.events) == len(sold)
    assert value_of(result) == sum(sold)
    assert len(result.rejected) == sum(status == "nonsense" for status, _ in orders)

"""What was bought and reviewed, by content."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from chalicelib.model.events import parse_event
from chalicelib.services.fitting import product_rows
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from tests.factories import make_conversion, make_event

FIRST = dt.date(2026, 1, 1)
WEEKS = np.ones(2, dtype=bool)


def at(day: int) -> str:
    return f"{FIRST + dt.timedelta(days=day)}T12:00:00Z"


def review(day: int, rating: float | None, product: str | None = "mug", **over: object) -> object:
    return make_event(
        event_id=f"r{day}-{rating}-{product}",
        type="review",
        channel="amazon",
        occurred_at=at(day),
        rating=rating,
        content_id=product,
        **over,
    )


def sale(day: int, count: int = 1, product: str | None = "mug", **over: object) -> object:
    return make_conversion(
        event_id=f"s{day}-{product}",
        occurred_at=at(day),
        count=count,
        content_id=product,
        user_id=None,
        **over,
    )


def columns_of(*events: object) -> Columns:
    columns = Columns()
    for event in events:
        columns.add(parse_event(event))
    return columns


def test_reviews_and_sales_of_a_product_are_counted_by_day_and_week() -> None:
    rows = columns_of(
        review(1, 5), review(1, 2), review(9, 4.5), sale(0, 2), sale(6), sale(7)
    ).products

    found = rows.product_weeks("amazon", "purchase", FIRST.toordinal(), WEEKS)

    assert found is not None
    assert found.sales.tolist() == [[3.0, 1.0]]
    assert found.reviews[0, [1, 9]].tolist() == [2.0, 1.0]
    assert found.ratings[0, [1, 9]].tolist() == [7.0, 4.5]
    assert found.reviews.sum() == 3.0


def test_reviews_before_the_window_count_on_its_first_day_and_sales_do_not() -> None:
    rows = columns_of(review(-30, 5), sale(-30), sale(3), review(20, 1), sale(20)).products

    found = rows.product_weeks("amazon", "purchase", FIRST.toordinal(), WEEKS)

    assert found is not None
    assert found.sales.tolist() == [[1.0, 0.0]]
    assert (found.reviews[0, 0], found.reviews.sum()) == (1.0, 1.0)


def test_only_rated_reviews_of_a_named_product_count() -> None:
    rows = columns_of(
        review(1, None),
        review(2, 4, None),
        review(3, 4, about="rival"),
        review(4, 4, lifetime=True),
        sale(3),
    ).products

    assert not rows.has_reviews("amazon")
    assert rows.product_weeks("amazon", "purchase", FIRST.toordinal(), WEEKS) is None


def test_refunds_other_goals_and_products_without_reviews_do_not_count() -> None:
    rows = columns_of(
        review(1, 4),
        sale(1),
        sale(2, refund=True),
        sale(3, goal="lead"),
        sale(4, product="plate"),
        sale(5, product=None),
    ).products

    found = rows.product_weeks("amazon", "purchase", FIRST.toordinal(), WEEKS)

    assert found is not None
    assert found.sales.tolist() == [[1.0, 0.0]]


def test_visits_from_search_are_the_clicks_of_search_channels() -> None:
    def visit(channel: str, type_: str = "click") -> object:
        name = f"{channel}-{type_}"
        return make_event(
            event_id=name, channel=channel, type=type_, occurred_at=at(2), content_id="mug"
        )

    rows = columns_of(
        review(1, 4),
        visit("organic_search"),
        visit("brand_search"),
        visit("facebook"),
        visit("organic_search", "impression"),
    ).products

    found = rows.product_weeks("amazon", None, FIRST.toordinal(), WEEKS)

    assert found is not None
    assert found.sales.tolist() == [[2.0, 0.0]]


def test_the_products_with_the_most_sales_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("a", "b", "c")
    events = [review(1, 4, name) for name in names]
    events += [sale(2, count, name) for name, count in zip(names, (5, 1, 3), strict=True)]
    rows = columns_of(*events).products
    monkeypatch.setattr(product_rows, "MOST_PRODUCTS", 2)

    found = rows.product_weeks("amazon", "purchase", FIRST.toordinal(), WEEKS)

    assert found is not None
    assert sorted(found.sales[:, 0].tolist()) == [3.0, 5.0]


def test_parts_that_are_packed_and_merged_give_the_same_rows() -> None:
    first, second = [review(1, 5), sale(1)], [review(2, 3), sale(8, 4)]
    whole = columns_of(*first, *second)
    merged = Columns()
    for part in (first, second):
        merged.extend(unpack_columns(pack_columns(columns_of(*part), {}), {}))

    assert merged.products == whole.products
    assert len(merged.products.day) == 4

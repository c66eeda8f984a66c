"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.model.money import Money


@pytest.mark.parametrize(
    ("given", "amount"),
    [
        ("12.34", "12.34"),
        (12, "12"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (19.990000000000002, "19.99"),
        (Decimal("19.990000000000002"), "19.99"),
        (1e3, "1000"),
        (0, "0"),
    ],
)
def test_an_amount_is_what_was_meant(given: Any, amount: str) -> None:
    assert Money(amount=given, currency="EUR").amount == Decimal(amount)


@pytest.mark.parametrize(
    "given",
    [
        "-1",
        -1,
        "1e3",
        "NaN",
        float("nan"),
        float("inf"),
        True,
        None,
        "0.123456789",
        10**15,
        1e-9,
        "\u0661\u0662",
        "\uff11",
    ],
)
def test_what_is_no_amount_is_rejected(given: Any) -> None:
    with pytest.raises(ValidationError, match="must be a decimal"):
        Money(amount=given, currency="EUR")

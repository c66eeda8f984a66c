"""Cells converted to counts, amounts and claims."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.importers.outcomes import ClaimedConversions
from chalicelib.importers.rows.number_cells import (
    MEMORY,
    Amounts,
    Claims,
    Counts,
    SignedAmounts,
)
from chalicelib.importers.rows.row_plan import NumberColumn
from chalicelib.importers.values.numerals import NumberFormat
from tests.importers.row_plans import money, rejection_of

POINT = NumberFormat(".")
COST = NumberColumn(1, "Cost", "GBP")
NOT_A_NUMBER = "not a number with the decimal mark '.'"
FORMULA = "it is a formula instead of a number"


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("1,250", 1250),
        ("29.0", 29),
        ("-3", -3),
        ("", 0),
        ("-", 0),
        ("9" * 18, 10**18 - 1),
        ("-" + "9" * 18, 1 - 10**18),
    ],
)
def test_a_count_is_a_whole_number_of_any_sign(cell: str, count: int) -> None:
    assert Counts(POINT)[cell] == count
    assert Counts(POINT).read(NumberColumn(1, "Fans"), ["x", cell]) == count


@pytest.mark.parametrize(
    ("cell", "code", "message"),
    [
        ("ten", "invalid_number", NOT_A_NUMBER),
        ("1.5", "not_whole", "not a whole number"),
        ("=A1", "formula_cell", FORMULA),
        ("1" + "0" * 18, "invalid_number", "too large for a count"),
        ("-1" + "0" * 18, "invalid_number", "too large for a count"),
    ],
)
def test_another_cell_is_no_count_and_the_rejection_names_the_column(
    cell: str, code: str, message: str
) -> None:
    counts = Counts(POINT)

    assert rejection_of(lambda: counts[cell]) == (code, message)
    assert rejection_of(lambda: counts.read(NumberColumn(1, "Fans"), ["5", cell])) == (
        code,
        f"Fans: {message}",
    )
    assert rejection_of(lambda: counts.read(NumberColumn(0), [cell, "5"])) == (code, message)


@pytest.mark.parametrize(
    ("cell", "currency", "amount"),
    [
        ("$12.50", "AUD", money("12.50", "AUD")),
        ("€12.50", "", money("12.50", "EUR")),
        ("€12.50", "USD", money("12.50", "USD")),
        ("12.50", "", money("12.50", "GBP")),
        ("1,250", "", money("1250", "GBP")),
        ("0.00", "EUR", None),
        ("", "EUR", None),
    ],
)
def test_the_currency_of_the_row_applies_before_the_symbol_and_the_column(
    cell: str, currency: str, amount: Any
) -> None:
    signed = SignedAmounts(POINT, COST).read(["x", cell], currency)

    assert Amounts(POINT, COST)[cell, currency] == amount
    assert signed == (amount and (amount.amount, amount.currency))


def test_only_signed_amounts_may_be_negative() -> None:
    assert SignedAmounts(POINT, COST).read(["x", "-0.50"], "EUR") == (Decimal("-0.50"), "EUR")
    assert rejection_of(lambda: Amounts(POINT, COST)["-0.50", "EUR"]) == (
        "negative",
        "Cost: an amount is below zero",
    )


@pytest.mark.parametrize(
    ("cell", "code", "message"),
    [
        ("ten", "invalid_number", NOT_A_NUMBER),
        ("=A1", "formula_cell", FORMULA),
        ("$5", "no_currency", "an amount has no currency"),
    ],
)
def test_another_cell_is_no_amount_and_the_rejection_names_the_column(
    cell: str, code: str, message: str
) -> None:
    named, nameless = NumberColumn(1, "Cost"), NumberColumn(0)
    signed = SignedAmounts(POINT, named)

    assert rejection_of(lambda: signed.read(["1", cell], "")) == (code, f"Cost: {message}")
    assert rejection_of(lambda: Amounts(POINT, named)[cell, ""]) == (code, f"Cost: {message}")
    signed = SignedAmounts(POINT, nameless)
    assert rejection_of(lambda: signed.read([cell, "1"], "")) == (code, message)
    assert rejection_of(lambda: Amounts(POINT, nameless)[cell, ""]) == (code, message)


def test_an_amount_too_small_to_be_stored_is_rejected_with_its_column() -> None:
    assert rejection_of(lambda: Amounts(POINT, COST)["0.000000001", ""]) == (
        "invalid_number",
        "Cost: an amount is smaller than the smallest allowed amount",
    )


@pytest.mark.parametrize(
    ("count", "value", "currency", "claimed"),
    [
        ("1.5", "€20", "USD", ("1.5", "20", "USD")),
        ("1.5", "€20", "", ("1.5", "20", "EUR")),
        ("1.5", "20", "", ("1.5", "20", "GBP")),
        ("", "20", "", ("0", "20", "GBP")),
        ("3", "", "", ("3", "0", "GBP")),
        ("3", "unknown", "", ("3", "0", "GBP")),
        ("=A1", "20", "", ("0", "20", "GBP")),
    ],
)
def test_a_claim_is_what_can_be_read_of_it(
    count: str, value: str, currency: str, claimed: tuple[str, str, str]
) -> None:
    sums = ClaimedConversions()
    claim = Claims(POINT, "GBP", sums)[count, value, currency]
    assert claim is not None
    claim.rows += 2

    assert (str(claim.count), str(claim.value), claim.currency) == claimed
    assert [(Decimal(str(one["count"])), one["currency"]) for one in sums.as_rows()] == [
        (2 * Decimal(claimed[0]), claimed[2])
    ]


@pytest.mark.parametrize(("count", "value"), [("", ""), ("0", "0.00"), ("none", "unknown")])
def test_nothing_is_claimed_without_a_number(count: str, value: str) -> None:
    assert Claims(POINT, "GBP", ClaimedConversions())[count, value, "EUR"] is None


def test_a_cache_of_cells_is_cleared_when_it_is_full() -> None:
    counts = Counts(POINT)
    for number in range(MEMORY):
        counts.keep(str(number), number)
    held = len(counts)

    assert counts[str(MEMORY)] == MEMORY
    assert (held, list(counts)) == (MEMORY, [str(MEMORY)])


def test_each_converted_cell_is_cached() -> None:
    counts, claims = Counts(POINT), Claims(POINT, "GBP", ClaimedConversions())
    amounts, signed = Amounts(POINT, COST), SignedAmounts(POINT, COST)

    converted = counts["1,250"], amounts["", ""], signed["5", ""], claims["", "", ""]

    assert converted == (1250, None, (Decimal(5), "GBP"), None)
    assert list(counts.items()) == [("1,250", 1250)]
    assert list(amounts.items()) == [(("", ""), None)]
    assert list(signed.items()) == [(("5", ""), (Decimal(5), "GBP"))]
    assert list(claims.items()) == [(("", "", ""), None)]


def test_claims_are_added_to_the_sums_before_their_cache_is_cleared() -> None:
    sums = ClaimedConversions()
    claims = Claims(POINT, "GBP", sums)
    claim = claims["2", "30", "EUR"]
    assert claim is not None
    claim.rows += 3

    for number in range(MEMORY):
        claims.keep(("", str(number), ""), None)

    assert claim not in claims.values()
    assert sums.as_rows() == [{"count": "6", "value": "90", "currency": "EUR"}]

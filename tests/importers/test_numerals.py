"""Numbers: one strict format per file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.values.numerals import FractionalCount, NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected

POINT, COMMA = NumberFormat("."), NumberFormat(",")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234", "1234"),
        ("1,234.56", "1234.56"),
        ("1,23,456.78", "123456.78"),
        ("1 234.5", "1234.5"),
        ("1'234", "1234"),
        ("-0.5", "-0.5"),
        ("−3", "-3"),
        ("(12.30)", "-12.30"),
        (".5", "0.5"),
    ],
)
def test_numbers_with_a_decimal_point(cell: str, number: str) -> None:
    assert POINT.number(cell) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234", "1234"),
        ("1.234,56", "1234.56"),
        ("1\u00a0234,5", "1234.5"),
        ("12,00", "12.00"),
    ],
)
def test_numbers_with_a_decimal_comma(cell: str, number: str) -> None:
    assert COMMA.number(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    [
        "12,5",
        "1.234,56",
        "1,2345",
        "12%",
        "x",
        "1 2",
        "²",
        "1e5",
        "２２.５０",
        "٢٢.٥",
        "1٢",
    ],
)
def test_a_number_in_another_format_is_rejected_not_guessed(cell: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        POINT.number(cell)


@pytest.mark.parametrize("cell", ["", " --", "-", "--", "NA", "NULL", "< 10", "<10", "> 90 %"])
def test_null_cells_are_empty_and_not_zero(cell: str) -> None:
    assert POINT.number(cell) is None


def test_a_count_may_look_like_a_float_but_must_be_whole() -> None:
    assert POINT.count("29.0") == 29
    with pytest.raises(FractionalCount):
        POINT.count("1.234")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("€1,622.60", ("1622.60", "EUR")),
        ("1,622.60 €", ("1622.60", "EUR")),
        ("£5", ("5", "GBP")),
        ("$5.10", ("5.10", "")),
        ("A$5.10", ("5.10", "AUD")),
        ("EUR 3", ("3", "EUR")),
        ("-€3", ("-3", "EUR")),
        ("3", ("3", "")),
    ],
)
def test_a_symbol_names_a_currency_only_if_unambiguous(
    cell: str, expected: tuple[str, str]
) -> None:
    amount, currency = POINT.money(cell)

    assert (str(amount), currency) == expected


@pytest.mark.parametrize(
    ("language", "cells", "mark"),
    [
        ("de", ["1.234"], ","),
        ("en", ["1.234"], "."),
        ("en", ["1.234,56"], ","),
        ("de", ["1.234", "9.36"], "."),
        ("", ["1,234.5", "7"], "."),
        ("", ["0.123"], "."),
        ("", ["17"], "."),
        ("en", ["9,36", "9.36"], "."),
        ("de", ["1,234,567"], "."),
    ],
)
def test_the_number_format_is_decided_per_file(language: str, cells: list[str], mark: str) -> None:
    assert decide_number_format(language, cells).decimal_mark == mark


@pytest.mark.parametrize("cells", [["1,234"], ["1.234", "7"], ["9,36", "9.36"]])
def test_an_undecidable_number_format_is_rejected_with_a_question(cells: list[str]) -> None:
    with pytest.raises(ExportRejected, match=r"\?") as rejection:
        decide_number_format("", cells)

    assert rejection.value.code == "undecidable_format"


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_formatted_number_is_parsed_back_in_both_formats(number: Decimal) -> None:
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert POINT.number(english) == COMMA.number(german) == number


def test_an_apostrophe_before_a_number_is_ignored() -> None:
    assert POINT.number("'1,250") == Decimal(1250)
    with pytest.raises(ValueError, match="not a number"):
        POINT.number("'x")


@pytest.mark.parametrize(
    ("language", "cells", "count"),
    [
        ("en", ["2.000", "15"], "2.000"),
        ("en", ["2.000", "12.50"], "2.000"),
        ("de", ["2,000", "15"], "2,000"),
    ],
)
def test_whole_thousands_in_the_other_format_are_rejected_with_a_question(
    language: str, cells: list[str], count: str
) -> None:
    with pytest.raises(ExportRejected, match=count):
        decide_number_format(language, cells, [count, "15"])


def test_a_count_that_looks_like_a_float_is_not_ambiguous() -> None:
    assert decide_number_format("en", ["2.0", "29.0"], ["2.0", "29.0"]) == POINT

"""Columns and cells are derived from the shape of an answer."""

from __future__ import annotations

from typing import NotRequired

import pytest
from typing_extensions import TypedDict

from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answer_tables import Column, Table


class Needed(TypedDict):
    days: int


class Thing(TypedDict):
    name: str
    worth: Estimate | None
    needed: NotRequired[Needed | None]
    codes: list[str]
    gaps: list[list[str]]
    query: dict[str, str]
    parts: dict[str, Needed]


THING = {
    "name": "x",
    "worth": {"estimate": 1.0, "ci_low": 0.5, "ci_high": None},
    "codes": ["a", "b"],
    "gaps": [["2026-01-01", "2026-01-02"], ["2026-01-05", "2026-01-05"]],
    "query": {"goal": "purchase", "to": "2026-01-31"},
    "parts": {"one": {"days": 3}},
}


def test_each_type_of_field_has_its_columns() -> None:
    table = Table(Thing, "name", "worth", "needed", "codes", "gaps", "query")

    (row,) = table.rows([THING])

    assert row == {
        "name": "x",
        "worth": 1.0,
        "worth_ci_low": 0.5,
        "worth_ci_high": None,
        "needed_days": None,
        "codes": "a b",
        "gaps": "2026-01-01/2026-01-02 2026-01-05/2026-01-05",
        "query": "goal=purchase&to=2026-01-31",
    }
    assert table.columns == tuple(row)


def test_a_missing_value_leaves_its_cells_empty() -> None:
    (row,) = Table(Thing, "worth", "codes", Column("parts.other.days", "days")).rows([{}])

    assert row == dict.fromkeys(("worth", "worth_ci_low", "worth_ci_high", "codes", "days"))


def test_a_column_can_have_another_name_or_another_form() -> None:
    table = Table(
        Thing,
        Column("parts.one.days", "days"),
        Column("needed", "still"),
        Column("codes", "how_many", write=len),
    )

    (row,) = table.rows([THING])

    assert row == {"days": 3, "still_days": None, "how_many": 2}


def test_without_a_choice_all_fields_are_in_the_table_in_their_order() -> None:
    assert Table(Needed).columns == ("days",)
    assert Table(Estimate).columns == ("estimate", "ci_low", "ci_high")


def test_a_field_that_the_shape_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        _ = Table(Thing, "nothing").columns

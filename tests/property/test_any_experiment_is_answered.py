"""Any body is either analysed as valid JSON, or rejected with the place of the error."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import InvalidFields
from chalicelib.services.experiments import analyse, parse_experiment
from tests.experiments import as_csv, make_effect, make_geo, make_holdout
from tests.factories import NOW

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(
        [0, 1, -1, 10**12, 10**400, Decimal("1e-9"), Decimal("1e999"), "", "2026-02-01"]
    )
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
BODIES = [make_holdout(), make_effect(), make_geo(), as_csv(make_geo())]
PARTS = ["treated", "control", "effect", "series", "spend", ""]


def pointers_of_what_is_wrong(raw: dict[str, Any]) -> list[str]:
    """Pointers of the errors of a body; an analysed body has none and its analysis must be JSON."""
    try:
        found = analyse(parse_experiment(raw, today=NOW.date()), now=NOW).experiment
    except InvalidFields as rejection:
        return [error.pointer for error in rejection.errors] or ["nothing said"]
    json.dumps([found.what, found.analysis], allow_nan=False)
    return []


@given(st.sampled_from(BODIES), st.sampled_from(PARTS), st.text(max_size=8), VALUES, st.data())
def test_any_body_is_analysed_or_rejected(
    body: dict[str, Any], part: str, name: str, value: Any, data: st.DataObject
) -> None:
    inside = body.get(part)
    known = sorted(inside if isinstance(inside, dict) else body)
    field = data.draw(st.sampled_from(known) | st.just(name))
    changed = (
        {**body, part: {**inside, field: value}}
        if isinstance(inside, dict)
        else {**body, field: value}
    )

    pointers = pointers_of_what_is_wrong(changed)

    assert all(pointer == "" or pointer.startswith("/") for pointer in pointers)


@given(st.text('abc012-,;\t\n\r" ', max_size=60))
def test_any_csv_text_is_rejected_with_its_place(text: str) -> None:
    for csv in (text, f"date,region,y\n{text}"):
        assert pointers_of_what_is_wrong({**as_csv(make_geo()), "csv": csv}) == ["/csv"]

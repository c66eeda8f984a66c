"""Features of all answers: JSON and CSV, ETags, problems, queries."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import wiring
from chalicelib.api.calls import IGNORED, IGNORED_PREFIX
from chalicelib.api.negotiation import preferred
from chalicelib.services.csv_text import csv_of
from tests.api.conftest import Caller, invalid_fields, problem, rejected
from tests.conftest import session

API_PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
SERIES = "/v1/timeseries?metric=engagements"


def rows_of(response: HTTPResponse) -> list[list[str]]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.body.decode(), newline="")))


# --- JSON and CSV -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/json", "text/html,*/*;q=0.8", "text/csv;q=0.5,application/*"],
)
def test_json_is_the_default(admin: Caller, accept: str | None) -> None:
    response = admin.get(SERIES, accept=accept)
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        ("text/csv", "text/csv"),
        ("TEXT/CSV; q=1", "text/csv"),
        ("text/csv;q=0.9, application/json;q=0.8", "text/csv"),
        ("text/*", "text/csv"),
        ("*/*, application/json;q=0.1", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=0", None),
        ("text/csv;q=nonsense", None),
        ("application/xml", None),
    ],
)
def test_the_accept_header_is_weighted(accept: str, best: str | None) -> None:
    assert preferred(accept) == best


def test_csv_is_quoted_and_contains_no_formula() -> None:
    rows: list[dict[str, Any]] = [
        {"a": 'say "hi", or', "b": None, "c": -1.5, "d": True},
        {"a": "=HYPERLINK(1)", "b": "@x", "c": "-1", "d": "+49"},
    ]
    assert csv_of(rows, ("a", "b", "c", "d")) == (
        'a,b,c,d\r\n"say ""hi"", or",,-1.5,true\r\n\'=HYPERLINK(1),\'@x,\'-1,\'+49\r\n'
    )
    assert csv_of([], ("a", "b")) == "a,b\r\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=1+1", "a;'=1+1"),
        ('a;"=1"', 'a;"\'=1"'),
        ('a;" +1', "a;\" '+1"),
        ('"a";"b"', '"a";"b"'),
        ("a\t=1", "a\t'=1"),
        ("a\n  -1", "a\n  '-1"),
        ("a\r@x", "a\r'@x"),
        ("|cmd", "'|cmd"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;\uff0b1", "a;'\uff0b1"),
        ("\tx", "'\tx"),
        (" =1", " '=1"),
        ("1+1=2 - a@b|c", "1+1=2 - a@b|c"),
    ],
)
def test_a_formula_is_guarded_wherever_a_cell_can_begin(text: str, cell: str) -> None:
    (written,) = list(csv.reader(io.StringIO(csv_of([{"a": text}], ("a",)), newline="")))[1:]
    assert written == [cell]


# --- queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("metric=likes", "/metric"),
        ("metric=cost&group_by=type", "/group_by"),
        ("metric=cost&interval=hour", "/interval"),
        ("metric=cost&from=2026-02-30", "/from"),
        ("metric=cost&from=20260201", "/from"),
        ("metric=cost&to=tomorrow", "/to"),
        ("metric=cost&to=٢٠٢٦-٠١-٠١", "/to"),
        ("metric=cost&from=2026-02-02&to=2026-02-01", "/to"),
        ("metric=cost&from=2000-01-01&to=2026-02-01", "/from"),
        ("metric=cost&from=1969-12-31&to=1969-12-31", "/from"),
        ("metric=cost&to=0001-01-02", "/to"),
        ("metric=cost&from=3000-01-01", "/from"),
    ],
)
def test_an_invalid_query_is_rejected(admin: Caller, query: str, pointer: str) -> None:
    assert [one for one, _ in invalid_fields(admin.get(f"/v1/timeseries?{query}"))] == [pointer]


@pytest.mark.parametrize(
    "query", ["_=1716900000", "_=1&_=2", "cb", "cachebuster=", "nocache=1&utm_source=x&utm_id=y"]
)
def test_parameters_that_libraries_and_platforms_append_are_ignored(
    admin: Caller, query: str
) -> None:
    plain, more = (admin.get(f"{SERIES}&group_by=channel{rest}") for rest in ("", f"&{query}"))
    assert more.status_code == 200
    assert more.body == plain.body
    for ignored in (*IGNORED, IGNORED_PREFIX):
        assert ignored in API_PAGE


@pytest.mark.parametrize("query", ["__=1", "utm=1", "UTM_source=x", "CB=1"])
def test_similar_parameters_are_not_ignored(admin: Caller, query: str) -> None:
    assert rejected(admin.get(f"{SERIES}&{query}")) == (400, "invalid_fields")


# --- what goes wrong --------------------------------------------------------------------------


def test_a_missing_setting_is_500_without_details(
    admin: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LIKEWORTH_FIT_QUEUE_URL")
    wiring.use_session(session())
    found = problem(admin.post("/v1/fits", {}))
    assert (found["status"], found["code"]) == (500, "misconfigured")
    assert "LIKEWORTH" not in str(found)
    assert "LIKEWORTH_FIT_QUEUE_URL" in caplog.text

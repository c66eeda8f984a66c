"""The forms that every answer has: JSON and CSV, ETags, problems, origins, queries."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib import wiring
from chalicelib.api.calls import IGNORED, IGNORED_PREFIX
from chalicelib.api.csv_tables import csv_of, preferred
from tests.api.conftest import Caller, problem, refused
from tests.conftest import Cloud, session
from tests.faulty import FaultySession, client_error

API_PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
SERIES = "/v1/timeseries?metric=engagements"
TABULAR = [SERIES, "/v1/imports", "/v1/fits", "/v1/mappings", "/v1/codes"]


def rows_of(response: HTTPResponse) -> list[list[str]]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.body.decode(), newline="")))


# --- JSON and CSV -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", TABULAR)
def test_rows_can_be_had_as_csv(admin: Caller, path: str) -> None:
    admin.post("/v1/imports", {"filename": "x.csv"})
    joint = "&" if "?" in path else "?"
    by_header = admin.get(path, accept="text/csv")
    by_parameter = admin.get(f"{path}{joint}format=csv", accept="application/json")
    assert rows_of(by_header) == rows_of(by_parameter)
    assert len(rows_of(by_header)[0]) > 1


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/json", "text/html,*/*;q=0.8", "text/csv;q=0.5,application/*", ""],
)
def test_json_is_what_everybody_else_gets(admin: Caller, accept: str | None) -> None:
    response = admin.get(SERIES, accept=accept)
    if accept == "":
        assert refused(response) == (406, "not_acceptable")
    else:
        assert response.headers["Content-Type"] == "application/json"


def test_a_caller_who_takes_neither_is_told(admin: Caller) -> None:
    assert refused(admin.get(SERIES, accept="image/png")) == (406, "not_acceptable")
    assert refused(admin.get(f"{SERIES}&format=xml")) == (400, "invalid_fields")


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
def test_an_accept_header_is_weighed(accept: str, best: str | None) -> None:
    assert preferred(accept) == best


def test_csv_is_quoted_and_no_formula() -> None:
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
def test_a_formula_is_guarded_wherever_a_cell_may_begin(text: str, cell: str) -> None:
    (written,) = list(csv.reader(io.StringIO(csv_of([{"a": text}], ("a",)), newline="")))[1:]
    assert written == [cell]


# --- ETags ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*TABULAR, "/v1/health"])
def test_what_has_not_changed_is_not_sent_again(admin: Caller, path: str) -> None:
    first = admin.get(path)
    etag = first.headers["ETag"]
    for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = admin.get(path, if_none_match=sent)
        assert (again.status_code, again.body) == (304, b"")
        assert again.headers["ETag"] == etag
    assert admin.get(path, if_none_match='"other"').status_code == 200


def test_another_form_and_other_content_have_other_etags(admin: Caller) -> None:
    etags = [
        admin.get("/v1/imports", accept=accept).headers["ETag"] for accept in ("*/*", "text/csv")
    ]
    admin.post("/v1/imports", {"filename": "x.csv"})
    etags.append(admin.get("/v1/imports").headers["ETag"])
    assert len(set(etags)) == 3


def test_a_cache_must_not_mix_callers_up(admin: Caller) -> None:
    headers = admin.get("/v1/imports").headers
    assert {"x-api-key", "Authorization"} <= set(headers["Vary"].split(", "))
    assert "private" in headers["Cache-Control"]
    assert admin.events().headers["Cache-Control"] == "no-store"


# --- queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("metric=cost&form=csv", "/form"),
        ("metric=cost&metric=cost", "/metric"),
        ("metric=", "/metric"),
        ("", "/metric"),
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
def test_a_query_that_is_wrong_is_refused(admin: Caller, query: str, pointer: str) -> None:
    found = problem(admin.get(f"/v1/timeseries?{query}"))
    assert (found["status"], found["code"]) == (400, "invalid_fields")
    assert [one["pointer"] for one in found["errors"]] == [pointer]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1.0", "limit=0000000019999", "cursor=x"]
)
def test_a_page_that_cannot_be_is_refused(admin: Caller, query: str) -> None:
    for path in ("/v1/imports", "/v1/fits", "/v1/mappings"):
        if (path, query) == ("/v1/mappings", "cursor=x"):
            continue  # a name like any other
        assert refused(admin.get(f"{path}?{query}")) == (400, "invalid_fields")


def test_a_call_without_parameters_takes_none(admin: Caller) -> None:
    assert refused(admin.get("/v1/health?x=1")) == (400, "invalid_fields")
    assert refused(admin.post("/v1/events?x=1", {"events": []})) == (400, "invalid_fields")


@pytest.mark.parametrize(
    "query", ["_=1716900000", "_=1&_=2", "cb", "cachebuster=", "nocache=1&utm_source=x&utm_id=y"]
)
def test_what_libraries_and_platforms_hang_onto_a_url_is_ignored(admin: Caller, query: str) -> None:
    plain, more = (admin.get(f"{SERIES}&group_by=channel{rest}") for rest in ("", f"&{query}"))
    assert more.status_code == 200
    assert more.body == plain.body
    for ignored in (*IGNORED, IGNORED_PREFIX):
        assert ignored in API_PAGE


@pytest.mark.parametrize("query", ["__=1", "utm=1", "UTM_source=x", "CB=1"])
def test_what_is_only_like_it_is_not(admin: Caller, query: str) -> None:
    assert refused(admin.get(f"{SERIES}&{query}")) == (400, "invalid_fields")


# --- origins ----------------------------------------------------------------------------------


def test_a_page_of_the_tenant_may_read_the_answer(cloud: Cloud, admin: Caller) -> None:
    store = wiring.store("acme")
    store.items.configure(dataclasses.replace(store.config, cors_origins=("https://a.example",)))
    wiring.use_session(session())
    mine = admin.get("/v1/imports", origin="https://a.example")
    assert mine.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "ETag" in mine.headers["Access-Control-Expose-Headers"]
    other = admin.get("/v1/imports", origin="https://b.example")
    assert other.status_code == 200
    assert "Access-Control-Allow-Origin" not in other.headers
    problems = admin.get("/v1/imports?x=1", origin="https://a.example")
    assert problems.headers["Access-Control-Allow-Origin"] == "https://a.example"


def test_a_preflight_says_what_could_be_sent(client: Client) -> None:
    response = Caller("", client).call(
        "OPTIONS", "/v1/imports/x", origin="https://a.example", x_api_key=None
    )
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Methods"] == "DELETE, GET"
    assert "x-api-key" in response.headers["Access-Control-Allow-Headers"]


# --- what goes wrong --------------------------------------------------------------------------


def test_a_method_that_is_not_there_is_a_problem(admin: Caller) -> None:
    response = admin.call("DELETE", "/v1/imports")
    assert refused(response) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_a_mistake_of_ours_is_500_without_its_insides(
    cloud: Cloud, admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.dynamodb.delete_table(TableName="likeworth")
    response = admin.get("/v1/imports")
    found = problem(response)
    assert (found["status"], found["code"]) == (500, "internal_error")
    assert "Table" not in str(found)
    assert "DynamoDB" not in str(found)
    assert "request " in caplog.text


def test_a_missing_setting_is_500_without_its_insides(
    admin: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LIKEWORTH_FIT_QUEUE_URL")
    wiring.use_session(session())
    found = problem(admin.post("/v1/fits", {}))
    assert (found["status"], found["code"]) == (500, "misconfigured")
    assert "LIKEWORTH" not in str(found)
    assert "LIKEWORTH_FIT_QUEUE_URL" in caplog.text


def test_a_read_that_is_throttled_is_503(cloud: Cloud, admin: Caller) -> None:
    class Throttled:
        def __getattr__(self, name: str) -> Any:
            def call(**_request: Any) -> Any:
                raise client_error("ThrottlingException")

            return call

    wiring.use_session(FaultySession(session(), Throttled()))  # type: ignore[arg-type]
    response = admin.get("/v1/imports", origin="https://a.example")
    assert refused(response) == (503, "store_unavailable")
    assert int(response.headers["Retry-After"]) > 0

"""An event gets the same verdict by HTTP, in an import and from the command line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.importers import Imported
from chalicelib.services import imports
from chalicelib.storage.tenant_store import TenantStore
from tests.api.conftest import NDJSON, Caller
from tests.conftest import Cloud
from tests.factories import (
    make_annotation,
    make_audience,
    make_control,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
    money,
    recently,
)
from tests.reports import LineReport

YESTERDAY = recently(days=1)[:19] + "Z"
A_WEEK_AGO, TOMORROW = recently(days=7)[:10], recently(days=-1)[:10]
IN_THREE_DAYS = recently(days=-3)[:10]


def like(**over: Any) -> dict[str, Any]:
    return make_event(**({"occurred_at": YESTERDAY} | over))


def sale(**over: Any) -> dict[str, Any]:
    return make_conversion(**({"occurred_at": YESTERDAY} | over))


def spent(**over: Any) -> dict[str, Any]:
    return make_cost(**({"occurred_at": YESTERDAY} | over))


def covered(**over: Any) -> dict[str, Any]:
    return make_coverage(**({"first": A_WEEK_AGO, "last": YESTERDAY[:10]} | over))


ODD: dict[str, tuple[dict[str, Any], str | None]] = {
    "a person of blanks": (like(user_id="   "), "too_short"),
    "a buyer of blanks": (sale(user_id="\t\u2003"), "too_short"),
    "a person of control characters": (like(user_id="\x1c\x1f"), "too_short"),
    "a blank and a letter": (like(user_id=" u"), None),
    "an empty person": (like(user_id=""), "too_short"),
    "a long person": (like(user_id="u" * 257), "too_long"),
    "a person who is a number": (like(user_id=7), "wrong_type"),
    "no person": (like() | {"user_id": None}, None),
    "several likes of one person": (like(user_id="u", count=2), "count_with_user"),
    "several sales to one person": (sale(user_id="u", count=2), "count_with_user"),
    "a person without consent": (like(user_id="u", consent=False), None),
    "a line end in an id": (like(event_id="a\n"), "invalid_format"),
    "a long id": (like(event_id="x" * 129), "invalid_format"),
    "no id": (like(event_id=None), "missing_field"),
    "a text as count": (like(count="2"), "wrong_type"),
    "a fraction as count": (like(count=1.0), "wrong_type"),
    "a truth as count": (like(count=True), "wrong_type"),
    "no count at all": (like(count=0), "out_of_range"),
    "a huge count": (like(count=10**30), "out_of_range"),
    "a number as paid": (like(paid=1), "wrong_type"),
    "a channel in capitals": (like(channel="Facebook"), "invalid_format"),
    "an unknown type": (like(type="poke"), "unknown_value"),
    "a blank in an id": (like(event_id="a b"), "invalid_format"),
    "a person who is an object": (like(user_id={"id": 5}), "wrong_type"),
    "a number as cost": (like(cost=5), "wrong_type"),
    "a text as consent": (like(consent="no"), "wrong_type"),
    "a number as consent": (like(consent=0), "wrong_type"),
    "nothing as consent": (like() | {"consent": None}, "wrong_type"),
    "an unknown kind": (like(kind="visit"), "unknown_kind"),
    "no kind": (like(kind=None), "missing_field"),
    "an unknown field": (like(cuont=2), "unknown_field"),
    "a day as time": (like(occurred_at=YESTERDAY[:10]), "invalid_time"),
    "a time without an offset": (like(occurred_at=YESTERDAY.rstrip("Z")), "invalid_time"),
    "a time in small letters": (like(occurred_at=YESTERDAY.lower()), None),
    "a time as number": (like(occurred_at=0), "invalid_time"),
    "tomorrow": (like(occurred_at=recently(days=-1)), "in_the_future"),
    "a rating without a review": (like(rating=4), "rating_without_review"),
    "a rating with decimals": (like(type="review", rating=4.5), None),
    "six stars": (like(type="review", rating=6), "out_of_range"),
    "a reply to nothing": (like(type="reply"), "reply_without_parent"),
    "a like about somebody": (like(about="rival"), "about_without_text"),
    "a share with reach": (like(type="share", reach=12), None),
    "a like with reach": (like(reach=12), "reach_without_share"),
    "a reach of many shares": (like(type="share", reach=12, count=2), "reach_without_share"),
    "dollars": (spent(amount=money("1", "USD")), "currency_mismatch"),
    "dollars of a sale": (sale(value=money("1", "USD")), "currency_mismatch"),
    "dollars of a like": (like(cost=money("1", "USD")), "currency_mismatch"),
    "a currency by name": (like(cost=money("1", "Euro")), "invalid_currency"),
    "less than nothing": (like(cost=money("-1")), "invalid_amount"),
    "an amount with binary noise": (like(cost={"amount": 0.1 + 0.2, "currency": "EUR"}), None),
    "an amount of many digits": (
        spent(amount={"amount": 1e300, "currency": "EUR"}),
        "invalid_amount",
    ),
    "an amount without a currency": (like(cost={"amount": "1"}), "missing_field"),
    "money with a tax": (like(cost=money("1") | {"tax": 1}), "unknown_field"),
    "no amount": (spent(amount=None), "missing_field"),
    "fewer than no followers": (make_audience(occurred_at=YESTERDAY, size=-1), "out_of_range"),
    "coverage until tomorrow": (covered(last=TOMORROW), None),
    "coverage of the future": (covered(last=IN_THREE_DAYS), "in_the_future"),
    "coverage that ends before it starts": (covered(last="2020-01-01"), "ends_before_start"),
    "coverage with parents": (covered(parents="complete"), None),
    "coverage with some parents": (covered(parents="some"), "unknown_value"),
    "coverage of likes with parents": (
        covered(type="like", parents="complete"),
        "parents_without_shares",
    ),
    "coverage of two sources": (covered(goal="purchase"), "one_source"),
    "an unknown category": (
        make_annotation(first=A_WEEK_AGO, last=YESTERDAY[:10], category="party"),
        "unknown_value",
    ),
    "a control that is a truth": (make_control(occurred_at=YESTERDAY, value=True), "wrong_type"),
    "a huge control": (make_control(occurred_at=YESTERDAY, value=1e300), None),
}
"""An event, and the code of its rejection; None if it is accepted."""

NOT_JSON: dict[str, bytes] = {
    "half": b'{"kind": "engagement"',
    "a key twice": b'{"kind": "cost", "kind": "cost"}',
    "a key twice, deeper": b'{"kind": "cost", "amount": {"amount": 1, "amount": 1}}',
    "not a number": b'{"kind": "control", "value": NaN}',
    "infinity": b'{"kind": "control", "value": -Infinity}',
    "33 levels": b"[" * 33 + b"]" * 33,
    "a hundred thousand levels": b"[" * 100_000,
    "not UTF-8": b'{"kind": "\xff"}',
    "UTF-16": '{"kind": "cost"}'.encode("utf-16-le"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a huge exponent": b'{"kind": "control", "value": 1e99999999999999999999}',
    "thousands of digits": b'{"kind": "engagement", "count": ' + b"9" * 5000 + b"}",
    "single quotes": b"{'kind': 'cost'}",
    "more than a value": b'{"kind": "cost"} x',
    "a trailing comma": b'{"kind": "cost",}',
    "a hundred thousand objects": b'{"a":' * 100_000,
}

FIRST = spent()
"""Sent before the unusual events: it is accepted, and its amount is in the reporting currency."""


class EventFile(LineReport):
    """An export in which every row is one event."""

    def outcomes(self) -> Iterator[Imported]:
        for row, line in enumerate(self._stream, start=1):
            self._rows = row
            yield Imported(row, (json.loads(line),))


def by_http(sender: Caller, body: bytes) -> dict[int, str]:
    """Return the line index and code of each rejection by `POST /v1/events`."""
    answer = sender.post("/v1/events", body, content_type=NDJSON)
    assert answer.status_code == 200
    return {one["index"]: one["code"] for one in answer.json_body["rejected"]}


def by_import(cloud: Cloud, store: TenantStore, body: bytes) -> dict[int, str]:
    """Same as `by_http`, for an import."""
    version = cloud.put(f"imports/{store.tenant}/report.ndjson", body)
    now = dt.datetime.now(dt.UTC)
    ended = imports.run_import(
        store,
        imports.import_for_object(store, version, dropped_at=now),
        version,
        now=now,
        deadline=lambda: 900.0,
        read_export=EventFile,
    )
    assert ended.state == "done"
    rows, _ = imports.list_rejected_rows(store, ended.import_id, limit=100)
    return {row.row - 1: row.code for row in rows}


def by_estimate(path: Path, body: bytes) -> dict[int, str]:
    """Same as `by_http`, for the command line."""
    path.write_bytes(body)
    lines = EventLines([LineFile(path)], dt.datetime.now(dt.UTC))
    assert len(list(lines)) + len(lines.rejected) == body.count(b"\n")
    return {number - 1: code for _, number, code, _ in lines.rejected}


def test_unusual_events_are_treated_the_same_by_http_imports_and_command_line(
    sender: Caller, cloud: Cloud, store: TenantStore, tmp_path: Path
) -> None:
    raws = [FIRST, *(raw for raw, _ in ODD.values())]
    expected = {name: code for name, (_, code) in ODD.items()}
    body = b"".join(json.dumps(raw).encode() + b"\n" for raw in raws)

    def named(codes: dict[int, str]) -> dict[str, str | None]:
        assert 0 not in codes
        return {name: codes.get(index) for index, name in enumerate(ODD, start=1)}

    assert named(by_http(sender, body)) == expected
    assert named(by_import(cloud, store, body)) == expected
    assert named(by_estimate(tmp_path / "events.ndjson", body)) == expected


@pytest.mark.parametrize("line", NOT_JSON.values(), ids=NOT_JSON)
def test_a_line_that_is_not_json_is_rejected_by_http_and_on_the_command_line(
    sender: Caller, tmp_path: Path, line: bytes
) -> None:
    body = json.dumps(FIRST).encode() + b"\n" + line + b"\n"

    assert by_http(sender, body) == {1: "malformed_json"}
    assert by_estimate(tmp_path / "events.ndjson", body) == {1: "malformed_json"}


def test_half_of_a_surrogate_pair_is_rejected_by_http_and_on_the_command_line(
    sender: Caller, tmp_path: Path
) -> None:
    raws = (FIRST, like(content_id="\ud800"))
    body = b"".join(json.dumps(raw).encode() + b"\n" for raw in raws)

    assert by_http(sender, body) == {1: "wrong_type"}
    assert by_estimate(tmp_path / "events.ndjson", body) == {1: "wrong_type"}


def test_an_event_that_is_not_an_object_is_rejected_by_http_and_on_the_command_line(
    sender: Caller, tmp_path: Path
) -> None:
    body = json.dumps(FIRST).encode() + b'\n7\n"text"\nnull\n[]\n'
    expected = dict.fromkeys(range(1, 5), "wrong_type")

    assert by_http(sender, body) == expected
    assert by_estimate(tmp_path / "events.ndjson", body) == expected


def test_the_command_line_has_no_retention(sender: Caller, tmp_path: Path) -> None:
    old = like(occurred_at="1999-01-01T00:00:00Z")
    body = b"".join(json.dumps(raw).encode() + b"\n" for raw in (FIRST, old))

    assert by_http(sender, body) == {1: "before_retention"}
    assert by_estimate(tmp_path / "events.ndjson", body) == {}

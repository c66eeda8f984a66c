"""JSON in files: which values are records, and limits of numbers and nesting."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.importers import Imported, RowOutcome, Skipped
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.records.json_documents import arrays_in, items_of, read_document
from chalicelib.importers.records.shapes import record_outcomes
from chalicelib.importers.values.values import amount, count, epoch, name_of, number
from chalicelib.model.errors import ExportRejected

RECORDS = [{"id": 1, "tags": ["a"]}, {"id": 2, "tags": []}]


def source_of(text: str | bytes) -> Source:
    return Source(io.BytesIO(text.encode() if isinstance(text, str) else text))


def outcomes_of(text: str | bytes) -> list[RowOutcome]:
    def convert(record: Any) -> str:
        return json.dumps(record)

    def shown(record: Any) -> str:
        return ""

    return list(record_outcomes(source_of(text), convert, shown, within=("batch",)))


def rejection_of(text: str | bytes) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        list(items_of(source_of(text), "item"))
    return rejection.value


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=1),
        "\n".join(map(json.dumps, RECORDS)),
        "\r\n\r\n".join(map(json.dumps, RECORDS)) + "\r\n",
        json.dumps({"batch": RECORDS}),
        json.dumps({"sentAt": "x", "context": {"batch": []}, "batch": RECORDS}, indent=2),
    ],
)
def test_records_are_found_in_every_arrangement(text: str) -> None:
    reasons = [outcome.reason for outcome in outcomes_of(text) if isinstance(outcome, Skipped)]

    assert [json.loads(reason) for reason in reasons] == RECORDS


@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_without_such_an_array_is_a_record_itself(indent: int | None) -> None:
    assert len(outcomes_of(json.dumps(RECORDS[0], indent=indent))) == 1


def test_lines_are_numbered_as_in_an_editor_and_invalid_ones_are_rejected() -> None:
    outcomes = outcomes_of('{"id": 1}\n\n{"id": \n{"id": 3}\n')

    assert [(outcome.row, isinstance(outcome, Skipped)) for outcome in outcomes] == [
        (1, True),
        (3, False),
        (4, True),
    ]
    assert not any(isinstance(outcome, Imported) for outcome in outcomes)


def test_an_invalid_first_line_does_not_reject_the_others() -> None:
    outcomes = outcomes_of('{"id": 1\n{"id": 2}\n{"id": 3}\n')

    assert [isinstance(outcome, Skipped) for outcome in outcomes] == [False, True, True]


@pytest.mark.parametrize("digits", ["9" * 5_000, "1e" + "9" * 19, "0." + "1" * 70_000])
def test_endless_numbers_are_rejected_without_ending_the_process(digits: str) -> None:
    assert rejection_of(f"[{digits}]").code == "unreadable_file"
    assert arrays_in(f'{{"a": {digits}, "b": []}}') == set()


def test_an_endless_number_rejects_only_its_line() -> None:
    outcomes = outcomes_of('{"id": 1}\n{"id": %s}\n' % ("9" * 5_000))

    assert [isinstance(outcome, Skipped) for outcome in outcomes] == [True, False]


def test_a_document_with_an_impossible_exponent_is_rejected() -> None:
    with pytest.raises(ExportRejected) as rejection:
        read_document(source_of('{"a": 1e9999999999999999999}'))

    assert rejection.value.code == "unreadable_file"


def test_deep_nesting_is_rejected_quickly() -> None:
    assert rejection_of("[" * 100_000).code == "too_deep"
    assert arrays_in('{"a":' * 100_000) == set()


def test_the_message_about_invalid_json_does_not_quote_it() -> None:
    assert "ada@" not in str(rejection_of('[{"email": "ada@example.org", oops}]'))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "invalid_number"),
        ([1], "invalid_number"),
        ("many", "invalid_number"),
        (float("inf"), "invalid_number"),
        ("9" * 200, "invalid_number"),
        (10**13, "invalid_number"),
        (10**400, "invalid_number"),
        ("1E+999999", "invalid_number"),
        (Decimal("1E+999999"), "invalid_number"),
        (-1, "negative"),
        ("0.5", "not_whole"),
    ],
)
def test_an_invalid_count_is_rejected(value: object, code: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        count(value, "votes")

    assert rejection.value.code == code


def test_numbers_are_read_without_loss() -> None:
    assert count("1,234", "votes") == 1234
    assert count(None, "votes") == count("", "votes") == 0
    assert str(number("$1,234.50", "revenue")) == "1234.50"
    assert str(amount(0.1, "revenue")) == "0.1"


@pytest.mark.parametrize("value", [0, -1, "soon", 10**12, True, {}])
def test_a_time_outside_the_calendar_is_rejected(value: object) -> None:
    with pytest.raises(RowRejected) as rejection:
        epoch(value, "event_time")

    assert rejection.value.code == "invalid_date"


def test_a_time_is_read_in_its_unit() -> None:
    seconds = epoch("1699784211", "event_time")

    assert seconds.isoformat() == "2023-11-12T10:16:51+00:00"
    assert epoch(1699784211000, "timestamp", per_second=1000) == seconds
    assert epoch("1699784211000000", "timestamp", per_second=1_000_000) == seconds


def test_a_name_is_text_or_a_whole_number() -> None:
    assert [name_of(value) for value in (" a ", 7, True, None, 1.5, [])] == [
        "a",
        "7",
        "",
        "",
        "",
        "",
    ]
    assert name_of("\ud800").encode() == b"?"


def test_a_number_with_a_huge_exponent_is_not_an_amount() -> None:
    with pytest.raises(RowRejected):
        amount(Decimal("1E+999999"), "revenue")

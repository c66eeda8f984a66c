"""No message about a file repeats a cell that may hold personal data."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from chalicelib.importers import Rejected, Skipped, read_export
from chalicelib.importers.tables.headings import known_heading
from chalicelib.model.errors import ExportRejected
from tests.samples import by_importer
from tests.samples.spellings import DELIMITERS, text_of

MARKERS = (
    "zebulon.quagmire@leak.example",
    "+4915798765432",
    "04915798765432",
    "-4915798765432",
    "Zebulon Quagmire",
    "Total: Zebulon Quagmire",
    "1,5 Quagmire",
    "2026-13-45 Quagmire",
    "=Zebulon!Quagmire",
)
"""What a cell of a shifted column may hold: an e-mail address, a phone number, a name."""

LEAKS = ("zebulon", "quagmire", "4915798765432")
PER_IMPORTER = 60

HEADINGS = "columnHeaders"
"""A key whose values are headings; messages name headings."""


def _can_be_marked(text: str) -> bool:
    """Whether the text is intact JSON, XML, or a table with a row besides its headers."""
    if text.lstrip().startswith("<"):
        return True
    if text.lstrip()[:1] not in "{[":
        return bool(_rows_of_data(_rows_of(text)))
    try:
        _documents(text)
    except ValueError:
        return False
    return True


def _documents(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _rows_of(text: str) -> list[list[str]]:
    delimiter = max(DELIMITERS, key=text.count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]


def _rows_of_data(rows: list[list[str]]) -> list[list[str]]:
    """The rows that are not headers: messages name the headings of unread columns."""
    header = max(rows, key=lambda row: sum(map(known_heading, row)))
    return [row for row in rows if row != header]


def with_a_marker(text: str, marker: str, random: Random) -> bytes:
    """The file with a marker in one of its cells or values, or between two cells."""
    ways = {"{": _in_json, "[": _in_json, "<": _in_xml}
    return ways.get(text.lstrip()[:1], _in_table)(text, marker, random).encode()


def _in_table(text: str, marker: str, random: Random) -> str:
    delimiter = max(DELIMITERS, key=text.count)
    rows = _rows_of(text)
    row = random.choice(_rows_of_data(rows))
    at = random.randrange(len(row))
    row[at : at + random.randrange(2)] = [marker]
    changed = io.StringIO()
    csv.writer(changed, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return changed.getvalue()


def _in_xml(text: str, marker: str, random: Random) -> str:
    place = random.choice(list(re.finditer(r">[^<]*<", text)))
    return text[: place.start() + 1] + marker + text[place.end() - 1 :]


def _in_json(text: str, marker: str, random: Random) -> str:
    documents = _documents(text)
    places = [place for document in documents for place in _places(document)]
    if places:
        random.choice(places)(marker)
    return "\n".join(map(json.dumps, documents))


def _places(value: Any) -> Iterator[Callable[[str], None]]:
    """Functions that replace a value by a text, one for each value in a document."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        if key == HEADINGS:
            continue
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
        yield lambda marker, key=key: value.__setitem__(key, marker)


TEXTS = {
    importer: texts
    for importer, samples in by_importer().items()
    if (
        texts := [
            text
            for sample in samples
            if (text := text_of(sample.data)) is not None and _can_be_marked(text)
        ]
    )
}


def everything_said(data: bytes) -> str:
    """Messages, reasons and notes about a file; without its events and rejected rows."""
    said: list[object] = []
    try:
        reader = read_export(io.BytesIO(data), currency="EUR", spread=True)
        for outcome in reader:
            if isinstance(outcome, Rejected):
                said += [outcome.code, outcome.message]
            elif isinstance(outcome, Skipped):
                said.append(outcome.reason)
        summary = reader.summary()
        unread = [(one["heading"], one["why"]) for one in summary["unread_columns"]]
        sums = dict.fromkeys(("claimed_conversions", "unpaid_orders", "warnings"))
        said.append(summary | sums | {"unread_columns": unread})  # sums are of cells of numbers
        said.append(reader.report)
    except ExportRejected as rejection:
        said.append(rejection.detail)
    return repr(said).casefold()


@pytest.mark.parametrize("importer", TEXTS)
def test_no_message_repeats_a_cell(importer: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    random = Random(importer)

    for turn in range(PER_IMPORTER):
        marker = MARKERS[turn % len(MARKERS)]
        said = everything_said(with_a_marker(random.choice(TEXTS[importer]), marker, random))
        assert not [leak for leak in LEAKS if leak in said], (marker, said)
    assert not [leak for leak in LEAKS if leak in caplog.text.casefold()]

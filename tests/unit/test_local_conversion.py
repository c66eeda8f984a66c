"""Data directories from before SQLite are converted at the first start."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chalicelib.local import conversion
from chalicelib.local.database_rows import CHANGES
from chalicelib.local.machine import LocalMachine
from chalicelib.model.errors import DamagedStore
from chalicelib.storage.attributes import Item, to_item

SECRET = "a root secret for tests only"
EVENTS = "acme#events#2026-03-14#0"
KEY = {"pk": {"S": "acme#links"}, "sk": {"S": "1"}}
COUNT = {"pk": {"S": "acme#rate#k"}, "sk": {"S": "w"}}

WRITES: list[tuple[str, dict[str, Any]]] = [
    ("PutItem", {"Item": to_item("acme#links", "1", {"seal": "old", "blob": b"\x00\xff"})}),
    (
        "BatchWriteItem",
        {
            "RequestItems": {
                "likeworth": [
                    {"PutRequest": {"Item": to_item(EVENTS, one, {"n": 1})}} for one in "abc"
                ]
            }
        },
    ),
    (
        "BatchWriteItem",
        {
            "RequestItems": {
                "likeworth": [{"DeleteRequest": {"Key": {"pk": {"S": EVENTS}, "sk": {"S": "b"}}}}]
            }
        },
    ),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": to_item("acme#keys", "k", {})}}]}),
    ("DeleteItem", {"Key": {"pk": {"S": EVENTS}, "sk": {"S": "c"}}}),
    *[
        (
            "UpdateItem",
            {
                "Key": KEY,
                "UpdateExpression": "SET revoked_at = if_not_exists(revoked_at, :at)",
                "ExpressionAttributeValues": {":at": {"S": at}},
            },
        )
        for at in ("first", "second")
    ],
    (
        "UpdateItem",
        {
            "Key": KEY,
            "UpdateExpression": "SET seal = :new",
            "ExpressionAttributeValues": {":new": {"S": "new"}, ":there": {"S": "old"}},
        },
    ),
    *[
        (
            "UpdateItem",
            {
                "Key": COUNT,
                "UpdateExpression": "ADD counted :by SET #ttl = :expires_at",
                "ExpressionAttributeNames": {"#ttl": "ttl"},
                "ExpressionAttributeValues": {":by": {"N": "3"}, ":expires_at": {"N": "9" * 10}},
            },
        )
        for _ in range(2)
    ],
]


def line(action: str, asked: dict[str, Any]) -> bytes:
    text = json.dumps(asked, default=lambda value: "AP8=" if value == b"\x00\xff" else None)
    return f"{action} {text}\n".encode()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    objects = directory / "objects" / "000000000000" / "likeworth-exports" / "imports" / "acme"
    objects.mkdir(parents=True)
    (objects / "x.csv").write_bytes(b"Date,Views\n")
    (objects / "x.csv.meta.json").write_text(json.dumps({"key": "imports/acme/x.csv"}))
    (directory / "engine").write_text("embedded\n")
    (directory / "schedule").write_text("2026-03-14T00:00:00+00:00")
    written = b"".join(line(*one) for one in WRITES)
    (directory / "table.journal").write_bytes(written + b'PutItem {"Item": {"pk"')
    records = [
        {"tenant": "acme", "key_id": "0" * 12, "role": "read", "key_hash": "1", "created_at": "x"},
        {"tenant": "acme", "key_id": "k", "revoked_at": "2026-03-14T00:00:00+00:00"},
    ]
    (directory / "keys.ndjson").write_text("".join(json.dumps(one) + "\n" for one in records))
    return directory


def content(machine: LocalMachine) -> dict[str, list[Item]]:
    pks = [pk for (pk,) in machine.database.rows("SELECT pk FROM partitions ORDER BY pk")]
    return {pk: list(machine.table.query(pk)) for pk in pks}


def test_items_files_and_key_records_are_converted(old: Path) -> None:
    machine = LocalMachine(old, root_secret=lambda: SECRET)
    found = content(machine)
    link = {"seal": "new", "blob": b"\x00\xff", "revoked_at": "first"}
    assert found["acme#links"] == [to_item("acme#links", "1", link)]
    assert found[EVENTS] == [to_item(EVENTS, "a", {"n": 1})]
    assert found["acme#rate#k"] == [
        to_item("acme#rate#k", "w", {"counted": 6, "ttl": 9_999_999_999})
    ]
    assert [one["sk"]["S"] for one in found[CHANGES]] == [EVENTS]  # its totals are derived again
    made, revoked = found["acme#keys"]
    assert made["role"] == {"S": "read"}
    assert revoked["revoked_at"]["S"].startswith("2026-03-14")
    assert machine.objects("acme").get("imports/acme/x.csv") == b"Date,Views\n"
    machine.close()
    kept = {file.name for file in (old / "before-sqlite").iterdir()}
    assert {"table.journal", "keys.ndjson", "objects", "schedule", "engine"} == kept
    again = LocalMachine(old, root_secret=lambda: SECRET)
    assert content(again) == found
    again.close()


@pytest.mark.parametrize("call", range(1, 12))
def test_an_interrupted_conversion_is_repeated(
    old: Path, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = old.with_name("reference")
    shutil.copytree(old, reference)
    whole = LocalMachine(reference, root_secret=lambda: SECRET)
    wanted = content(whole)
    whole.close()
    calls = [0]
    replace = conversion.os.replace

    def dying(*given: Any) -> None:
        calls[0] += 1
        if calls[0] == call:
            raise KeyboardInterrupt
        replace(*given)

    with monkeypatch.context() as patched:
        patched.setattr(conversion.os, "replace", dying)
        with contextlib.suppress(KeyboardInterrupt):
            LocalMachine(old, root_secret=lambda: SECRET).close()
    machine = LocalMachine(old, root_secret=lambda: SECRET)
    found = content(machine)
    machine.close()
    for one in (wanted, found):
        one.pop("-#objects")  # whose files have names of their own
    assert found == wanted


def test_a_damaged_journal_is_rejected_and_kept(old: Path) -> None:
    journal = old / "table.journal"
    damaged = journal.read_bytes().replace(b"BatchWriteItem {", b"BatchWriteItem [", 1)
    journal.write_bytes(damaged)
    with pytest.raises(DamagedStore, match="line 2"):
        LocalMachine(old, root_secret=lambda: SECRET)
    assert journal.read_bytes() == damaged


def test_only_serve_converts_a_directory(old: Path) -> None:
    with pytest.raises(DamagedStore, match="serve --data"):
        LocalMachine(old, root_secret=lambda: SECRET, serves=False)


def test_a_directory_of_dynamodb_local_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "dynamodb-local").mkdir()
    with pytest.raises(DamagedStore, match="dynamodb-local"):
        LocalMachine(tmp_path, root_secret=lambda: SECRET)

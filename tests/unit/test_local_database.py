"""The database of one machine: group commits, errors by name, detected damage."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.local.backups import back_up
from chalicelib.local.checking import findings
from chalicelib.local.database import FILE, Database
from chalicelib.local.database_rows import CHANGES, Transaction, to_row
from chalicelib.local.housekeeping import GRACE_SECONDS, Housekeeper
from chalicelib.local.installation import Installation
from chalicelib.local.machine import LocalMachine, UnusableDirectoryError
from chalicelib.local.service import LocalService
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.local.versioned_files import Files
from chalicelib.model.errors import DamagedStore, MisconfiguredService, StoreUnavailable
from chalicelib.services.ingest import record_events
from chalicelib.storage.attributes import Item, to_item
from tests.factories import make_event

EVENTS = "acme#events#2026-03-14#0"
SECRET = "a root secret for tests only"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path)) as made:
        yield made


@contextmanager
def opened(directory: Path) -> Iterator[SqliteTable]:
    with closing(Database(directory)) as made:
        yield SqliteTable(made)


def machine_in(directory: Path, **options: Any) -> LocalMachine:
    return LocalMachine(directory, root_secret=lambda: SECRET, **options)


def an_item(sort: str = "s", partition: str = "acme#p", **values: Any) -> Item:
    return to_item(partition, sort, values)


def sorts(table: SqliteTable, partition: str = "acme#p") -> list[str]:
    return [item["sk"]["S"] for item in table.query(partition)]


def raw(directory: Path, text: str, *values: Any) -> None:
    """Change the database file directly."""
    connection = sqlite3.connect(directory / FILE, isolation_level=None)
    connection.execute(text, values)
    connection.close()


# --- writing --------------------------------------------------------------------------------------


def test_concurrent_writes_are_committed_together(database: Database) -> None:
    entered, release = threading.Event(), threading.Event()

    def slow(transaction: Transaction) -> None:
        transaction.put(to_row(an_item("slow")))
        entered.set()
        assert release.wait(10)

    threads = [threading.Thread(target=database.write, args=(slow,))]
    threads[0].start()
    assert entered.wait(10)
    for number in range(8):
        row = to_row(an_item(f"{number}"))
        threads.append(threading.Thread(target=database.write, args=(lambda t, r=row: t.put(r),)))
        threads[-1].start()
    while len(database._waiting) < 8:
        pass
    release.set()
    for thread in threads:
        thread.join()
    assert len(sorts(SqliteTable(database))) == 9
    assert database.sequence == 2


def test_a_failed_write_changes_nothing_and_does_not_affect_others(database: Database) -> None:
    def broken(transaction: Transaction) -> None:
        transaction.put(to_row(an_item("broken", EVENTS)))
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        database.write(broken)
    SqliteTable(database).put(an_item("good"))
    assert sorts(SqliteTable(database)) == ["good"]
    assert sorts(SqliteTable(database), EVENTS) == []
    assert sorts(SqliteTable(database), CHANGES) == []


def test_a_failed_commit_fails_every_write_of_its_group(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Transaction) -> None:
        raise KeyError("on purpose")

    table = SqliteTable(database)
    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "settle", broken)
        with pytest.raises(KeyError):
            table.put(an_item("lost"))
    assert sorts(table) == []
    table.put(an_item("kept"))
    assert sorts(table) == ["kept"]


def test_a_changed_event_partition_is_listed_with_the_sequence_of_its_last_change(
    database: Database,
) -> None:
    table = SqliteTable(database)
    table.put(an_item("1", EVENTS))
    (first,) = table.query(CHANGES)
    table.put(an_item("1", EVENTS))  # writing the same item changes nothing
    assert list(table.query(CHANGES)) == [first]
    table.put(an_item("2", EVENTS))
    (second,) = table.query(CHANGES)
    assert int(second["sequence"]["N"]) > int(first["sequence"]["N"])


def test_another_process_can_write_between_commits(database: Database, tmp_path: Path) -> None:
    other = Database(tmp_path)
    for number in range(5):
        SqliteTable(database).put(an_item(f"a{number}"))
        SqliteTable(other).put(an_item(f"b{number}"))
    other.close()
    assert len(sorts(SqliteTable(database))) == 10


def test_written_items_survive_a_restart(tmp_path: Path) -> None:
    for number in range(3):
        with opened(tmp_path) as table:
            table.put(an_item(f"{number}"))
    with opened(tmp_path) as table:
        assert sorts(table) == ["0", "1", "2"]


# --- outages --------------------------------------------------------------------------------------


def test_a_full_disk_makes_the_store_unavailable_and_stores_nothing(database: Database) -> None:
    table = SqliteTable(database)
    table.put(an_item("before"))
    (pages,) = database._writer.execute("PRAGMA page_count").fetchone()
    database._writer.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnavailable, match="full"):
        table.put(an_item("after", text="x" * 100_000))
    database._writer.execute("PRAGMA max_page_count=100000")
    assert sorts(table) == ["before"]
    table.put(an_item("after", text="x" * 100_000))
    assert sorts(table) == ["after", "before"]


def test_a_locked_database_makes_the_store_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.local.database.BUSY_SECONDS", 0.1)
    database = Database(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        SqliteTable(database).put(an_item())
    other.execute("ROLLBACK")
    other.close()
    SqliteTable(database).put(an_item())
    database.close()


def test_the_error_names_a_path_that_is_not_a_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for place in (file, file / "below"):
        with pytest.raises(UnusableDirectoryError, match=str(file)):
            machine_in(place)


# --- damage ---------------------------------------------------------------------------------------


def filled(directory: Path, partition: str = EVENTS) -> None:
    with opened(directory) as table:
        table.put(an_item("1", partition, n=1))
        table.put(an_item("2", partition, n=2))


DAMAGES = {
    "another value": "UPDATE items SET item = replace(item, '1', '3') WHERE sk = '1'",
    "another key": "UPDATE items SET sk = '3' WHERE sk = '1'",
    "another expiry": "UPDATE items SET expires_at = 1 WHERE sk = '1'",
    "another checksum": "UPDATE items SET checksum = checksum + 1 WHERE sk = '1'",
    "a row less": "DELETE FROM items WHERE sk = '1'",
    "a row more": "INSERT INTO items SELECT pk, '3', item, expires_at, checksum FROM items "
    "WHERE sk = '1'",
    "all rows less": "DELETE FROM items",
    "a partition less": "DELETE FROM partitions WHERE pk NOT LIKE '-#%'",
    "another number": "UPDATE partitions SET items = 3 WHERE pk NOT LIKE '-#%'",
}


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES.keys())
def test_every_read_rejects_damaged_rows(tmp_path: Path, change: str) -> None:
    filled(tmp_path)
    raw(tmp_path, change)
    database = Database(tmp_path)
    with pytest.raises(DamagedStore, match="damaged"):
        list(SqliteTable(database).query(EVENTS))
    assert list(findings(database, Files(tmp_path / "objects", database)))
    database.close()


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_start_rejects_damaged_bookkeeping(tmp_path: Path, change: str) -> None:
    filled(tmp_path, "acme#fits")
    raw(tmp_path, change)
    if "DELETE FROM partitions" in change:  # the change did not affect the list of changes
        return
    with pytest.raises(DamagedStore, match="restore a backup"):
        machine_in(tmp_path)


OTHER_FILES = {
    "no database": lambda file: file.write_bytes(b"x" * 5_000),
    "an empty one": lambda file: file.write_bytes(b""),
    "none at all": lambda file: file.unlink(),
    "half of it": lambda file: file.write_bytes(file.read_bytes()[: 4096 * 2 + 100]),
    "another version": lambda file: raw(file.parent, "PRAGMA user_version=9"),
    "another program's": lambda file: raw(file.parent, "PRAGMA application_id=1"),
    "a table less": lambda file: raw(file.parent, "DROP TABLE partitions"),
}


@pytest.mark.parametrize("change", OTHER_FILES.values(), ids=OTHER_FILES.keys())
def test_a_damaged_database_file_is_rejected(tmp_path: Path, change: Any) -> None:
    filled(tmp_path, "acme#fits")
    change(tmp_path / FILE)
    with pytest.raises(DamagedStore, match=FILE):
        machine_in(tmp_path)


def test_a_start_killed_before_creating_the_schema_is_repeated(tmp_path: Path) -> None:
    raw(tmp_path, "PRAGMA journal_mode=WAL")  # now the first page exists
    assert (tmp_path / FILE).stat().st_size > 0
    with opened(tmp_path) as table:
        table.put(an_item())
        assert sorts(table) == ["s"]


def test_a_blank_database_instead_of_one_with_commits_is_rejected(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / FILE).unlink()
    raw(tmp_path, "PRAGMA journal_mode=WAL")
    with pytest.raises(DamagedStore, match="missing or empty"):
        Database(tmp_path)


def test_invalid_utf8_is_damage_and_is_not_quoted(tmp_path: Path) -> None:
    filled(tmp_path)
    raw(tmp_path, "UPDATE items SET item = CAST(x'7b22616e6e61ff' AS TEXT) WHERE sk = '1'")
    database = Database(tmp_path)
    with pytest.raises(DamagedStore, match="not UTF-8") as rejected:
        list(SqliteTable(database).query(EVENTS))
    assert "anna" not in rejected.value.detail
    assert any("not UTF-8" in one for one in findings(database, Files(tmp_path / "o", database)))
    database.close()


def left_by_a_killed_process(directory: Path, *written: str) -> Path:
    """Copy the files of a database that was not closed after these items were written."""
    copy = directory / f"killed after {written[-1]}"
    copy.mkdir()
    with opened(directory) as table:
        for sort in written:
            table.put(an_item(sort))
        for file in directory.glob("likeworth*"):
            (copy / file.name).write_bytes(file.read_bytes())
    return copy


def test_a_cut_log_is_rejected(tmp_path: Path) -> None:
    killed = left_by_a_killed_process(tmp_path, *"01234")
    with opened(killed) as whole:
        assert len(sorts(whole)) == 5

    cut = left_by_a_killed_process(tmp_path, *"67")
    log = cut / f"{FILE}-wal"
    log.write_bytes(log.read_bytes()[:-5_000])
    with pytest.raises(DamagedStore, match=r"likeworth\.db-wal"):
        Database(cut)
    (cut / "likeworth.commits").unlink()
    with opened(cut) as rest:
        assert len(sorts(rest)) == 6


def test_a_damaged_object_file_is_rejected(tmp_path: Path) -> None:
    machine = machine_in(tmp_path)
    objects = machine.objects("acme")
    objects.put("documents/acme/x", b"0123456789")
    found = machine.files.find("documents/acme/x")
    assert found is not None
    path = machine.files.path(found)
    path.write_bytes(b"0123456780")
    with pytest.raises(DamagedStore, match=str(path)):
        objects.get("documents/acme/x")
    (finding,) = findings(machine.database, machine.files)
    assert str(path) in finding
    path.unlink()
    with pytest.raises(DamagedStore, match="missing"):
        objects.get("documents/acme/x")
    machine.close()


# --- backups, and what has expired ----------------------------------------------------------------


def test_a_backup_made_during_writes_can_be_served(tmp_path: Path) -> None:
    machine = machine_in(tmp_path / "data")
    machine.table.put(an_item())
    machine.objects("acme").put("documents/acme/x", b"large")
    back_up(tmp_path / "data", tmp_path / "copy")
    machine.table.put(an_item("later"))
    machine.objects("acme").remove("documents/acme/x")
    machine.close()
    with pytest.raises(FileExistsError):
        back_up(tmp_path / "data", tmp_path / "copy")

    copy = machine_in(tmp_path / "copy")
    assert sorts(SqliteTable(copy.database)) == ["s"]
    assert copy.objects("acme").get("documents/acme/x") == b"large"
    assert list(findings(copy.database, copy.files)) == []
    copy.close()


def test_expired_data_is_not_read_and_is_deleted_a_day_later(tmp_path: Path) -> None:
    now = dt.datetime(2026, 3, 14, tzinfo=dt.UTC)
    machine = machine_in(tmp_path, clock=lambda: now)
    ends = int(now.timestamp()) + 10
    machine.table.put(an_item("short", EVENTS, ttl=ends))
    machine.table.put(an_item("long", EVENTS, ttl=ends + 10**7))
    machine.objects("acme").put("documents/acme/x", b"x", passing=True)
    machine.database.write(lambda t: t.delete(CHANGES, EVENTS))
    now += dt.timedelta(seconds=11)
    assert machine.table.get(EVENTS, "short") is None
    assert sorts(SqliteTable(machine.database, clock=lambda: now.timestamp()), EVENTS) == ["long"]
    now += dt.timedelta(seconds=GRACE_SECONDS)
    keeper = Housekeeper(machine.database, machine.files, clock=lambda: now.timestamp())
    keeper.tidy()
    everything = SqliteTable(machine.database, clock=lambda: 0.0)
    assert sorts(everything, EVENTS) == ["long"]
    assert sorts(everything, CHANGES) == []  # totals are kept longer than their events
    assert [key for key, _ in machine.files.all()] == ["documents/acme/x"]
    now += dt.timedelta(days=4)
    keeper.tidy()
    assert list(machine.files.all()) == []
    assert list((tmp_path / "objects").glob("??/*")) == []
    assert list(findings(machine.database, machine.files)) == []
    machine.close()


def test_a_start_deletes_files_left_by_a_crash(tmp_path: Path) -> None:
    machine = machine_in(tmp_path)
    machine.objects("acme").put("documents/acme/x", b"x")
    machine.files.write([b"nobody's"])
    (tmp_path / "objects" / "incoming" / "half").write_bytes(b"ha")
    machine.close()
    machine = machine_in(tmp_path)
    assert len(list((tmp_path / "objects").glob("*/*"))) == 1
    assert machine.objects("acme").get("documents/acme/x") == b"x"
    machine.close()


# --- the command line -----------------------------------------------------------------------------


def at(directory: Path) -> list[str]:
    return ["--data", str(directory)]


def test_check_backup_and_audit_of_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert main(["serve", "--check", *at(data)]) == 2
    assert main(["serve", "--backup", str(copy), *at(data)]) == 2
    assert main(["audit", "--tenant", "acme", *at(data)]) == 2
    assert main(["serve", "--check"]) == 2
    assert main(["keys", "create", "--tenant", "acme", "--role", "read", *at(data)]) == 0
    machine = LocalMachine(data, root_secret=Installation(data).root_secret, serves=False)
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    event = make_event(event_id="e", occurred_at=f"{yesterday}T10:00:00Z")
    record_events(wiring.store_on(machine, "acme"), [event], now=dt.datetime.now(dt.UTC))
    capsys.readouterr()
    assert main(["audit", "--tenant", "acme", *at(data)]) == 1  # its totals were not derived
    assert "1 differences found" in capsys.readouterr().err
    assert main(["serve", "--check", *at(data)]) == 0
    assert main(["serve", "--backup", str(copy), *at(data)]) == 0
    assert main(["serve", "--backup", str(copy), *at(data)]) == 2
    assert main(["serve", "--check", *at(copy)]) == 0
    machine.close()
    raw(copy, "DELETE FROM items WHERE pk LIKE '%#events#2%'")
    capsys.readouterr()
    assert main(["serve", "--check", *at(copy)]) == 1
    captured = capsys.readouterr()
    assert "acme#events#" in captured.out
    assert "restore a backup" in captured.err


@pytest.mark.parametrize("command", ["serve --port 0", "keys list --tenant acme"])
def test_the_error_names_a_damaged_directory(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(tmp_path, "acme#fits")
    Installation(tmp_path).root_secret()
    (tmp_path / FILE).write_bytes(b"x" * 8192)
    assert main([*command.split(), *at(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / FILE) in said
    assert "restore a backup" in said


@pytest.mark.parametrize(
    "command", ["serve --port 0", "keys list --tenant acme", "audit --tenant acme"]
)
def test_every_command_names_a_directory_without_write_permission(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(path: Any, *_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    assert main(["keys", "create", "--tenant", "acme", "--role", "read", *at(tmp_path)]) == 0
    monkeypatch.setattr("chalicelib.local.machine.os.open", denied)
    assert main([*command.split(), *at(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"this user may not write to {tmp_path / 'lock'}" in said
    assert "port" not in said


def test_a_failed_backup_reports_the_reason_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    data.mkdir()
    filled(data)
    content = bytearray((data / FILE).read_bytes())
    content[4096:] = b"x" * len(content[4096:])
    (data / FILE).write_bytes(content)
    assert main(["serve", "--backup", str(copy), *at(data)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"cannot back up: {data / FILE} is damaged")
    assert not copy.exists()


def test_an_unreadable_directory_is_not_reported_as_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("chalicelib.local.database.BUSY_SECONDS", 0.1)
        assert main(["serve", "--check", *at(tmp_path)]) == 2
    other.close()
    captured = capsys.readouterr()
    assert captured.err == f"cannot check: {tmp_path / FILE}: database is locked\n"
    assert captured.out == ""


def test_the_error_names_a_file_in_place_of_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "objects").write_text("x")
    assert main(["serve", "--port", "0", *at(tmp_path)]) == 2
    assert f"{tmp_path / 'objects'}: File exists" in capsys.readouterr().err


# --- the root secret ------------------------------------------------------------------------------


def serve(directory: Path) -> None:
    """Start a service, and stop it."""
    LocalService(app, Installation(directory), port=0, data=directory).stop()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda file: file.unlink(), "is missing"),
        (lambda file: file.write_bytes(file.read_bytes()[:20] + b"\xc3\xbc"), "is damaged"),
        (lambda file: file.write_text("another secret that is long"), "written with"),
    ],
    ids=["none", "no text", "another"],
)
def test_a_directory_is_not_served_with_another_secret(
    damage: Callable[[Path], Any], says: str, tmp_path: Path
) -> None:
    serve(tmp_path)
    right = (tmp_path / "secret").read_bytes()
    damage(tmp_path / "secret")
    there = (tmp_path / "secret").exists()
    with pytest.raises(MisconfiguredService, match=says):
        serve(tmp_path)
    assert (tmp_path / "secret").exists() == there
    (tmp_path / "secret").write_bytes(right)
    serve(tmp_path)


def test_no_key_is_created_if_the_secret_was_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(tmp_path)
    (tmp_path / "secret").unlink()
    assert main(["keys", "create", "--tenant", "acme", "--role", "read", *at(tmp_path)]) == 2
    assert f"{tmp_path / 'secret'} is missing" in capsys.readouterr().err


def test_a_secret_can_be_rotated_if_the_previous_one_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(tmp_path)
    before = (tmp_path / "secret").read_text().strip()
    monkeypatch.setenv("LIKEWORTH_SECRET", "a newer root secret")
    with pytest.raises(MisconfiguredService):
        serve(tmp_path)
    monkeypatch.setenv("LIKEWORTH_PREVIOUS_SECRETS", before)
    serve(tmp_path)
    monkeypatch.delenv("LIKEWORTH_PREVIOUS_SECRETS")
    serve(tmp_path)

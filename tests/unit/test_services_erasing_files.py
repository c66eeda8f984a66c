"""Erasing a person from files: uploads, file names and rejected rows."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.importers import PEOPLELESS
from chalicelib.services.imports import list_rejected_rows, show_import, start_import
from chalicelib.services.privacy import erasures
from chalicelib.services.privacy.erasing_files import pieces_of
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import RejectedRow
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, Cloud
from tests.erasing import (
    ANNA,
    BEN,
    DAYS,
    LATER,
    REMAINING,
    erase,
    people,
    times,
    totals,
    whereabouts,
    with_time,
)
from tests.factories import NOW
from tests.unit.test_workers import ADS, arrived, dropped, import_all

pytestmark = pytest.mark.usefixtures("short_retention")

OWN = {
    "columns": {"day": "day", "who": "user_id", "likes": "like"},
    "constants": {"channel": "xing"},
}


def upload(cloud: Cloud, store: TenantStore, body: bytes, **options: Any) -> str:
    """Import a file and return the id of the import."""
    started, _ = start_import(store, filename="x.csv", now=NOW, **options)
    assert import_all(arrived(cloud, started.object_key, body)) == []
    return started.import_id


def likes(*who: str) -> bytes:
    rows = [f"2026-03-1{n % 4},{one},1" for n, one in enumerate(who)]
    return "\n".join(["day,who,likes", *rows, ""]).encode()


def uploads(cloud: Cloud) -> set[str]:
    listed = cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {one["Key"].split("/")[2] for one in listed}


def test_importing_a_file_again_does_not_restore_the_person(
    cloud: Cloud, store: TenantStore
) -> None:
    body = likes(ANNA, BEN, ANNA.upper(), "carla")
    import_id = upload(cloud, store, body, mapping=OWN)
    before, person = totals(store), store.user_hash(ANNA)
    assert person in people(store)
    receipt = erase(store)
    assert (receipt.events, receipt.uploads) == (2, 1)
    shown = show_import(store, import_id)
    assert shown.events == 4
    again = dropped(shown.object_key, shown.etag)  # the message comes a second time
    assert import_all(again) == []
    upload(cloud, store, body, mapping=OWN)  # and the file
    assert totals(store) == before
    assert whereabouts(cloud, person) == REMAINING


def test_files_that_may_contain_people_are_removed_and_others_stay(
    cloud: Cloud, store: TenantStore
) -> None:
    own = upload(cloud, store, likes(ANNA), mapping=OWN)
    ads = upload(cloud, store, ADS)
    unread = upload(cloud, store, b"nobody,knows\nanna@example.org,1\n")
    assert uploads(cloud) == {own, ads, unread}
    assert erase(store).uploads == 2
    assert uploads(cloud) == {ads}


def test_a_file_is_removed_after_its_import_ends(cloud: Cloud, store: TenantStore) -> None:
    started, _ = start_import(store, filename="x.csv", mapping=OWN, now=NOW)
    message = arrived(cloud, started.object_key, likes(ANNA, BEN))
    receipt = erase(store)
    assert (receipt.state, receipt.uploads, receipt.left_over) == ("done", 0, True)
    import_all(message)
    (looked,) = erasures.finish_erasures(store, now=LATER, has_time=with_time)
    assert (looked.uploads, looked.left_over) == (1, False)
    assert looked.checked_at is not None
    assert uploads(cloud) == set()
    assert people(store) == {store.user_hash(BEN)}


def test_a_newer_file_with_the_same_key_is_not_removed(cloud: Cloud, store: TenantStore) -> None:
    import_id = upload(cloud, store, likes(ANNA), mapping=OWN)
    key = show_import(store, import_id).object_key
    cloud.put(key, likes(BEN))
    assert erase(store).uploads == 0
    assert uploads(cloud) == {import_id}


def test_rejected_rows_that_contain_the_person_lose_their_text(
    cloud: Cloud, store: TenantStore
) -> None:
    import_id = upload(cloud, store, b"nobody,knows\n1,2\n")
    rows = [
        RejectedRow(2, 0, f"2026-03-14;{ANNA.upper()};9", "invalid_date", "there is no day"),
        RejectedRow(3, 0, "2026-03-14;ben;9", "invalid_date", "there is no day"),
        RejectedRow(4, 0, "2026-03-14;benjamin;9", "invalid_date", "there is no day"),
        RejectedRow(5, 0, '{"id": "ben", "n": 1}', "invalid_date", "ben is no day"),
    ]
    store.imports.add_rejected_rows(import_id, 1, rows, now=NOW)
    receipt = erase(store, BEN)
    assert receipt.refused_rows == 2
    shown, _ = list_rejected_rows(store, import_id, limit=10)
    assert [(one.row, "ben" in one.raw + one.message) for one in shown] == [
        (2, False),
        (3, False),
        (4, True),  # Benjamin
        (5, False),
    ]
    assert [one.code for one in shown] == ["invalid_date"] * 4
    assert erase(store, BEN, now=LATER).refused_rows == 2  # not once more
    assert all("ttl" in i for i in cloud.items() if "#rejects#" in i["pk"]["S"])


def test_a_file_name_that_contains_the_person_is_replaced(cloud: Cloud, store: TenantStore) -> None:
    assert store.config
    message = arrived(cloud, "imports/acme/orders of ben.csv", ADS)
    assert import_all(message) == []
    erase(store, BEN)
    for _ in range(2):
        (one,) = store.imports.newest_first(limit=2)
        assert (one.filename, one.state) == ("(erased)", "done")
        assert "ben" not in one.object_key
        assert import_all(message) == []  # delivered again


def test_many_rejected_rows_are_searched_in_parts(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.storage.import_items._REMOVED_AT_ONCE", 10)
    import_id = upload(cloud, store, b"nobody,knows\n1,2\n")
    rows = [RejectedRow(n, 0, f"{n};ben", "invalid_date", "no day") for n in range(2, 102)]
    store.imports.add_rejected_rows(import_id, 1, rows, now=NOW)
    calls = 0
    while erase(store, BEN, has_time=times(DAYS + 6)).state == "running":
        calls += 1
        assert calls < 40
    (receipt,) = store.erasures.newest_first()
    assert calls > 0
    assert (receipt.refused_rows, receipt.state) == (100, "done")


def test_every_call_makes_progress_even_without_time(cloud: Cloud, store: TenantStore) -> None:
    for _ in range(3):
        upload(cloud, store, likes(ANNA), mapping=OWN)
    removed = [erase(store, has_time=times(DAYS + 3)).uploads]
    while erase(store, has_time=times(0)).state == "running":
        removed.append(store.erasures.newest_first()[0].uploads)
        assert len(removed) < 9
    assert store.erasures.newest_first()[0].uploads == 3
    assert removed == sorted(removed)


def test_an_id_is_found_inside_other_text() -> None:
    for text in (
        "a;ben;c",
        'x,"ben",1',
        '{"id":"ben"}',
        "orders of ben.csv",
        "imports/acme/ben.csv",
        "ben",
        "user=ben&x=1"[:8],
        "(ben)",
    ):
        assert "ben" in pieces_of(text)
    assert "Anna van Dijk" in pieces_of("1;Anna van Dijk;2")
    assert "crm:17" in pieces_of("1,crm:17,2")
    assert "" not in pieces_of(" ")


def test_files_of_platforms_without_people_are_kept() -> None:
    assert {"google_ads", "linkedin_ads", "meta_ads", "pinterest_ads"} == PEOPLELESS
    assert (
        table_keys.ERASED not in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )

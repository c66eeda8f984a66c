"""Keys of items and objects: building, parsing and validating them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage import table_keys

INSTANTS = st.datetimes(timezones=st.just(dt.UTC))
EVENT_IDS = st.text("ABZabz019._:-", min_size=1, max_size=20)
USERS = st.none() | st.text("ABZabz019_-", min_size=22, max_size=22)
TENANTS = st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True)


@given(USERS, INSTANTS, EVENT_IDS)
def test_an_event_sort_key_is_parsed_into_person_time_and_id(
    user: str | None, at: dt.datetime, event_id: str
) -> None:
    sort = table_keys.event_sort(user, at, event_id)
    assert table_keys.parse_event_sort(sort, at.date()) == (user, at, event_id)


@given(TENANTS, st.dates(), st.integers(0, 999))
def test_an_event_partition_is_parsed_into_tenant_day_and_shard(
    tenant: str, day: dt.date, shard: int
) -> None:
    partition = table_keys.event_partition(tenant, day, shard)
    assert table_keys.parse_event_partition(partition) == (tenant, day, shard)


@given(INSTANTS, INSTANTS)
def test_a_persons_sort_keys_are_ordered_by_time(a: dt.datetime, b: dt.datetime) -> None:
    b = dt.datetime.combine(a.date(), b.timetz())
    assert (table_keys.event_sort("u", a, "x") < table_keys.event_sort("u", b, "x")) == (a < b)


@pytest.mark.parametrize(
    "partition",
    [
        "acme#days#2026-03",
        "acme#config",
        "-#tenants",
        "acme#import#x#rejects",
        "acme#events#2026-03-14",
        "acme#events#2026-03-14#0#1",
    ],
)
def test_other_partitions_are_not_parsed_as_event_partitions(partition: str) -> None:
    assert table_keys.parse_event_partition(partition) is None


def test_shards_are_stable_and_used_evenly() -> None:
    counts = [0] * 4
    for number in range(4000):
        counts[table_keys.shard_of(f"user-{number}", 4)] += 1
    assert min(counts) > 900
    assert table_keys.shard_of("user-1", 4) == 2


@pytest.mark.parametrize(
    ("key", "parsed"),
    [
        ("imports/acme/x y.csv", ("acme", None, "x y.csv")),
        ("imports/acme/2026/x.csv", ("acme", None, "x.csv")),
        (
            "imports/acme/20260314T000000Z-0a1b2c3d/x.csv",
            ("acme", "20260314T000000Z-0a1b2c3d", "x.csv"),
        ),
        ("imports/x.csv", None),
        ("imports/Acme/x.csv", None),
        ("imports/-/x.csv", None),
        ("documents/acme/x.csv", None),
        ("imports/acme/", None),
    ],
)
def test_the_tenant_of_an_upload_is_parsed_from_its_object_key(
    key: str, parsed: tuple[str, str | None, str] | None
) -> None:
    assert table_keys.parse_import_object(key) == parsed


def test_ids_sort_by_time() -> None:
    at = dt.datetime(2026, 11, 23, 4, 34, 12, tzinfo=dt.UTC)
    early, late = (
        table_keys.time_ordered_id(at + dt.timedelta(seconds=n), "0a1b2c3d") for n in (0, 1)
    )
    assert early == "20261123T043412Z-0a1b2c3d"
    assert early < late
    assert table_keys.is_time_ordered_id(early)

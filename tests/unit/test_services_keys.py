"""API keys: authentication, expiry, revocation and the limit of active keys."""

from __future__ import annotations

import datetime as dt
import hmac
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.errors import (
    LastAdminKey,
    LikeworthError,
    StoreUnavailable,
    TooManyKeys,
    Unauthenticated,
)
from chalicelib.services.credentials.api_keys import (
    ROLES,
    authenticate,
    check_expiry,
    create_key,
    expiry_after,
    parse_expiry,
    revoke_key,
)
from chalicelib.storage.api_key_items import ApiKeyStore, _Holders
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import Cloud

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


def id_of(key: str) -> str:
    return key.split(".")[1]


def active(store: TenantStore, now: dt.datetime = NOW) -> list[str]:
    """Return the ids of the active keys of all roles."""
    return [one.key_id for one in store.api_keys.by_id() if one.state(now) == "active"]


# --- authentication ---------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_a_key_identifies_the_caller(store: TenantStore, role: Any) -> None:
    caller = authenticate(create_key(store, role, now=NOW), wiring.store, now=NOW)
    assert (caller.tenant, caller.role) == ("acme", role)
    assert caller.may((role,))
    assert caller.may(()) == (role == "admin")


def test_a_key_is_not_stored(cloud: Cloud, store: TenantStore) -> None:
    key = create_key(store, "read", now=NOW)
    secret = key.rpartition(".")[2]
    assert not [item for item in cloud.items() if secret in str(item)]


@pytest.mark.parametrize("verdict", [True, False])
def test_a_hash_is_compared_in_constant_time(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch, verdict: bool
) -> None:
    """The result of `hmac.compare_digest` decides."""
    key = create_key(store, "read", now=NOW)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    compared: list[tuple[str, str]] = []

    def compare(one: str, another: str) -> bool:
        compared.append((one, another))
        return verdict

    monkeypatch.setattr(hmac, "compare_digest", compare)
    try:
        authenticate(other if verdict else key, lambda _: store, now=NOW)
        opened = True
    except Unauthenticated:
        opened = False
    assert opened == verdict
    assert all(len(one) == len(another) == 64 for one, another in compared)
    assert compared


def test_a_changed_key_is_invalid(store: TenantStore) -> None:
    key = create_key(store, "read", now=NOW)
    for position in range(len(key)):
        other = key[:position] + ("A" if key[position] != "A" else "B") + key[position + 1 :]
        with pytest.raises(Unauthenticated):
            authenticate(other, wiring.store, now=NOW)


def test_a_key_is_invalid_for_another_tenant(cloud: Cloud, store: TenantStore) -> None:
    key = create_key(store, "admin", now=NOW)
    (item,) = [item for item in cloud.items() if item["pk"]["S"] == "acme#keys"]
    cloud.dynamodb.put_item(TableName="likeworth", Item=item | {"pk": {"S": "other#keys"}})
    with pytest.raises(Unauthenticated):
        authenticate(key.replace("lw_acme.", "lw_other."), wiring.store, now=NOW)


@pytest.mark.parametrize("key", ["", "lw_", "lw_acme.x.y", "lw_Acme." + "0" * 12 + "." + "a" * 32])
def test_a_malformed_key_is_rejected_without_a_read(key: str) -> None:
    def never(tenant: str) -> TenantStore:
        raise AssertionError(tenant)

    with pytest.raises(Unauthenticated):
        authenticate(key, never, now=NOW)


def test_an_invalid_key_does_not_register_a_tenant(cloud: Cloud) -> None:
    key = create_key(wiring.store("acme"), "read", now=NOW)
    with pytest.raises(Unauthenticated):
        authenticate(key.replace("lw_acme.", "lw_made-up."), wiring.store, now=NOW)
    assert wiring.tenants() == ["acme"]


# --- expiry, revocation -----------------------------------------------------------------------


def why_not(key: str, now: dt.datetime) -> str:
    with pytest.raises(Unauthenticated) as caught:
        authenticate(key, wiring.store, now=now)
    return caught.value.detail


def test_a_key_is_valid_until_it_expires(store: TenantStore) -> None:
    key = create_key(store, "read", now=NOW, expires_at=NOW + DAY)
    assert authenticate(key, wiring.store, now=NOW + DAY - SECOND).role == "read"
    unknown = why_not(f"lw_acme.{'0' * 12}.{'a' * 32}", NOW)
    assert why_not(key, NOW + DAY) == unknown
    assert why_not(key, NOW + 400 * DAY) == unknown


def test_a_revoked_key_is_invalid_immediately(store: TenantStore) -> None:
    key = create_key(store, "read", now=NOW)
    authenticate(key, wiring.store, now=NOW)
    revoke_key(store, id_of(key), now=NOW)
    assert why_not(key, NOW) == why_not("nonsense", NOW)


def test_a_key_is_read_consistently(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An eventually consistent read could accept a key just after its revocation."""
    key = create_key(store, "read", now=NOW)
    reads: list[Any] = []
    cloud.dynamodb.meta.events.register(
        "before-parameter-build.dynamodb.GetItem", lambda params, **_: reads.append(params)
    )
    authenticate(key, wiring.store, now=NOW)
    assert [one["ConsistentRead"] for one in reads] == [True]


def test_revoking_twice_changes_nothing(cloud: Cloud, store: TenantStore) -> None:
    key = create_key(store, "read", now=NOW)
    revoke_key(store, id_of(key), now=NOW)
    before = cloud.items()
    revoke_key(store, id_of(key), now=NOW + DAY)
    assert cloud.items() == before


def test_the_last_active_admin_key_is_revoked_only_on_explicit_request(store: TenantStore) -> None:
    create_key(store, "admin", now=NOW, expires_at=NOW + DAY)
    key = create_key(store, "admin", now=NOW)
    with pytest.raises(LastAdminKey):
        revoke_key(store, id_of(key), now=NOW + DAY)  # the other one has expired
    assert authenticate(key, wiring.store, now=NOW + DAY)
    revoke_key(store, id_of(key), now=NOW + DAY, even_last_admin=True)
    assert active(store, NOW + DAY) == []


def test_an_expired_admin_key_can_be_revoked(store: TenantStore) -> None:
    old = create_key(store, "admin", now=NOW, expires_at=NOW + DAY)
    create_key(store, "admin", now=NOW)
    new = create_key(store, "admin", now=NOW + DAY)
    revoke_key(store, id_of(old), now=NOW + DAY)
    assert id_of(new) in active(store, NOW + DAY)
    with pytest.raises(TooManyKeys):  # what has expired gave no place back twice
        create_key(store, "admin", now=NOW + DAY)


@pytest.mark.parametrize("role", ["ingest", "read"])
def test_the_last_key_of_another_role_can_be_revoked(store: TenantStore, role: Any) -> None:
    revoke_key(store, id_of(create_key(store, role, now=NOW)), now=NOW)
    assert active(store) == []


# --- limit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_a_third_active_key_of_a_role_is_rejected(store: TenantStore, role: Any) -> None:
    keys = [create_key(store, role, now=NOW) for _ in range(2)]
    with pytest.raises(TooManyKeys) as caught:
        create_key(store, role, now=NOW)
    assert all(id_of(key) in caught.value.detail for key in keys)
    assert sorted(active(store)) == sorted(map(id_of, keys))
    create_key(wiring.store("other"), role, now=NOW)
    for other in set(ROLES) - {role}:
        create_key(store, other, now=NOW)


def test_an_expired_or_revoked_key_does_not_count_towards_the_limit(store: TenantStore) -> None:
    first = create_key(store, "read", now=NOW)
    create_key(store, "read", now=NOW, expires_at=NOW + DAY)
    revoke_key(store, id_of(first), now=NOW)
    create_key(store, "read", now=NOW)
    with pytest.raises(TooManyKeys):
        create_key(store, "read", now=NOW + DAY - SECOND)
    create_key(store, "read", now=NOW + DAY)
    with pytest.raises(TooManyKeys):
        create_key(store, "read", now=NOW + DAY)


def at_once(count: int, call: Any) -> list[LikeworthError | None]:
    """Run the calls in threads that all read before any of them writes."""
    barrier = threading.Barrier(count)
    read = ApiKeyStore._holders
    waited = threading.local()

    def together(self: ApiKeyStore, role: Any) -> _Holders:
        found = read(self, role)
        if not getattr(waited, "done", False):
            waited.done = True
            barrier.wait(timeout=10)
        return found

    def attempt(number: int) -> LikeworthError | None:
        try:
            call(number)
        except LikeworthError as error:
            return error
        return None

    with pytest.MonkeyPatch.context() as patched, ThreadPoolExecutor(count) as pool:
        patched.setattr(ApiKeyStore, "_holders", together)
        return list(pool.map(attempt, range(count)))


@pytest.mark.parametrize("there", [0, 1])
def test_simultaneous_creations_do_not_exceed_the_limit(store: TenantStore, there: int) -> None:
    for _ in range(there):
        create_key(store, "read", now=NOW)
    results = at_once(4, lambda _: create_key(store, "read", now=NOW))
    assert [type(one) for one in results].count(TooManyKeys) == 2 + there
    assert results.count(None) == len(active(store)) - there == 2 - there


def test_two_simultaneous_revocations_leave_one_admin_key(store: TenantStore) -> None:
    keys = [create_key(store, "admin", now=NOW) for _ in range(2)]
    results = at_once(2, lambda number: revoke_key(store, id_of(keys[number]), now=NOW))
    assert sorted(type(one).__name__ for one in results) == ["LastAdminKey", "NoneType"]
    assert len(active(store)) == 1


def test_persistent_write_conflicts_raise_store_unavailable(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key(store, "read", now=NOW)
    monkeypatch.setattr(ApiKeyStore, "_holders", lambda self, role: _Holders(99, {}))
    with pytest.raises(StoreUnavailable):
        create_key(store, "read", now=NOW)


# --- list, and allowed expiries -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("90d", NOW + 90 * DAY),
        ("1d", NOW + DAY),
        ("2026-03-15", dt.datetime(2026, 3, 16, tzinfo=dt.UTC)),
        ("2027-01-31", dt.datetime(2027, 2, 1, tzinfo=dt.UTC)),
    ],
)
def test_an_expiry_is_a_number_of_days_or_a_last_day(text: str, end: dt.datetime) -> None:
    assert parse_expiry(text, NOW) == end


@pytest.mark.parametrize("text", ["", "0d", "d", "90", "4000d", "2026-03-14", "2037-01-01", "x"])
def test_an_invalid_expiry_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"days|future"):
        parse_expiry(text, NOW)


def test_an_expiry_is_in_the_future_and_within_the_limit() -> None:
    assert expiry_after(3650, NOW) == NOW + 3650 * DAY
    zone = dt.timezone(dt.timedelta(hours=2))
    later = (NOW + DAY).astimezone(zone) + dt.timedelta(microseconds=5)
    assert check_expiry(later, NOW) == NOW + DAY
    for wrong in (NOW, NOW - DAY, NOW + 3651 * DAY):
        with pytest.raises(ValueError, match="future"):
            check_expiry(wrong, NOW)
    for days in (0, -1, 3651, 10**9):
        with pytest.raises(ValueError, match="whole number"):
            expiry_after(days, NOW)

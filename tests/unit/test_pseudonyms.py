"""Pseudonyms: a person's hash never changes, even if the root secret is rotated."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import wiring, workers
from chalicelib.model.errors import MisconfiguredService, Unauthenticated
from chalicelib.services.credentials.api_keys import authenticate, create_key, revoke_key
from chalicelib.storage import table_keys
from chalicelib.storage.pseudonyms import hasher_of_people, new_key, normal_user_id, seal, unseal
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import USER_KEY
from tests.conftest import SECRET, TABLE, Cloud, session
from tests.factories import NOW
from tests.stores import store_behind

ANNA = "anna@example.org"
NEWER, NEWEST = "a newer root secret", "the newest root secret"

# --- ids --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Anna@Example.ORG\t", ANNA),
        ("u-17 ", "u-17"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("zo\u00eb@example.org", "zo\u00eb@example.org"),
        ("ZOE\u0308@example.org", "zo\u00eb@example.org"),
        ("\u00a0u-17\u2003", "u-17"),
    ],
)
def test_two_spellings_of_an_id_are_one_person(written: str, normal: str) -> None:
    assert normal_user_id(written) == normal
    assert hasher_of_people(b"k" * 32)(written) == hasher_of_people(b"k" * 32)(normal)


@pytest.mark.parametrize(
    "user_id",
    ["aXbY", "AXBY", "a b", "anna+shop@example.org", "an.na@example.org", "\ufb01", "@Anna", "A@B"],
)
def test_a_normal_id_and_its_hash_do_not_change(user_id: str) -> None:
    assert normal_user_id(user_id) == user_id
    key = b"k" * 32
    digest = hmac.digest(key, user_id.encode(), hashlib.sha256)
    expected = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
    assert hasher_of_people(key)(user_id) == expected


@given(st.text())
def test_normalising_an_id_twice_changes_nothing(text: str) -> None:
    assert normal_user_id(normal_user_id(text)) == normal_user_id(text)


# --- sealing ----------------------------------------------------------------------------------


def test_a_sealed_key_opens_only_with_its_secret_and_tenant() -> None:
    key = new_key()
    sealed = seal(key, b"one secret", "acme")
    assert unseal(sealed, b"one secret", "acme") == key
    assert unseal(sealed, b"another secret", "acme") is None
    assert unseal(sealed, b"one secret", "other") is None


def test_a_sealed_key_reveals_nothing_and_is_different_each_time() -> None:
    key = new_key()
    first, second = seal(key, b"one secret", "acme"), seal(key, b"one secret", "acme")
    assert key not in first
    assert first != second
    with pytest.raises(ValueError, match="32 bytes"):
        seal(key[:-1], b"one secret", "acme")


@pytest.mark.parametrize("position", range(0, 64, 7))
def test_a_modified_sealed_key_does_not_open(position: int) -> None:
    sealed = bytearray(seal(new_key(), b"one secret", "acme"))
    sealed[position] ^= 1
    assert unseal(bytes(sealed), b"one secret", "acme") is None


# --- rotation ---------------------------------------------------------------------------------


def under(cloud: Cloud, *secrets: str, tenant: str = "acme") -> TenantStore:
    """The tenant's store in a process with these root secrets, the newest first."""
    return store_behind(
        cloud.dynamodb,
        cloud.s3,
        tenant,
        root_secret=secrets[0].encode,
        other_secrets=lambda: [one.encode() for one in secrets],
    )


def test_a_persons_hash_survives_a_rotation_of_the_root_secret(cloud: Cloud) -> None:
    before = under(cloud, SECRET).user_hash(ANNA)
    for known in ((NEWER, SECRET), (NEWEST, NEWER)):
        rotated = under(cloud, *known)
        assert rotated.user_hash(ANNA) == before
        assert rotated.renew_user_key() is True
        assert rotated.renew_user_key() is False
        assert under(cloud, known[0]).user_hash(ANNA) == before
    with pytest.raises(MisconfiguredService, match="acme"):
        under(cloud, SECRET).user_hash(ANNA)


def test_two_tenants_with_one_root_secret_hash_a_person_differently(cloud: Cloud) -> None:
    assert under(cloud, SECRET).user_hash(ANNA) != under(cloud, SECRET, tenant="other").user_hash(
        ANNA
    )


def test_a_lost_key_for_people_is_not_replaced(cloud: Cloud) -> None:
    _ = under(cloud, SECRET).config
    partition = table_keys.config_partition("acme")
    cloud.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": partition}, "sk": {"S": USER_KEY}})
    with pytest.raises(MisconfiguredService, match="no key for the people"):
        under(cloud, SECRET).user_hash(ANNA)


def test_changing_the_configuration_does_not_change_the_key(cloud: Cloud) -> None:
    store = under(cloud, SECRET)
    before = store.user_hash(ANNA)
    store.items.configure(store.config)
    store.register(store.config)
    assert under(cloud, SECRET).user_hash(ANNA) == before


def test_api_keys_survive_a_rotation_and_are_rehashed_on_use(cloud: Cloud) -> None:
    key = create_key(under(cloud, SECRET), "read", now=NOW)
    unused = create_key(under(cloud, SECRET), "read", now=NOW)
    assert authenticate(key, lambda tenant: under(cloud, NEWER, SECRET), now=NOW).role == "read"
    assert authenticate(key, lambda tenant: under(cloud, NEWER), now=NOW).role == "read"
    with pytest.raises(Unauthenticated):
        authenticate(unused, lambda tenant: under(cloud, NEWER), now=NOW)


def test_a_revoked_key_remains_revoked_after_a_rotation(cloud: Cloud) -> None:
    store = under(cloud, SECRET)
    key = create_key(store, "read", now=NOW)
    revoke_key(store, key.split(".")[1], now=NOW)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            authenticate(key, lambda tenant: under(cloud, NEWER, SECRET), now=NOW)


# --- loading the secrets ----------------------------------------------------------------------


@pytest.fixture
def managed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Store a root secret in Secrets Manager; return its client."""
    client = wiring.client("secretsmanager")
    arn = client.create_secret(Name="likeworth/root", SecretString=SECRET)["ARN"]
    monkeypatch.setenv("LIKEWORTH_SECRET", "")
    monkeypatch.setenv("LIKEWORTH_SECRET_ARN", arn)
    another_process()
    return client


def another_process() -> None:
    """Simulate a new process with empty caches."""
    wiring.use_session(session())


def test_the_previous_secret_is_read_from_secrets_manager(managed: Any) -> None:
    assert wiring.other_secrets() == (SECRET.encode(),)
    managed.put_secret_value(SecretId="likeworth/root", SecretString=NEWER)
    another_process()
    assert wiring.root_secret() == NEWER.encode()
    assert wiring.other_secrets() == (NEWER.encode(), SECRET.encode())


def test_a_process_started_before_a_rotation_still_recognises_people_and_keys(
    cloud: Cloud, managed: Any
) -> None:
    here = wiring.store("acme")
    key, before = create_key(here, "read", now=NOW), here.user_hash(ANNA)
    managed.put_secret_value(SecretId="likeworth/root", SecretString=NEWER)
    elsewhere = under(cloud, NEWER, SECRET)
    assert elsewhere.renew_user_key()
    authenticate(key, lambda tenant: elsewhere, now=NOW)  # rehashes the key
    assert wiring.root_secret() == SECRET.encode()  # this process still has the old secret
    del here.__dict__["_user_key"]
    assert here.user_hash(ANNA) == before
    assert authenticate(key, wiring.store, now=NOW).role == "read"
    assert wiring.root_secret() == NEWER.encode()  # this process has loaded the new secret


def test_the_daily_jobs_move_everything_to_the_new_secret(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = wiring.store("acme").user_hash(ANNA)
    monkeypatch.setenv("LIKEWORTH_SECRET", NEWER)
    monkeypatch.setenv("LIKEWORTH_PREVIOUS_SECRETS", f"{NEWEST}, {SECRET}")
    another_process()
    workers.renew_user_keys(now=NOW)
    monkeypatch.delenv("LIKEWORTH_PREVIOUS_SECRETS")
    another_process()
    assert wiring.store("acme").user_hash(ANNA) == before


def test_a_previous_secret_that_is_too_short_is_rejected(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_PREVIOUS_SECRETS", "short")
    another_process()
    with pytest.raises(MisconfiguredService, match="PREVIOUS"):
        wiring.other_secrets()

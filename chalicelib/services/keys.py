"""API keys: made once, shown once, kept as a keyed hash, compared in constant time."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.errors import Unauthenticated
from chalicelib.storage.keys import is_tenant
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import ApiKey, Role

ROLES: tuple[Role, ...] = ("ingest", "read", "admin")

_KEY = re.compile(
    r"lw_(?P<tenant>[a-z][a-z0-9_-]{0,31})\.(?P<id>[0-9a-f]{12})\.(?P<secret>[A-Za-z0-9_-]{32})",
    re.ASCII,
)
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a tenant, in a role.

    Attributes
    ----------
    tenant : str
    role : {'ingest', 'read', 'admin'}
    key_id : str
        The public part of the key; fit for logs.
    """

    tenant: str
    role: Role
    key_id: str

    def may(self, roles: tuple[Role, ...]) -> bool:
        """Whether the caller's role is one of these; an admin may do everything."""
        return self.role == "admin" or self.role in roles


def make_key(
    tenant: str, role: Role, *, root_secret: bytes, now: dt.datetime
) -> tuple[str, ApiKey]:
    """An API key and what is to be kept of it; nothing is written.

    Returns
    -------
    str
        ``lw_{tenant}.{key_id}.{secret}``; cannot be had again.
    ApiKey
        With the key's hash in place of the key.

    Raises
    ------
    ValueError
        If there is no such role, or `tenant` is no slug.
    """
    if role not in ROLES:
        raise ValueError(f"{role!r} is none of the roles {', '.join(ROLES)}")
    if not is_tenant(tenant):
        raise ValueError(f"{tenant!r} is no name of a tenant")
    key_id = secrets.token_hex(6)
    key = f"lw_{tenant}.{key_id}.{secrets.token_urlsafe(24)}"
    return key, ApiKey(key_id, role, _hash(key, root_secret), now)


def keep_key(store: TenantStore, kept: ApiKey) -> None:
    """Keep a key that `make_key` made; the tenant is registered if it is new."""
    _ = store.config
    store.items.put_api_key(kept)


def create_key(store: TenantStore, role: Role, *, now: dt.datetime) -> str:
    """Make an API key and keep its hash.

    Returns
    -------
    str
        ``lw_{tenant}.{key_id}.{secret}``; cannot be had again.

    Raises
    ------
    ValueError
        If there is no such role.
    """
    key, kept = make_key(store.tenant, role, root_secret=store.root_secret(), now=now)
    keep_key(store, kept)
    return key


def authenticate(key: str, store_of: Callable[[str], TenantStore]) -> Principal:
    """Who calls with this key.

    Parameters
    ----------
    key : str
        The whole key as sent.
    store_of : callable
        Gives the store of a tenant.

    Raises
    ------
    Unauthenticated
        The key is none, unknown or revoked: one answer for all.
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise Unauthenticated(_WHY)
    store = store_of(parts["tenant"])
    kept = store.items.api_key(parts["id"])
    expected = _NO_HASH if kept is None else kept.key_hash
    matches = hmac.compare_digest(_hash(key, store.root_secret()), expected)
    if kept is not None and not matches:
        matches = _matches_after_rotation(store, key, kept)
    if kept is None or not matches or kept.revoked_at is not None:
        raise Unauthenticated(_WHY)
    return Principal(parts["tenant"], kept.role, kept.key_id)


_WHY = "the x-api-key header holds no valid API key"


def _matches_after_rotation(store: TenantStore, key: str, kept: ApiKey) -> bool:
    """Whether the key was hashed under another root secret; then it is hashed under this one."""
    if not any(hmac.compare_digest(_hash(key, one), kept.key_hash) for one in store.root_secrets()):
        return False
    newest = _hash(key, store.root_secret())
    if newest != kept.key_hash:
        store.items.rehash_api_key(kept.key_id, kept.key_hash, newest)
    return True


def _hash(key: str, root_secret: bytes) -> str:
    return hmac.new(root_secret, b"api-key:" + key.encode("ascii"), hashlib.sha256).hexdigest()

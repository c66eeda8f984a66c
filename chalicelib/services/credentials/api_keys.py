"""API keys: secrets that grant access in a role. The service stores only a keyed hash.

A key can expire and can be revoked. A tenant has at most two active keys per role, so that a key
can be rotated: the one in use, and its replacement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from chalicelib.model.days import WrongDay, parse_day
from chalicelib.model.errors import LastAdminKey, NotFound, TooManyKeys, Unauthenticated
from chalicelib.services.credentials.sealed_secrets import fits_seal, new_secret, secret_pattern
from chalicelib.storage.api_key_items import MAX_ACTIVE
from chalicelib.storage.table_keys import API_KEY_ID, is_api_key_id, is_tenant
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import ApiKey, Role

MAX_DAYS = 3650
"""Longest lifetime of a key that expires."""

ROLES: tuple[Role, ...] = get_args(Role)

_PREFIX = "lw"
_KEY = secret_pattern(_PREFIX, API_KEY_ID.pattern)
_DAYS = re.compile(r"([1-9]\d{0,3})d", re.ASCII)
_WHY = "the API key is not valid: unknown, expired or revoked"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: a tenant in a role."""

    tenant: str
    role: Role
    key_id: str
    """The public part of the key; safe to log."""

    def may(self, roles: tuple[Role, ...]) -> bool:
        """Whether the caller has one of these roles; an admin has all of them."""
        return self.role == "admin" or self.role in roles


def issue_key(
    store: TenantStore, role: Role, *, now: dt.datetime, expires_at: dt.datetime | None = None
) -> tuple[str, ApiKey]:
    """Create an API key and store its hash; register the tenant if it is new.

    The key is ``lw_{tenant}.{key_id}.{secret}``; it cannot be shown again.

    `expires_at`: when the key expires; see `check_expiry` for the allowed values.

    Raises
    ------
    TooManyKeys
        If the tenant has two active keys with this role.
    ValueError
        If the role does not exist, or the store's tenant is not a slug.
    """
    if role not in ROLES:
        raise ValueError(f"{role!r} is not one of the roles {', '.join(ROLES)}")
    if not is_tenant(store.tenant):
        raise ValueError(f"{store.tenant!r} is not a valid tenant name")
    key_id = secrets.token_hex(6)
    key = new_secret(_PREFIX, store.tenant, key_id)
    kept = ApiKey(key_id, role, _hash(key, store.root_secret()), now, expires_at=expires_at)
    _ = store.config
    if not store.api_keys.add(kept, now):
        raise TooManyKeys(_too_many(store, role, now))
    return key, kept


def create_key(
    store: TenantStore, role: Role, *, now: dt.datetime, expires_at: dt.datetime | None = None
) -> str:
    """Create an API key and return only the key; see `issue_key`."""
    return issue_key(store, role, now=now, expires_at=expires_at)[0]


def list_keys(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[ApiKey], str | None]:
    """Return a page of keys by id, and the next cursor (None at the end).

    Expired and revoked keys are included.
    """
    found = store.api_keys.by_id(limit=limit + 1, after=after)
    page = found[:limit]
    return page, (page[-1].key_id if len(found) > limit else None)


def revoke_key(
    store: TenantStore, key_id: str, *, now: dt.datetime, even_last_admin: bool = False
) -> None:
    """Revoke a key immediately; repeating it changes nothing.

    `even_last_admin`: also revoke the last active admin key.

    Raises
    ------
    NotFound
        If the tenant has no key with this id.
    LastAdminKey
        If no other admin key is active.
    """
    if not is_api_key_id(key_id):
        raise NotFound("there is no such key")
    done = store.api_keys.revoke(key_id, now, keep_last=() if even_last_admin else ("admin",))
    if done == "unknown":
        raise NotFound("there is no such key")
    if done == "last":
        raise LastAdminKey(
            "no other admin key is active: create another one, then use it to revoke this one"
        )


def expiry_after(days: int, now: dt.datetime) -> dt.datetime:
    """Return the expiry of a key valid for some days; ValueError outside 1 to 3650."""
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"a whole number of days from 1 to {MAX_DAYS}")
    return check_expiry(now + dt.timedelta(days=days), now)


def check_expiry(at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return an expiry truncated to seconds; ValueError if not in the next 3650 days."""
    at = at.astimezone(dt.UTC).replace(microsecond=0)
    if not now < at <= now + dt.timedelta(days=MAX_DAYS):
        raise ValueError(f"an instant in the future, at most {MAX_DAYS} days ahead")
    return at


def parse_expiry(text: str, now: dt.datetime) -> dt.datetime:
    """Parse an expiry: a number of days (``90d``) or the last valid day (``2027-01-31``, UTC).

    Raises
    ------
    ValueError
        If it is neither, in the past, or more than 3650 days ahead.
    """
    if days := _DAYS.fullmatch(text):
        return expiry_after(int(days[1]), now)
    try:
        last = parse_day(text)
    except WrongDay:
        raise ValueError("a number of days (90d) or a last day (YYYY-MM-DD)") from None
    return check_expiry(dt.datetime.combine(last, dt.time(), dt.UTC) + dt.timedelta(days=1), now)


def _too_many(store: TenantStore, role: Role, now: dt.datetime) -> str:
    there = [one for one in store.api_keys.by_id() if one.role == role]
    active = " and ".join(one.key_id for one in there if one.state(now) == "active")
    return (
        f"{store.tenant} has {MAX_ACTIVE} active keys with the role {role} already ({active}): "
        "revoke one that is no longer used, then create another"
    )


def authenticate(
    key: str, store_of: Callable[[str], TenantStore], *, now: dt.datetime
) -> Principal:
    """Return the caller that a key authenticates.

    Parameters
    ----------
    key : str
        The whole key, as sent.
    store_of : callable
        Returns the store of a tenant.

    Raises
    ------
    Unauthenticated
        If the key is malformed, unknown, expired or revoked. The message is the same for all.
    """
    named = _KEY.fullmatch(key)
    if named is None:
        raise Unauthenticated(_WHY)
    store = store_of(named["tenant"])
    kept = store.api_keys.get(named["id"])
    fits = fits_seal(
        store,
        None if kept is None else kept.key_hash,
        lambda root_secret: _hash(key, root_secret),
        lambda there, newest: store.api_keys.rehash(named["id"], there, newest),
    )
    if kept is None or not fits or kept.state(now) != "active":
        raise Unauthenticated(_WHY)
    return Principal(named["tenant"], kept.role, kept.key_id)


def _hash(key: str, root_secret: bytes) -> str:
    return hmac.new(root_secret, b"api-key:" + key.encode("ascii"), hashlib.sha256).hexdigest()

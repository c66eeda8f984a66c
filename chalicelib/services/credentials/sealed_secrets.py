"""Secrets of API keys and signed links: shown once, and stored as a seal.

A secret is ``{prefix}_{tenant}.{id}.{random}``. Its seal is a MAC under the root secret. It is
compared in constant time; a seal under an earlier root secret is replaced when it is used.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable

from chalicelib.storage.table_keys import TENANT
from chalicelib.storage.tenant_store import TenantStore

_NO_SEAL = "0" * 64


def secret_pattern(prefix: str, id_pattern: str) -> re.Pattern[str]:
    """Return the pattern of secrets with a prefix, with the groups ``tenant`` and ``id``."""
    text = rf"{prefix}_(?P<tenant>{TENANT.pattern})\.(?P<id>{id_pattern})\.[A-Za-z0-9_-]{{32}}"
    return re.compile(text, re.ASCII)


def new_secret(prefix: str, tenant: str, credential_id: str) -> str:
    """Return a new secret with 192 random bits."""
    return f"{prefix}_{tenant}.{credential_id}.{secrets.token_urlsafe(24)}"


def fits_seal(
    store: TenantStore,
    kept: str | None,
    sealed_under: Callable[[bytes], str],
    replace_seal: Callable[[str, str], None],
) -> bool:
    """Whether a secret matches the stored seal under any of the root secrets.

    Parameters
    ----------
    kept : str, optional
        The stored seal; None if the credential does not exist, which takes the same time.
    sealed_under : callable
        Returns the seal of the secret under a root secret.
    replace_seal : callable
        Called with the stored seal and the one under the newest root secret if they differ.
    """
    newest = sealed_under(store.root_secret())
    if hmac.compare_digest(newest, kept or _NO_SEAL):
        return kept is not None
    if kept is None:
        return False
    if not any(hmac.compare_digest(sealed_under(one), kept) for one in store.root_secrets()):
        return False
    newest = sealed_under(store.root_secret())  # root_secrets() may have loaded a newer one
    if newest != kept:
        replace_seal(kept, newest)
    return True

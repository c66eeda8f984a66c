"""Pseudonyms of people, and the encryption of the tenant's key for them.

Pure functions. `tenants` stores the sealed key; `tenant_store` unseals it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable

KEY_BYTES = 32

_NONCE_BYTES = 16
_TAG_BYTES = 16
_HASH_BYTES = 16
_TRACE_BYTES = 8
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def normal_user_id(user_id: str) -> str:
    """Normalise a user id that clients may write in several ways.

    Strips surrounding whitespace, composes accents (Unicode NFC) and converts an e-mail address to
    lower case. It changes nothing else: other ids may differ only in case, and with some providers
    a dot or a ``+tag`` in an address is a different mailbox. A normal id is not changed. Changing
    this function changes the hashes of all ids that it then normalises differently.
    """
    text = user_id.strip()
    if _EMAIL.fullmatch(text):
        text = text.lower()
    return text if text.isascii() else unicodedata.normalize("NFC", text).strip()


def hasher_of_people(key: bytes) -> Callable[[str], str]:
    """Return a function from a user id to its hash.

    The hash is the first 128 bits of HMAC-SHA-256 of the normalised id under the tenant's key, in
    base64url. The state of the keyed hash is computed once and copied for every person.
    """
    keyed = hmac.new(key, digestmod=hashlib.sha256)

    def hash_of(user_id: str) -> str:
        code = keyed.copy()
        code.update(normal_user_id(user_id).encode())
        return _text_of(code.digest()[:_HASH_BYTES])

    return hash_of


def trace_of_event(person: str, where: str, key: bytes) -> str:
    """Return the trace of an erased person's event: 64 bits, different for each event.

    The trace distinguishes events of two people that have the same id and time. An event that is
    sent again has the same trace. Without the key, the traces of a person cannot be linked.
    """
    digest = hmac.digest(key, f"erased:{person}#{where}".encode(), hashlib.sha256)
    return _text_of(digest[:_TRACE_BYTES])


def new_key() -> bytes:
    """Return a random key for hashing a tenant's people."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, root_secret: bytes, tenant: str) -> bytes:
    """Encrypt a tenant's key for storage; it can be decrypted only with the root secret.

    The key is masked with HMAC-SHA-256 of a random nonce under the root secret. The result is
    authenticated under the same secret with another label (encrypt, then MAC). The mask is as long
    as the key, comes from a pseudo-random function and is used once, so no cipher is needed.

    The result has 64 bytes: nonce, masked key and tag.

    `key`: 32 bytes.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key must have {KEY_BYTES} bytes, not {len(key)}")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = nonce + _masked(key, root_secret, tenant, nonce)
    return body + _tag(body, root_secret, tenant)


def unseal(sealed: bytes, root_secret: bytes, tenant: str) -> bytes | None:
    """Decrypt a key; return None if it was sealed under another secret or for another tenant."""
    body, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(body, root_secret, tenant)):
        return None
    nonce, masked = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    return _masked(masked, root_secret, tenant, nonce)


def _masked(key: bytes, root_secret: bytes, tenant: str, nonce: bytes) -> bytes:
    label = b"user-key:mask:" + tenant.encode() + b":" + nonce
    mask = hmac.digest(root_secret, label, hashlib.sha256)
    return bytes(one ^ other for one, other in zip(key, mask, strict=True))


def _tag(body: bytes, root_secret: bytes, tenant: str) -> bytes:
    label = b"user-key:tag:" + tenant.encode() + b":" + body
    return hmac.digest(root_secret, label, hashlib.sha256)[:_TAG_BYTES]


def _text_of(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

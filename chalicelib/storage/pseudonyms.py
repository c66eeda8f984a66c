"""What is stored in place of a person's id, and how a tenant's key for it is kept.

Pure functions; where the key lies is for `tenants` to know, who opens it for `tenant_store`.
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
    """The one way to write an id that senders write in several.

    No blanks around it, accents composed (Unicode NFC), an e-mail address in lower case. Nothing
    else: other ids may differ in case alone, and a dot or a ``+tag`` in an address is another
    mailbox with some providers. An id that is normal stays as it is, so its hash does too; whoever
    changes this function changes the hashes of all ids that it then writes in another way.
    """
    text = user_id.strip()
    if _EMAIL.fullmatch(text):
        text = text.lower()
    return text if text.isascii() else unicodedata.normalize("NFC", text).strip()


def hasher_of_people(key: bytes) -> Callable[[str], str]:
    """What gives 128 bits of HMAC-SHA-256 of the normal id under the tenant's key, in base64url.

    The key is worked into the state of the hash once and not for every person.
    """
    keyed = hmac.new(key, digestmod=hashlib.sha256)

    def hash_of(user_id: str) -> str:
        code = keyed.copy()
        code.update(normal_user_id(user_id).encode())
        return _text_of(code.digest()[:_HASH_BYTES])

    return hash_of


def trace_of_event(person: str, where: str, key: bytes) -> str:
    """What tells an erased person's event from others with its id: 64 bits, another for each event.

    Two people may have had events with one id at one instant. The same event sent again has the
    same trace; traces of one person have nothing in common for anybody without the key.
    """
    digest = hmac.digest(key, f"erased:{person}#{where}".encode(), hashlib.sha256)
    return _text_of(digest[:_TRACE_BYTES])


def new_key() -> bytes:
    """A random key for a tenant's people."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, root_secret: bytes, tenant: str, *, nonce: bytes | None = None) -> bytes:
    """A tenant's key as it may lie in the table: nothing without the root secret.

    The key is masked by HMAC-SHA-256 of a random nonce under the root secret, and the whole is
    authenticated under the same secret with another label (encrypt, then MAC). A mask as long as
    the key, made by a pseudo-random function and used once, needs no cipher.

    Parameters
    ----------
    key : bytes
        32 of them.
    nonce : bytes, optional
        16 bytes never used before; random if absent.

    Returns
    -------
    bytes
        Nonce, masked key and tag: 64 bytes.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    nonce = nonce or secrets.token_bytes(_NONCE_BYTES)
    body = nonce + _masked(key, root_secret, tenant, nonce)
    return body + _tag(body, root_secret, tenant)


def unseal(sealed: bytes, root_secret: bytes, tenant: str) -> bytes | None:
    """The key, or None if it was sealed under another secret or for another tenant."""
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

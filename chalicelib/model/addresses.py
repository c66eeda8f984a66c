"""Addresses of other services."""

from __future__ import annotations

from urllib.parse import urlsplit

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def is_webhook_url(text: str) -> bool:
    """Return whether a text is an https address (http for this machine), without credentials."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    if not text.isascii() or not text.isprintable() or " " in text or not parts.hostname:
        return False
    if parts.username or parts.password or parts.fragment or port == 0:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_NAMES)

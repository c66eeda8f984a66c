"""Maps networks to channels, by the name in a cell or the host of a link to a post."""

from __future__ import annotations

import re

from chalicelib.importers.tables.headings import comparable

_NAMES = {
    "facebook": ("facebook", "facebook page", "facebook pages", "facebook group"),
    "instagram": ("instagram", "instagram business", "instagram account", "instagram profile"),
    "twitter": ("x", "twitter", "x (twitter)", "twitter (x)", "x/twitter", "x (formerly twitter)"),
    "linkedin": (
        *("linkedin", "linkedin page", "linkedin company", "linkedin company page"),
        *("linkedin profile", "linkedin personal", "linkedin personal profile"),
    ),
    "youtube": ("youtube", "youtube channel"),
    "tiktok": ("tiktok", "tiktok business", "tik tok"),
    "pinterest": ("pinterest",),
    "threads": ("threads",),
    "bluesky": ("bluesky",),
    "mastodon": ("mastodon",),
    "xing": ("xing",),
    "google_business_profile": (
        *("google business", "google business profile", "google my business"),
    ),
}

NETWORKS = {name: slug for slug, names in _NAMES.items() for name in names}
"""Network name, normalised by `network_name` -> channel."""

HOSTS = {
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "fb.watch": "facebook",
    "instagram.com": "instagram",
    "twitter.com": "twitter",
    "x.com": "twitter",
    "linkedin.com": "linkedin",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "tiktok.com": "tiktok",
    "pinterest.com": "pinterest",
    "pinterest.de": "pinterest",
    "threads.net": "threads",
    "threads.com": "threads",
    "bsky.app": "bluesky",
    "xing.com": "xing",
}
"""Host of a link to a post, normalised by `host_of` -> channel."""

_HOST = re.compile(
    r"(?:https?://)?(?:www\.|m\.|mobile\.|[a-z]{2}\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#:].*)?"
)


def network_name(cell: str) -> str:
    """Return a network's name in lower case, with spaces for underscores: ``linkedin page``."""
    return comparable(cell).replace("_", " ")


def host_of(cell: str) -> str:
    """Return the host of a link without a mobile or country part; empty if it is not a link."""
    match = _HOST.fullmatch(comparable(cell))
    return match[1] if match else comparable(cell)

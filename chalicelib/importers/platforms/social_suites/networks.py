"""Which channel a network is, by its name in a cell or by the host of a link to a post."""

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
"""A network's name, as `network_name` writes it -> channel."""

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
"""The host of a link to a post, as `host_of` writes it -> channel."""

_HOST = re.compile(
    r"(?:https?://)?(?:www\.|m\.|mobile\.|[a-z]{2}\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#:].*)?"
)


def network_name(cell: str) -> str:
    """A network's name without case; ``linkedin_page`` is written with a blank."""
    return comparable(cell).replace("_", " ")


def host_of(cell: str) -> str:
    """The host of a link, without the part for mobile phones or a country; empty if it is none."""
    match = _HOST.fullmatch(comparable(cell))
    return match[1] if match else comparable(cell)

"""Find the channel of a session from its channel group, source and medium.

The source is more specific than the group (`Organic Social` can be any of a dozen networks) and is
preferred if the report has it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chalicelib.importers.platforms.ga4_reports.ga4_headings import TRANSLATIONS
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.values.event_identity import digest

_MAX_SLUG = 32


class Origin(NamedTuple):
    """A channel, and whether its clicks are paid."""

    channel: str
    paid: bool = False


UNASSIGNED = Origin("unassigned")
_GROUPS = {
    "organic search": Origin("organic_search"),
    "organische suche": Origin("organic_search"),
    "paid search": Origin("google_ads", True),
    "bezahlte suche": Origin("google_ads", True),
    "cross-network": Origin("google_ads", True),
    "netzwerkübergreifend": Origin("google_ads", True),
    "email": Origin("email"),
    "e-mail": Origin("email"),
    "direct": Origin("direct"),
    "direkt": Origin("direct"),
    "referral": Origin("referral"),
    "verweis": Origin("referral"),
    "verweise": Origin("referral"),
    "empfehlung": Origin("referral"),
    "organic social": Origin("organic_social"),
    "social": Origin("organic_social"),
    "organische soziale netzwerke": Origin("organic_social"),
    "organic video": Origin("organic_video"),
    "organisches video": Origin("organic_video"),
    "organic shopping": Origin("organic_shopping"),
    "paid social": Origin("paid_social", True),
    "bezahlte soziale netzwerke": Origin("paid_social", True),
    "paid video": Origin("paid_video", True),
    "bezahltes video": Origin("paid_video", True),
    "paid shopping": Origin("paid_shopping", True),
    "paid other": Origin("paid_other", True),
    "display": Origin("display", True),
    "affiliates": Origin("affiliates"),
    "audio": Origin("audio"),
    "sms": Origin("sms"),
    "mobile push notifications": Origin("push"),
    "unassigned": UNASSIGNED,
    "nicht zugewiesen": UNASSIGNED,
    "(other)": UNASSIGNED,
    "(not set)": UNASSIGNED,
    "": UNASSIGNED,
}
_GROUPS |= {
    comparable(name): origin
    for origin in set(_GROUPS.values())
    for name in words_of(TRANSLATIONS, f"channel {origin.channel}")
}
_ACROSS_NETWORKS = frozenset(
    {
        *("cross-network", "netzwerkübergreifend", "varias redes", "multired", "rede cruzada"),
        *("várias redes", "multiréseau", "netwerkoverschrijdend", "cross-netwerk"),
        *("w wielu sieciach", "クロスネットワーク"),
    }
)
"""Names of the group Cross-network, which like Paid Search belongs to Google Ads."""

_NETWORKS = (
    (re.compile(r"facebook|^fb(?:\.|$)|messenger\.com"), "facebook", "meta_ads"),
    (re.compile(r"instagram|^ig$|^l\.ig"), "instagram", "meta_ads"),
    (re.compile(r"^meta$|^fb-ig$"), "facebook", "meta_ads"),
    (re.compile(r"linkedin|lnkd\.in"), "linkedin", "linkedin_ads"),
    (re.compile(r"(?:^|\.)t\.co$|twitter|^x(?:\.com)?$"), "twitter", "twitter"),
    (re.compile(r"(?:^|\.)xing(?:\.|$)"), "xing", "xing"),
    (re.compile(r"plus\.(?:url\.)?google"), "google_plus", "google_plus"),
    (re.compile(r"youtube|youtu\.be"), "youtube", "google_ads"),
    (re.compile(r"(?:^|\.)pinterest(?:\.|$)"), "pinterest", "pinterest_ads"),
    (re.compile(r"(?:^|\.)tiktok(?:\.|$)"), "tiktok", "tiktok_ads"),
    (re.compile(r"(?:^|\.)reddit(?:\.|$)"), "reddit", "reddit_ads"),
)
_VAGUE = frozenset({"referral", "display", "paid_other", "organic_social"})
"""Channels derived from a source that are less specific than the channel group."""

_PAID = re.compile(r"^(?:.*cp.*|ppc|retargeting|paid.*|.*[_-]paid)$")
_SEARCH = re.compile(
    r"google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|naver|seznam|qwant|startpage"
)


def origin_of(group: str, source: str, medium: str) -> Origin:
    """Return the channel of a row of sessions. Pass an empty text for a missing column."""
    by_source = _by_source(comparable(source), comparable(medium)) if source or medium else None
    group = comparable(group)
    if by_source is not None and not (group and by_source.channel in _VAGUE):
        return by_source
    known = _GROUPS.get(group)
    return known or Origin(_slug(group), "paid" in group or "bezahlt" in group)


def group_name(cell: str) -> str:
    """Return the name of a channel group in event ids, the same in all languages."""
    group = comparable(cell)
    if group in _ACROSS_NETWORKS:
        return "cross-network"
    if group in _GROUPS and group and not group.startswith("("):
        return _GROUPS[group].channel
    return group


def split_source_medium(cell: str) -> tuple[str, str]:
    """Split ``google / cpc`` into source and medium."""
    source, _, medium = cell.rpartition(" / ")
    return (source.strip(), medium.strip()) if source else (cell.strip(), "")


def _by_source(source: str, medium: str) -> Origin | None:
    """Return the channel of source and medium; None if only the group determines it."""
    paid = bool(_PAID.match(medium))
    if medium in ("email", "e-mail", "e_mail", "newsletter") or source in ("email", "newsletter"):
        return Origin("email")
    for pattern, organic, ads in _NETWORKS:
        if pattern.search(source):
            return Origin(ads, True) if paid else Origin(organic)
    if source in ("(direct)", "direct") and medium in ("", "(none)", "(not set)", "none"):
        return Origin("direct")
    if medium in ("display", "banner", "expandable", "interstitial", "cpm"):
        return Origin("display", True)
    if paid:
        engine = _SEARCH.search(source)
        if engine:
            return Origin("google_ads" if engine[0] == "google" else f"{engine[0]}_ads", True)
        return Origin("paid_other", True)
    if medium == "organic":
        return Origin("organic_search")
    if medium in ("social", "social-network", "social-media", "sm"):
        return Origin("organic_social")
    if medium in ("affiliate", "affiliates"):
        return Origin("affiliates")
    if medium in ("referral", "link"):
        return Origin("referral")
    return None


def _slug(name: str) -> str:
    """Convert a custom group name to the slug of a channel."""
    slug = re.sub(r"[^a-z0-9]+", "_", name).strip("_")
    if not slug or not slug[0].isalpha() or len(slug) > _MAX_SLUG:
        return f"channel_{digest(name)[:16]}"
    return slug

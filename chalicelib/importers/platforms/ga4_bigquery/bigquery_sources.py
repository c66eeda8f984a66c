"""Find the channel of a visit from the source and medium that Google Analytics recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.importers.values.values import first_name, name_of, record_of

DIRECT = "direct"
REFERRAL = "referral"
PAID_OTHER = "paid_other"
"""Channel of paid visits from sources without a channel of their own."""

_PLACES = {
    "facebook": "facebook",
    "facebook.com": "facebook",
    "fb": "facebook",
    "fb.com": "facebook",
    "fb.me": "facebook",
    "meta": "facebook",
    "instagram": "instagram",
    "instagram.com": "instagram",
    "ig": "instagram",
    "linkedin": "linkedin",
    "linkedin.com": "linkedin",
    "lnkd.in": "linkedin",
    "xing": "xing",
    "xing.com": "xing",
    "t.co": "twitter",
    "twitter": "twitter",
    "twitter.com": "twitter",
    "x.com": "twitter",
    "youtube": "youtube",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "plus.google.com": "google_plus",
    "plus.url.google.com": "google_plus",
    "amazon": "amazon",
    "amazon.com": "amazon",
    "amazon.de": "amazon",
}
_PAID_PLACES = {
    "facebook": "meta_ads",
    "instagram": "meta_ads",
    "linkedin": "linkedin_ads",
    "youtube": "google_ads",
}
_GOOGLE = frozenset({"google", "adwords", "google-ads", "google_ads", "googleads", "dv360"})
_PAID = frozenset(
    {"cpc", "ppc", "cpm", "cpv", "cpa", "paid", "paidsearch", "paidsocial", "paidvideo"}
    | {"display", "banner", "retargeting"}
)
_EMAIL = frozenset({"email", "newsletter", "mail"})
_NOTHING = frozenset({"", "(none)", "(not set)", "(direct)", "direct", "none", "null"})
_NO_CAMPAIGN = _NOTHING | {"(organic)", "(referral)", "(not provided)", "(data deleted)"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visit came from.

    Attributes
    ----------
    channel : str
    paid : bool
    campaign : str
        Empty if unknown.
    """

    channel: str
    paid: bool = False
    campaign: str = ""


def origin_of(event: dict[str, Any], parameters: dict[str, Any]) -> Origin:
    """Return where the visit of an event came from.

    The first source that the export contains is used: of the session's last click, collected with
    the event, in the event's parameters, of the person's first visit.

    Parameters
    ----------
    parameters : dict
        The event's parameters: key -> value.
    """
    last_click = record_of(event.get("session_traffic_source_last_click"))
    collected = record_of(event.get("collected_traffic_source"))
    candidates = (
        record_of(last_click.get("manual_campaign")),
        record_of(last_click.get("cross_channel_campaign")),
        collected,
        parameters,
        record_of(event.get("traffic_source")),
    )
    google_ads = record_of(last_click.get("google_ads_campaign"))
    if first_name(google_ads, "campaign_id", "campaign_name") or first_name(collected, "gclid"):
        names = (google_ads, *candidates)
        return Origin("google_ads", paid=True, campaign=_campaign(*names))
    for candidate in candidates:
        source = first_name(candidate, "source", "manual_source").casefold()
        medium = first_name(candidate, "medium", "manual_medium").casefold()
        if source in _NOTHING and medium in _NOTHING:
            continue
        channel, paid = channel_of(source, medium)
        return Origin(channel, paid, _campaign(candidate))
    return Origin(DIRECT)


def channel_of(source: str, medium: str) -> tuple[str, bool]:
    """Return the channel of a source and medium, and whether it is paid."""
    place = _place(source)
    kind = medium.replace("-", "").replace("_", "").replace(" ", "")
    if kind in _PAID:
        if source in _GOOGLE:
            return "google_ads", True
        return (_PAID_PLACES.get(place, place) if place else PAID_OTHER), True
    if kind in _EMAIL or source in _EMAIL:
        return "email", False
    if kind == "organic":
        return "organic_search", False
    if place:
        return place, False
    if source in _NOTHING:
        return DIRECT, False
    return REFERRAL, False


def _place(source: str) -> str:
    """Return the channel of a domain (``l.facebook.com``) or of a site's name (``facebook``)."""
    parts = source.split(".")
    tails = (".".join(parts[n:]) for n in range(len(parts)))
    return next((_PLACES[tail] for tail in tails if tail in _PLACES), "")


def _campaign(*candidates: dict[str, Any]) -> str:
    for candidate in candidates:
        for key in ("campaign_name", "manual_campaign_name", "campaign", "name"):
            name = name_of(candidate.get(key))
            if name.casefold() not in _NO_CAMPAIGN:
                return name
    return ""

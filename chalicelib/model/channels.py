"""The catalogue of channels, with titles and default types. Other slugs are allowed too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the catalogue."""

    slug: str
    title: str
    """Identifier in events, and display name."""
    default_engagement: str
    """The type that a comparison uses if only the channel is given."""
    paid: bool = False
    """Whether engagements of that type are usually paid."""


CATALOGUE: dict[str, Channel] = {
    channel.slug: channel
    for channel in (
        Channel("google_ads", "Google Ads", "click", paid=True),
        Channel("meta_ads", "Meta Ads", "click", paid=True),
        Channel("facebook", "Facebook", "like"),
        Channel("instagram", "Instagram", "like"),
        Channel("twitter", "X (Twitter)", "share"),
        Channel("linkedin", "LinkedIn", "like"),
        Channel("linkedin_ads", "LinkedIn Ads", "click", paid=True),
        Channel("xing", "XING", "like"),
        Channel("youtube", "YouTube", "view"),
        Channel("google_plus", "Google+", "like"),
        Channel("amazon", "Amazon reviews", "review"),
        Channel("company_blog", "Company blog", "comment"),
        Channel("community", "Private blogs and communities", "mention"),
        Channel("organic_search", "Organic search", "click"),
        Channel("email", "E-mail", "click"),
        Channel("brand_search", "Brand search", "click"),
        Channel("direct", "Direct", "click"),
        Channel("referral", "Referral", "click"),
    )
}

ARRIVALS = frozenset({"organic_search", "brand_search", "direct", "referral"})
"""Channels through which people arrive because of another cause."""
SEARCH = frozenset({"organic_search", "brand_search"})
"""Channels of visits from search results; a click is a visit."""
CHANGES = {"follow": 1, "unfollow": -1}
"""Types that begin or end a lasting state, and by how much they change the number of followers."""


ROLES = ("cause", "arrival", "state")
"""Roles that a tenant can declare for an engagement type; see `role_of`."""


def role_of(channel: str, type_: str, paid: bool) -> str:
    """Return the role of an engagement type in the models: `cause`, `arrival` or `state`.

    A visit to the tenant's site is an arrival: an unpaid click in any channel, or any engagement in
    a channel of `ARRIVALS`, including a paid click on the brand name. Visits are steps on the way
    from a cause to a conversion. A regression with both would underestimate the cause.
    """
    if channel in ARRIVALS or (type_ == "click" and not paid):
        return "arrival"
    return "state" if type_ in CHANGES else "cause"


def title_of(slug: str) -> str:
    """Return the display name of a channel; an unknown slug becomes its words."""
    known = CATALOGUE.get(slug)
    return known.title if known else slug.replace("_", " ").capitalize()

"""The channels known by name. Other slugs are welcome; these have a title and a usual type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the catalogue.

    Attributes
    ----------
    slug, title : str
        Identifier in events and name for people.
    default_engagement : str
        The type of engagement one asks about when one asks about the channel.
    paid : bool
        Whether that engagement is usually paid for.
    """

    slug: str
    title: str
    default_engagement: str
    paid: bool = False


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
"""Channels by which people arrive who were moved by something else."""
STATES = frozenset({"follow", "unfollow"})
"""Types of engagement that begin or end a state."""


ROLES = ("cause", "arrival", "state")
"""What a tenant can declare an engagement type to be; see `role_of`."""


def role_of(channel: str, type_: str, paid: bool) -> str:
    """What an engagement type is to a model of conversions: `cause`, `arrival` or `state`.

    A visit to one's own site is an arrival: an unpaid click in any channel, and whatever happens
    in a channel of `ARRIVALS`, also a paid click on the own brand's name. Visits are steps on the
    way from a cause to a conversion: a regression with both credits the cause with too little.
    """
    if channel in ARRIVALS or (type_ == "click" and not paid):
        return "arrival"
    return "state" if type_ in STATES else "cause"


def title_of(slug: str) -> str:
    """The name of a channel for people; of an unknown slug, the slug in words."""
    known = CATALOGUE.get(slug)
    return known.title if known else slug.replace("_", " ").capitalize()

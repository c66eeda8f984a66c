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
        Channel("direct", "Direct", "click"),
    )
}


def title_of(slug: str) -> str:
    """The name of a channel for people; of an unknown slug, the slug in words."""
    known = CATALOGUE.get(slug)
    return known.title if known else slug.replace("_", " ").capitalize()

"""Headings by which the tables of platforms are known that nobody imports here, or not yet.

Such a table may have all columns of another platform's report. It is refused with the name of the
platform that it is of. An importer for one of them makes its entry superfluous.
"""

from __future__ import annotations

from typing import NamedTuple

Alternatives = tuple[tuple[str, ...], ...]


class OtherPlatform(NamedTuple):
    """A platform.

    Attributes
    ----------
    name : str
        For people.
    slugs : tuple of str
        What its importers would be called: where there is one, its own marks count.
    marks : tuple of tuple of str
        Each of them headings that together no other platform has.
    """

    name: str
    slugs: tuple[str, ...]
    marks: Alternatives


def _each(*headings: str) -> Alternatives:
    return tuple((heading,) for heading in headings)


OTHER_PLATFORMS = (
    OtherPlatform(
        "Taboola",
        ("taboola",),
        (*_each("vCTR", "vCPM", "Visible impressions", "Actual CPC"), ("Spent", "Site")),
    ),
    OtherPlatform("Outbrain", ("outbrain",), _each("Promoted link", "Marketer")),
    OtherPlatform(
        "Criteo",
        ("criteo",),
        _each("AdvertiserCost", "Displays", "ExposedUsers", "SalesPc30d", "RevenueGeneratedPc30d"),
    ),
    OtherPlatform(
        "The Trade Desk",
        ("the_trade_desk", "tradedesk"),
        (
            *_each("Advertiser Cost (Adv Currency)", "Media Cost (Adv Currency)"),
            *_each("Player Starts", "Player 25% Complete", "Player Completed Views"),
        ),
    ),
    OtherPlatform(
        "Display & Video 360",
        ("dv360", "display_video_360"),
        (
            *_each("Insertion Order", "Insertion Order ID", "Revenue (Adv Currency)"),
            *_each("Media Cost (Advertiser Currency)", "Complete Views (Video)"),
        ),
    ),
    OtherPlatform(
        "Search Ads 360",
        ("sa360", "search_ads_360"),
        (
            *_each("Engine account ID", "Engine account", "Effective bid strategy"),
            *(("Engine", "Impr"), ("Impr", "Clicks")),
        ),
    ),
    OtherPlatform(
        "Campaign Manager 360",
        ("cm360", "campaign_manager_360"),
        _each("Site (CM360)", "Site (DCM)", "Click-through Conversions", "Placement Strategy"),
    ),
    OtherPlatform(
        "Apple Search Ads",
        ("apple_search_ads", "apple_ads"),
        _each("Taps", "TTR", "Avg CPT", "Average CPT", "Tap-Throughs", "Installs (Tap-Through)"),
    ),
    OtherPlatform(
        "AdRoll", ("adroll",), _each("Advertisable EID", "Adgroup EID", "Attributed Rev")
    ),
    OtherPlatform(
        "Awin", ("awin",), (("Publisher ID", "Commission"), ("Publisher", "Total commission"))
    ),
    OtherPlatform(
        "Facebook lead forms",
        ("meta_leads",),
        (("ad_id", "form_id"), ("is_organic", "form_name"), ("created_time", "form_id")),
    ),
)
"""The order is that in which several are named."""

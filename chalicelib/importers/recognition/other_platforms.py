"""Headings that only one platform uses, whether an importer reads the platform or not.

Such a table may have all columns of another platform's report. Only the platform's own importer
reads it; without one, the table is rejected with the platform's name.
"""

from __future__ import annotations

from chalicelib.importers.recognition.other_tables import SHOPS, WITHOUT_SALES, OtherPlatform
from chalicelib.importers.recognition.other_tables import each as _each

OTHER_PLATFORMS = (
    OtherPlatform(
        "TikTok Ads Manager",
        ("tiktok_ads", "tiktok"),
        (
            *_each("Clicks (destination)", "Klicks (Ziel)", "CPC (destination)"),
            *_each("CTR (destination)", "Video views at 25%", "Video views at 50%"),
            *_each("Video views at 75%", "Video views at 100%", "2-second video views"),
            *_each("6-second video views", "Paid likes", "Paid followers", "Paid profile visits"),
            *_each("Complete payment", "Complete payment ROAS", "Complete payment value"),
        ),
    ),
    OtherPlatform(
        "Amazon Ads",
        ("amazon_ads",),
        (
            *_each("7 Day Total Sales", "14 Day Total Sales", "30 Day Total Sales"),
            *_each("7 Day Total Orders (#)", "14 Day Total Orders (#)", "7 Day Total Units (#)"),
            *_each("14 Day Total Units (#)", "Customer Search Term", "Advertised SKU"),
            *_each("Advertised ASIN", "Purchased ASIN", "Portfolio name"),
            *_each("Total Advertising Cost of Sales (ACOS)", "Total Return on Advertising Spend"),
            *_each("14 Day Detail Page Views (DPV)", "Total Detail Page View (DPV)"),
        ),
    ),
    OtherPlatform(
        "Microsoft Advertising",
        ("microsoft_ads", "bing_ads"),
        (
            *_each("Gregorian date", "GregorianDate", "Bid match type", "BidMatchType"),
            *_each("Delivered match type", "DeliveredMatchType", "AccountNumber", "TopVsOther"),
            *_each("Account number", "Top vs. other", "AdDistribution", "Ad distribution"),
            *_each("TimePeriod", "BudgetAssociationStatus", "AllRevenue"),
            *(("AccountName", "Spend"), ("AccountId", "Spend"), ("CampaignName", "Spend")),
            *(("Impr.", "Spend"), ("Conv.", "Spend"), ("Avg. CPC", "Spend")),
        ),
    ),
    OtherPlatform(
        "Snapchat Ads",
        ("snapchat_ads", "snapchat"),
        (
            *_each("Swipe Ups", "Swipe Up Rate", "Swipe-Ups", "eCPSU", "Avg. Screen Time"),
            *_each("Story Opens", "Ad Squad Name", "Ad Squad ID"),
            ("Paid Impressions", "Amount Spent"),
        ),
    ),
    OtherPlatform(
        "Reddit Ads",
        ("reddit_ads",),
        (
            *(("eCPM", "Amount Spent"), ("Upvotes", "Amount Spent")),
            *(("Community", "Spend"), ("Subreddit", "Spend"), ("Subreddit", "Amount Spent")),
        ),
    ),
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
        (
            *_each("Site (CM360)", "Site (DCM)", "Placement Strategy"),
            ("Click-through Conversions", "Placement"),
        ),
    ),
    OtherPlatform(
        "Apple Search Ads",
        ("apple_search_ads", "apple_ads"),
        _each("Taps", "TTR", "Avg CPT", "Average CPT", "Tap-Throughs", "Installs (Tap-Through)"),
    ),
    OtherPlatform(
        "AdRoll",
        ("adroll",),
        _each("Advertisable", "Advertisable EID", "Adgroup EID", "Attributed Rev"),
    ),
    OtherPlatform(
        "Awin", ("awin",), (("Publisher ID", "Commission"), ("Publisher", "Total commission"))
    ),
    OtherPlatform(
        "Facebook lead forms",
        ("meta_leads",),
        (("ad_id", "form_id"), ("is_organic", "form_name"), ("created_time", "form_id")),
    ),
    *SHOPS,
    *WITHOUT_SALES,
)
"""If several match, they are named in this order."""

"""The columns of Google Ads reports in English and German, and what stands in totals rows.

The names of identity columns are kept apart from everything that may change between two downloads
of the same day (status, bids, metrics).
"""

from __future__ import annotations

import re

from chalicelib.exports.headings import Vocabulary

VOCABULARY = Vocabulary(
    {
        "day": {"en": ["Day", "Date"], "de": ["Tag", "Datum"]},
        "week": {"en": ["Week"], "de": ["Woche"]},
        "month": {"en": ["Month"], "de": ["Monat"]},
        "quarter": {"en": ["Quarter"], "de": ["Quartal"]},
        "year": {"en": ["Year"], "de": ["Jahr"]},
        "account": {"en": ["Account", "Account name"], "de": ["Konto", "Kontoname"]},
        "account_id": {"en": ["Customer ID", "External customer ID"], "de": ["Kundennummer"]},
        "campaign": {"en": ["Campaign", "Campaign name"], "de": ["Kampagne", "Kampagnenname"]},
        "campaign_id": {"en": ["Campaign ID"], "de": ["Kampagnen-ID"]},
        "campaign_state": {
            "en": ["Campaign state", "Campaign status"],
            "de": ["Kampagnenstatus"],
        },
        "campaign_group": {"en": ["Campaign Group ID", "Campaign Group Name"]},
        "campaign_type": {"en": ["Campaign type"], "de": ["Kampagnentyp"]},
        "ad_group": {"en": ["Ad group", "Ad group name"], "de": ["Anzeigengruppe"]},
        "ad_group_id": {"en": ["Ad group ID"], "de": ["Anzeigengruppen-ID"]},
        "ad": {"en": ["Ad", "Ad name"], "de": ["Anzeige", "Anzeigenname"]},
        "ad_id": {"en": ["Ad ID"], "de": ["Anzeigen-ID"]},
        "ad_type": {"en": ["Ad type"], "de": ["Anzeigentyp"]},
        "asset_group": {"en": ["Asset group"], "de": ["Asset-Gruppe"]},
        "keyword": {
            "en": ["Keyword", "Search keyword"],
            "de": ["Keyword", "Suchkeyword"],
        },
        "keyword_id": {"en": ["Keyword ID"], "de": ["Keyword-ID"]},
        "match_type": {
            "en": ["Match type", "Search terms match type"],
            "de": ["Keyword-Option", "Übereinstimmungstyp"],
        },
        "search_term": {"en": ["Search term"], "de": ["Suchbegriff"]},
        "device": {"en": ["Device"], "de": ["Gerät"]},
        "network": {
            "en": ["Network", "Network (with search partners)"],
            "de": ["Werbenetzwerk", "Werbenetzwerk (mit Suchpartnern)"],
        },
        "hour": {"en": ["Hour of day", "Hour of the day"], "de": ["Tageszeit", "Stunde"]},
        "click_type": {"en": ["Click type"], "de": ["Klicktyp"]},
        "conversion_action": {"en": ["Conversion action"], "de": ["Conversion-Aktion"]},
        "location": {"en": ["Country/Territory", "Location"], "de": ["Land/Gebiet", "Standort"]},
        "impressions": {"en": ["Impr.", "Impressions"], "de": ["Impr.", "Impressionen"]},
        "clicks": {"en": ["Clicks"], "de": ["Klicks"]},
        "interactions": {"en": ["Interactions"], "de": ["Interaktionen"]},
        "interaction_rate": {"en": ["Interaction rate"], "de": ["Interaktionsrate"]},
        "views": {
            "en": ["Views", "Video views", "TrueView views"],
            "de": ["Aufrufe", "Videoaufrufe", "TrueView-Aufrufe"],
        },
        "cost": {"en": ["Cost"], "de": ["Kosten"]},
        "converted_cost": {
            "en": ["Cost (Converted currency)"],
            "de": ["Kosten (umgerechnete Währung)"],
        },
        "currency": {"en": ["Currency code", "Currency"], "de": ["Währungscode", "Währung"]},
        "converted_currency": {
            "en": ["Converted currency code", "Account code"],
            "de": ["Umgerechneter Währungscode", "Code der umgerechneten Währung"],
        },
        "conversions": {"en": ["Conversions"], "de": ["Conversions"]},
        "conversion_value": {
            "en": ["Conv. value", "Conversion value", "Total conv. value"],
            "de": ["Conv.-Wert", "Conversion-Wert"],
        },
        "average_cost": {
            "en": ["Avg. CPC", "Avg. cost"],
            "de": ["Durchschn. CPC", "Durchschn. Kosten"],
        },
    }
)

OBJECT_FIELDS = (
    ("campaign_id", "campaign"),
    ("ad_group_id", "ad_group"),
    ("ad_id", "ad"),
    ("keyword_id", "keyword"),
    ("match_type",),
    ("search_term",),
    ("asset_group",),
    ("device",),
    ("network",),
    ("hour",),
    ("click_type",),
    ("conversion_action",),
    ("location",),
)
"""What a row is about; of each group the first column that there is: an id outlives a name."""

NAME_FIELDS = (
    "campaign",
    "campaign_id",
    "ad_group",
    "ad_group_id",
    "ad_id",
    "keyword",
    "search_term",
    "asset_group",
)
"""Blank in a totals row, but for its label."""

TYPICAL_FIELDS = (
    "campaign_state",
    "campaign_group",
    "campaign_type",
    "ad_group",
    "search_term",
    "match_type",
    "interaction_rate",
    "average_cost",
    "currency",
)
"""One of them must be there where no period line tells that it is a Google Ads report."""

LEVELS = (
    ("search_term", "search_term"),
    ("keyword", "keyword"),
    ("ad_id", "ad"),
    ("ad", "ad"),
    ("ad_type", "ad"),
    ("asset_group", "asset_group"),
    ("ad_group", "ad_group"),
    ("campaign", "campaign"),
)
"""Column -> kind of report, the finest first. The title is the user's own and says nothing."""

AD_TEXT = re.compile(
    r"(?:long )?headline(?: \d+)?|description(?: \d)?|final url|path \d|video id|image id"
    r"|(?:langer )?anzeigentitel(?: \d+)?|textzeile(?: \d)?|finale url|pfad \d"
)
"""Headings of the text of an ad: an ad without an id is known by it (it cannot be edited)."""

TOTALS_LABEL = re.compile(r"(?:total|gesamt|gesamtsumme|summe|insgesamt) ?(?::|$)")
OTHER_SEARCH_TERMS = re.compile(
    r"(?:total|gesamt|summe) ?: ?(?:other|andere|sonstige|weitere) (?:search terms|suchbegriffe)"
)
ALL_TIME = re.compile(r"all time|gesamter zeitraum|gesamte zeit")
VIDEO = re.compile(r"\bvideo|demand gen|discovery|youtube|trueview|bumper")
"""Kinds of campaigns and ads whose interactions are mostly views."""

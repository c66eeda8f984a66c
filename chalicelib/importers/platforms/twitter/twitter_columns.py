"""The columns of X analytics, in the present layout and the one before 2024."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, Sign, When

_ALREADY_COUNTED = LeftOut("a sum or a rate of other columns")
_NOT_ENGAGEMENT = LeftOut("counts neither clicks on the account's links nor views")

ORGANIC = (
    Column("impressions", Count("impression"), en=("Impressions",), de=("Impressionen",)),
    Column(
        "likes",
        Count("like"),
        en=("Likes", "Favorites"),
        de=("„Gefällt mir“-Angaben", '"Gefällt mir"-Angaben', "Gefällt mir", "Favoriten"),
    ),
    Column("reposts", Count("share"), en=("Reposts", "Retweets")),
    Column("replies", Count("comment"), en=("Replies",), de=("Antworten",)),
    Column("url_clicks", Count("click"), en=("URL clicks", "Link clicks"), de=("URL-Klicks",)),
    Column("follows", Count("follow"), en=("New follows", "Follows"), de=("Neue Follower",)),
    Column("unfollows", Count("unfollow"), en=("Unfollows",), de=("Entfolgungen",)),
    Column("bookmarks", Count("save"), en=("Bookmarks",), de=("Lesezeichen",)),
    Column("video_views", Count("view"), en=("Video views",), de=("Videoaufrufe",)),
    Column(
        "media_views",
        Count("view"),
        en=("Media views",),
        de=("Medienaufrufe",),
        unless=("video_views",),
    ),
)

_PROMOTED = ("impressions", "likes", "reposts", "replies", "url_clicks", "follows", "media_views")


def _promoted(column: Column) -> Column:
    """Return the column with the promoted part; the organic column does not include it."""
    assert isinstance(column.role, Count)
    return Column(
        f"promoted_{column.field}",
        Count(column.role.type, paid=True),
        en=tuple(f"Promoted {name}" for name in column.en),
        de=tuple(f"{word} {name}" for word in ("Gesponserte", "Beworbene") for name in column.de),
    )


PROMOTED = tuple(_promoted(column) for column in ORGANIC if column.field in _PROMOTED)

LEFT_OUT = (
    Column("engagements", _ALREADY_COUNTED, en=("Engagements",), de=("Interaktionen",)),
    Column("engagement_rate", _ALREADY_COUNTED, en=("Engagement rate",), de=("Interaktionsrate",)),
    Column(
        "shares",
        LeftOut("counts uses of the share button, mostly copied links"),
        en=("Shares",),
        de=("Geteilt",),
    ),
    Column(
        "profile_visits",
        _NOT_ENGAGEMENT,
        en=("Profile visits", "User profile clicks"),
        de=("Profilbesuche", "Nutzerprofilklicks"),
    ),
    Column("detail_expands", _NOT_ENGAGEMENT, en=("Detail expands",), de=("Detailerweiterungen",)),
    Column("hashtag_clicks", _NOT_ENGAGEMENT, en=("Hashtag clicks",), de=("Hashtag-Klicks",)),
    Column("permalink_clicks", _NOT_ENGAGEMENT, en=("Permalink clicks",), de=("Permalink-Klicks",)),
    Column(
        "media_engagements", _NOT_ENGAGEMENT, en=("Media engagements",), de=("Medieninteraktionen",)
    ),
    Column("app_opens", Sign(), en=("App opens",)),
    Column("app_installs", Sign(), en=("App installs",)),
)

POST_COLUMNS = (
    Column(
        "post",
        Key("post", sets="content_id"),
        en=("Post id", "Tweet id"),
        de=("Post-ID", "Beitrags-ID", "Tweet-ID"),
    ),
    Column(
        "link",
        Sign(),
        en=("Post link", "Tweet permalink"),
        de=("Post-Link", "Link zum Post", "Tweet-Permalink", "Permalink des Tweets"),
    ),
    Column("text", Sign(), en=("Post text", "Tweet text"), de=("Post-Text", "Tweet-Text")),
    Column("posted", When("posted"), en=("Date", "Time"), de=("Datum", "Zeit", "Uhrzeit")),
    *ORGANIC,
    *PROMOTED,
    *LEFT_OUT,
)

DAY_COLUMNS = (
    Column("day", When("day"), en=("Date",), de=("Datum",)),
    Column(
        "published",
        LeftOut("counts the account's own posts"),
        en=("Create post", "Posts published", "Tweets published"),
        de=("Post erstellen", "Veröffentlichte Posts", "Veröffentlichte Tweets"),
    ),
    Column("post", Sign(), en=("Post id", "Tweet id"), de=("Post-ID", "Beitrags-ID", "Tweet-ID")),
    *ORGANIC,
    *PROMOTED,
    *LEFT_OUT,
)

TYPICAL = ("url_clicks", "profile_visits", "detail_expands", "permalink_clicks", "reposts")
"""Columns with headings that are rare on other platforms."""

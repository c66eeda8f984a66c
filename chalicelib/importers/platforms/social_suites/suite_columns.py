"""The columns that social media suites have in common."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.importers.platforms.social_suites.networks import (
    HOSTS,
    NETWORKS,
    host_of,
    network_name,
)
from chalicelib.importers.reports.report_columns import Channel, Column, Count, Key, LeftOut, Sign

_SUMS = LeftOut("sums other columns")
_PEOPLE = LeftOut("counts people, which cannot be summed")
_RATES = LeftOut("a rate of other columns")

COUNTS = (
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions", "Total Impressions", "Post Impressions"),
        de=("Impressionen",),
        more={"es": ("Impresiones",), "fr": ("Impressions",)},
    ),
    Column("paid_impressions", Count("impression", paid=True), en=("Paid Impressions",)),
    Column(
        "reactions",
        Count("like"),
        en=("Reactions",),
        de=("Reaktionen",),
        more={"es": ("Reacciones",), "fr": ("Réactions",)},
    ),
    Column(
        "likes",
        Count("like"),
        en=("Likes", "Favorites", "Likes & Reactions"),
        de=("Gefällt mir", "„Gefällt mir“-Angaben"),
        more={"es": ("Me gusta",), "fr": ("J'aime",)},
        unless=("reactions",),
    ),
    Column(
        "comments",
        Count("comment"),
        en=("Comments",),
        de=("Kommentare",),
        more={"es": ("Comentarios",), "fr": ("Commentaires",)},
    ),
    Column("replies", Count("comment"), en=("Replies",), de=("Antworten",), unless=("comments",)),
    Column(
        "shares",
        Count("share"),
        en=("Shares",),
        de=("Geteilte Inhalte", "Geteilt"),
        more={"es": ("Compartidos",), "fr": ("Partages",)},
    ),
    Column("reposts", Count("share"), en=("Reposts", "Retweets"), unless=("shares",)),
    Column(
        "saves",
        Count("save"),
        en=("Saves", "Saved"),
        de=("Gespeichert",),
        more={"es": ("Guardados",), "fr": ("Enregistrements",)},
    ),
    Column(
        "link_clicks",
        Count("click"),
        en=("Post Link Clicks", "Link Clicks", "URL Clicks"),
        de=("Link-Klicks", "Linkklicks"),
    ),
    Column(
        "clicks",
        Count("click"),
        en=("Clicks", "Post Clicks", "Total Clicks", "Post Clicks (All)"),
        de=("Klicks",),
        more={"es": ("Clics",), "fr": ("Clics",)},
        unless=("link_clicks",),
    ),
    Column(
        "video_views",
        Count("view"),
        en=("Video Views",),
        de=("Videoaufrufe",),
        more={"es": ("Visualizaciones de vídeo",), "fr": ("Vues de vidéo",)},
    ),
    Column("paid_video_views", Count("view", paid=True), en=("Paid Video Views",)),
    Column(
        "engagements",
        _SUMS,
        en=("Engagements", "Engagement", "Total Engagements", "Interactions"),
        de=("Interaktionen", "Engagements gesamt"),
        more={"es": ("Interacciones",), "fr": ("Interactions",)},
    ),
    Column(
        "reach",
        _PEOPLE,
        en=("Reach", "Post Reach", "Potential Reach"),
        de=("Reichweite",),
        more={"es": ("Alcance",), "fr": ("Portée",)},
    ),
    Column(
        "rates",
        _RATES,
        en=(
            *("Engagement Rate", "Engagement Rate (per Impression)", "Engagement Rate (per Reach)"),
            *("Click-Through Rate", "CTR"),
        ),
        de=("Interaktionsrate", "Engagement-Rate"),
    ),
    Column(
        "parts",
        LeftOut("part of other columns"),
        en=("Organic Impressions", "Organic Video Views", "Other Post Clicks", "Viral Impressions"),
    ),
)
"""Counts of a post, or of a profile on a day. No engagement is counted in two columns."""

PAID_PARTS = {"impressions": "paid_impressions", "video_views": "paid_video_views"}
"""Totals that contain a paid part -> the column with that part."""


def in_no_language(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return columns whose English headings do not imply English numbers and dates.

    Spanish and French suites write ``1.200`` below English headings. The counts in the file decide
    the number format, so this is not read as 1.2.
    """
    return tuple(
        replace(column, more={**column.more, "es": (*column.more.get("es", ()), *column.en)})
        for column in columns
    )


def network(*en: str, de: tuple[str, ...] = ("Netzwerk", "Soziales Netzwerk")) -> Column:
    """Return the column with the network of a row."""
    return Column("network", Channel(NETWORKS, is_needed=True, name=network_name), en=en, de=de)


def link(*en: str) -> Column:
    """Return the column with links to posts, which identify both the post and its network."""
    key = Key("post", sets="content_id")
    return Column("link", Channel(HOSTS, is_needed=True, name=host_of, key=key), en=en)


def sign(field: str, *en: str) -> Column:
    """Return a column that identifies a suite."""
    return Column(field, Sign(), en=en)

"""The columns of LinkedIn's sheets for company pages and for the content of members.

LinkedIn's wording changes from year to year, especially in German, so the headings are combined
from parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, Net, When
from chalicelib.importers.reports.usual_columns import columns_from

ORGANIC = ("organic",), ("organisch", "Organisch", "organic")
SPONSORED = ("sponsored",), ("gesponsert", "Sponsored", "Anzeigen", "bezahlt")
TOTAL = ("total",), ("gesamt", "insgesamt", "total")
DESKTOP = ("desktop",), ("Desktop", "Computer", "PC")
MOBILE = ("mobile",), ("mobil", "Mobilgerät", "Mobilgeräte", "Smartphone", "mobile")

DAY = Column("day", When("day"), en=("Date",), de=("Datum",))


def _split(words: Sequence[str], suffixes: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{word} ({suffix})" for word, suffix in product(words, suffixes))


def _counted(field: str, kind: str, en: Sequence[str], de: Sequence[str]) -> tuple[Column, ...]:
    """Return the organic, sponsored and total columns of an engagement type."""
    organic, sponsored = f"{field}_organic", f"{field}_sponsored"
    parts = (
        (organic, Count(kind), ORGANIC, ()),
        (sponsored, Count(kind, paid=True), SPONSORED, ()),
        (f"{field}_total", Count(kind), TOTAL, (organic, sponsored)),
    )
    return tuple(
        Column(name, role, en=_split(en, suffixes[0]), de=_split(de, suffixes[1]), unless=unless)
        for name, role, suffixes, unless in parts
    )


def _left_out(
    field: str, why: str, en: Sequence[str], de: Sequence[str], *kinds: tuple[Sequence[str], ...]
) -> Column:
    english = (*en, *(name for kind in kinds for name in _split(en, kind[0])))
    german = (*de, *(name for kind in kinds for name in _split(de, kind[1])))
    return Column(field, LeftOut(why), en=english, de=german)


_NOT_ADDITIVE = "numbers of people on several days cannot be added up"
_RATE = "rates are recomputed, never added up"

FOLLOWERS = columns_from(
    Path(__file__).with_name("linkedin_follower_columns.tsv"),
    Column("sponsored", Count("follow", paid=True)),
    Column("organic", Net("follow", "unfollow")),
    Column("invited", Count("follow", part="auto-invited")),
    Column("total", Net("follow", "unfollow"), unless=("sponsored", "organic", "invited")),
)
"""Despite its name, *Total followers* counts the new followers of the day."""

_VIEWS_DE = (
    *("Seitenaufrufe gesamt", "Seitenaufrufe insgesamt", "Gesamte Seitenaufrufe"),
    *("Gesamtzahl der Seitenaufrufe", "Gesamtzahl Seitenaufrufe", "Seitenansichten gesamt"),
)

VISITORS = (
    DAY,
    Column(
        "views",
        Count("impression"),
        en=_split(["Total page views"], TOTAL[0]),
        de=_split(_VIEWS_DE, TOTAL[1]),
    ),
    Column(
        "views_desktop",
        Count("impression", part="desktop"),
        en=_split(["Total page views"], DESKTOP[0]),
        de=_split(_VIEWS_DE, DESKTOP[1]),
        unless=("views",),
    ),
    Column(
        "views_mobile",
        Count("impression", part="mobile"),
        en=_split(["Total page views"], MOBILE[0]),
        de=_split(_VIEWS_DE, MOBILE[1]),
        unless=("views",),
    ),
    *(
        _left_out(
            f"views_{tab}",
            "part of *Total page views*",
            [f"{tab} page views"],
            [f"Seitenaufrufe {tab}", f"{tab}: Seitenaufrufe"],
            TOTAL,
        )
        for tab in ("Overview", "Life", "Jobs")
    ),
    _left_out(
        "visitors",
        _NOT_ADDITIVE,
        ["Total unique visitors"],
        ["Einzelne Besucher gesamt", "Eindeutige Besucher gesamt", "Unique Visitors gesamt"],
        TOTAL,
    ),
)

CONTENT = (
    DAY,
    *_counted(
        "impressions", "impression", ["Impressions"], ["Impressions", "Impressionen", "Aufrufe"]
    ),
    *_counted("clicks", "click", ["Clicks"], ["Klicks"]),
    *_counted("reactions", "like", ["Reactions", "Likes"], ["Reaktionen", "Gefällt mir", "Likes"]),
    *_counted("comments", "comment", ["Comments"], ["Kommentare"]),
    *_counted(
        "shares",
        "share",
        ["Shares", "Reposts"],
        [
            *("Shares", "Reposts", "Geteilt", "Geteilte Inhalte", "Geteilte Beiträge"),
            *("Direkt geteilte Beiträge", "Erneut geteilt", "Mal geteilt"),
        ],
    ),
    *_counted("views", "view", ["Video views"], ["Videoaufrufe", "Videowiedergaben"]),
    _left_out(
        "reach",
        _NOT_ADDITIVE,
        ["Unique impressions"],
        ["Einzelne Impressions", "Eindeutige Impressions", "Eindeutige Impressionen"],
        ORGANIC,
    ),
    _left_out(
        "rate",
        _RATE,
        ["Engagement rate"],
        ["Engagement-Rate", "Engagementrate", "Interaktionsrate"],
        *(ORGANIC, SPONSORED, TOTAL),
    ),
)

POSTS = columns_from(
    Path(__file__).with_name("linkedin_post_columns.tsv"),
    Column("link", Key("post", sets="content_id")),
    Column("campaign", Key("campaign", sets="campaign_id", names=False, makes_paid=True)),
    Column("created", When("posted")),
    Column("title", LeftOut("texts are not stored")),
)

ENGAGEMENT = (
    DAY,
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions",),
        de=("Impressions", "Impressionen"),
    ),
    Column(
        "engagements",
        LeftOut("the sum of likes, comments, shares and clicks"),
        en=("Engagements",),
        de=("Engagements", "Interaktionen"),
    ),
)

NEW_FOLLOWERS = (
    DAY,
    Column(
        "followers",
        Net("follow", "unfollow"),
        en=("New followers",),
        de=tuple(
            f"Neue {word}"
            for word in ("Follower", "Follower:innen", "Follower/innen", "Follower*innen")
        ),
    ),
)

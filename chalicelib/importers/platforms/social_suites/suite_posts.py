"""Posts in the exports of suites: one row per post with its lifetime counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.importers.platforms.social_suites.suite_columns import (
    COUNTS,
    PAID_PARTS,
    in_no_language,
    link,
    network,
    sign,
)
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Key, When
from chalicelib.importers.tables.marks import Mark, together

HITS = 5
"""Added to the number of columns found, because the networks' own exports share headings."""

_LIFETIME = (
    "Counts are lifetime totals, booked on the day the post was published. A later export "
    "replaces them."
)
_TWICE = (
    "An export from the network itself counts the same posts again. Import only one of the two."
)
_UNVERIFIED = "The headings come from public code and documentation, not from a real export."
_OF_NO_NETWORK = ("unknown_type", "rows of a network that is not one of these channels")


def _posted(*en: str, de: tuple[str, ...] = ("Datum",)) -> Column:
    return Column("posted", When("posted"), en=en, de=de)


def _post_id(*en: str) -> Column:
    return Column("post_id", Key("post", sets="content_id"), en=en, de=("Beitrags-ID", "Post-ID"))


class Header(NamedTuple):
    """The fields of a header: it needs all of the first, one of the second, none of the third."""

    needs: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()


def _report(
    platform: str,
    name: str,
    columns: tuple[Column, ...],
    header: Header,
    marks: tuple[str | Mark, ...],
    where: str,
    looks_for: str,
    *remarks: str,
    rejected: Mapping[str, str] = {},
    is_local: bool = False,
) -> TableReport:
    return TableReport(
        platform=platform,
        channel=platform,
        report=f"{platform.replace('_', '-')}-posts",
        columns=in_no_language((*columns, *COUNTS)) if is_local else (*columns, *COUNTS),
        holds_people=True,
        needs=header.needs,
        needs_one_of=header.one_of,
        lacks=header.none_of,
        marks=marks,
        hits=HITS,
        title=f"{name}: posts of several networks",
        where=where,
        looks_for=looks_for,
        is_one_each=True,
        shown=("post_id", "network", "posted"),
        paid_parts=PAID_PARTS,
        rejected=(
            _OF_NO_NETWORK,
            ("missing_value", "rows without a network or without a post"),
            ("undecidable_format", "the dates could be day/month or month/day"),
            *rejected.items(),
        ),
        remarks=(_LIFETIME, _TWICE, *remarks),
    )


_DAMAGED = {"damaged_id": "post ids that a spreadsheet has rounded, such as 1.22158E+17"}

HOOTSUITE = _report(
    "hootsuite",
    "Hootsuite",
    (
        _posted("Date (GMT)", "Date (UTC)", "Date", de=("Datum (GMT)", "Datum")),
        _post_id("Post ID"),
        network("Social Network", "Network"),
        sign("permalink", "Post Permalink"),
        sign("message", "Post Message"),
        sign("post_type", "Post Type"),
    ),
    Header(("posted", "post_id", "network"), one_of=("permalink", "message")),
    ("Post Permalink", "Post Message", "Social Network"),
    "Analytics → Reports → Post performance → Export (Analytics → Berichte → Beitragsleistung → "
    "Exportieren) → .csv or .xlsx",
    "Post ID, Social Network, and Post Message or Post Permalink",
    _UNVERIFIED,
    rejected=_DAMAGED,
)

SPROUT = _report(
    "sprout_social",
    "Sprout Social",
    (
        _posted("Date"),
        _post_id("Post ID"),
        network("Network"),
        sign("profile", "Profile"),
        sign("sent_by", "Sent by"),
        sign("content_type", "Content Type"),
        sign("of_hootsuite", "Post Message", "Post Permalink"),
    ),
    Header(
        ("posted", "post_id", "network"),
        one_of=("sent_by", "content_type", "profile"),
        none_of=("of_hootsuite",),
    ),
    ("Sent by", together(fields=("post_id", "network"), any_of=("content_type", "profile"))),
    "Reports → Post Performance → Share → Download → .csv",
    "Post ID, Network, and Sent by, Content Type or Profile",
    "The paid parts of impressions and video views are subtracted from the totals and counted as "
    "paid.",
    _UNVERIFIED,
    rejected=_DAMAGED,
)

BUFFER = _report(
    "buffer",
    "Buffer",
    (
        _posted("Date", "Sent At"),
        network("Service", "Channel Type"),
        Column("post_id", Key("post", sets="content_id"), en=("Service Link",)),
        sign("update", "Update"),
    ),
    Header(("posted", "network", "post_id")),
    ("Service Link",),
    "Analyze → Posts → Export → .csv",
    "Service and Service Link, and Date or Sent At",
    _UNVERIFIED,
)

AGORAPULSE = _report(
    "agorapulse",
    "Agorapulse",
    (
        _posted("Publishing date", de=("Veröffentlichungsdatum",)),
        sign("time", "Publishing time"),
        link("Link", "Permalink"),
    ),
    Header(("posted", "link")),
    ("Publishing date", "Publishing time", together(fields=("posted", "link"))),
    "Reports → Content → Export → .csv",
    "Publishing date and Link",
    "The network is taken from the link to the post.",
    _UNVERIFIED,
    is_local=True,
)

LATER = _report(
    "later",
    "Later",
    (_posted("Posted At"), link("Post URL"), sign("caption", "Caption", "Media Type")),
    Header(("posted", "link", "caption")),
    (together("Posted At", "Post URL"),),
    "Analytics → Post performance → Export CSV",
    "Posted At, Post URL, and Caption or Media Type",
    "The network is taken from the link to the post.",
    _UNVERIFIED,
)

METRICOOL = _report(
    "metricool",
    "Metricool",
    (
        _posted("Date", "Published", de=("Datum", "Veröffentlicht")),
        link("URL", "Link"),
        sign("text", "Content", "Text"),
    ),
    Header(("posted", "link", "engagements", "saves")),
    (together(fields=("posted", "link", "engagements", "saves")),),
    "Analytics → a network → list of posts → Export CSV",
    "Date, URL or Link, Interactions and Saved",
    "The network is taken from the link to the post.",
    _UNVERIFIED,
    is_local=True,
)

POST_REPORTS = (HOOTSUITE, SPROUT, BUFFER, AGORAPULSE, LATER, METRICOOL)

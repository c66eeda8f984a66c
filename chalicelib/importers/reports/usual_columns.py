"""The columns of a platform from its table of headings, and what most fields mean in every report.

A platform needs a ``*_columns.tsv`` file with its fields and their headings. Fields with a usual
meaning need nothing else. The platform declares only fields that it alone has, or that mean
something else there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Role,
    When,
)
from chalicelib.importers.tables.heading_tables import read_headings

_ROLES: Mapping[str, Role] = {
    **{
        unit: When(unit)
        for unit in ("day", "week", "month", "quarter", "year", "from", "to", "period", "posted")
    },
    **dict.fromkeys(("account_id", "account"), Key("account", sets="account", names=False)),
    **dict.fromkeys(("campaign_id", "campaign"), Key("campaign", sets="campaign_id")),
    **dict.fromkeys(("ad_group_id", "ad_group"), Key("ad_group")),
    **dict.fromkeys(("ad_set_id", "ad_set"), Key("ad_set")),
    **dict.fromkeys(("ad_id", "ad"), Key("ad", sets="content_id")),
    **dict.fromkeys(("post_id", "post"), Key("post", sets="content_id")),
    "search_term": Key("search_term"),
    **{
        breakdown: Key(breakdown, names=False)
        for breakdown in (
            *("age", "gender", "language", "interest", "keyword", "match_type"),
            *("country", "region", "place", "location", "hour"),
            *("device", "system", "platform", "network", "placement"),
        )
    },
    "impressions": Count("impression"),
    **dict.fromkeys(("clicks", "link_clicks"), Count("click")),
    **dict.fromkeys(("views", "video_views"), Count("view")),
    **dict.fromkeys(("likes", "reactions"), Count("like")),
    **dict.fromkeys(("comments", "replies"), Count("comment")),
    **dict.fromkeys(("shares", "reposts"), Count("share")),
    "saves": Count("save"),
    "follows": Count("follow"),
    **dict.fromkeys(("cost", "spend"), Cost()),
    "currency": Currency(),
    **dict.fromkeys(("conversions", "purchases"), Claimed()),
    **dict.fromkeys(("conversion_value", "purchase_value"), Claimed(is_value=True)),
    **dict.fromkeys(
        ("people", "reach", "frequency"),
        LeftOut("counts people or an average of people, not events"),
    ),
}
"""Field -> its usual meaning. Fields of the same group are alternatives, such as name and id."""

_BETTER = {"clicks": ("link_clicks",), "likes": ("reactions",)}
"""Field -> fields that are read instead, if a header has them."""


def columns_from(
    table: Path, *own: Column, spellings: Callable[[str], Iterable[str]] | None = None
) -> tuple[Column, ...]:
    """Return the columns of a platform, in the order of its table of headings.

    Parameters
    ----------
    table : Path
        As for `read_headings`.
    own : Column
        The role and `unless` of fields without a usual meaning, or with another one; their headings
        are in the table.
    spellings : callable, optional
        Returns all spellings of an English heading in the table.

    Raises
    ------
    ValueError
        If a field has no meaning, or an own field has no headings.
    """
    headings = read_headings(table)
    declared = {column.field: column for column in (*_usual(headings), *own)}
    if declared.keys() != headings.keys():
        names = ", ".join(sorted(declared.keys() ^ headings.keys()))
        raise ValueError(f"{table.name}: no meaning or no headings: {names}")
    if spellings is not None:
        for by_language in headings.values():
            english = by_language.get("en", ())
            spelled = (spelling for name in english for spelling in spellings(name))
            by_language["en"] = tuple(dict.fromkeys(spelled))
    return tuple(declared[field].worded(headings[field]) for field in headings)


def _usual(fields: Iterable[str]) -> Iterator[Column]:
    known = set(fields)
    for field in known & _ROLES.keys():
        better = tuple(name for name in _BETTER.get(field, ()) if name in known)
        yield Column(field, _ROLES[field], unless=better)

"""The columns of Campaign Manager reports in the languages of its interface.

In 2026 LinkedIn renamed campaign groups to campaigns, and campaigns to ad sets. The levels are
declared from the widest to the narrowest, so that an ad has the same event id under both names.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Key,
    LeftOut,
    Repeats,
    Sign,
)
from chalicelib.importers.reports.usual_columns import columns_from

_ZONES = ("", " (in UTC)", " (UTC)")
_VIRAL_WORDS = {
    "en": ("Viral {}",),
    "de": ("Virale {}", "Viral {}", "Virales {}", "{} (viral)"),
    "nl": ("Virale {}", "Viraal {}", "{} (viraal)"),
    "fr": ("{} virales", "{} viraux", "{} (virales)", "{} (viraux)"),
    "es": ("{} virales", "{} (virales)"),
}


def _in_utc(column: Column) -> Column:
    """Return a column with headings with and without the time zone."""
    return column.worded(
        {
            code: tuple(f"{name}{zone}" for name in names for zone in _ZONES)
            for code, names in column.headings.items()
        }
    )


def _viral(column: Column) -> Column:
    """Return the viral counterpart of a column: engagements after a member shared an ad, unpaid."""
    assert isinstance(column.role, Count)
    headings = {
        code: tuple(form.format(name) for name in names for form in _VIRAL_WORDS[code])
        for code, names in column.headings.items()
    }
    role = Count(column.role.type, paid=False)
    return replace(column, field=f"viral_{column.field}", role=role).worded(headings)


_DAY, *_OTHERS = columns_from(
    Path(__file__).with_name("linkedin_ads_columns.tsv"),
    Column(
        "segment",
        Repeats("a member may be in several segments, and small segments are not listed"),
    ),
    Column("group_id", Key("group", sets="campaign_id")),
    Column("group", Key("group", sets="campaign_id")),
    Column("ad", Key("ad", names=False)),
    Column("conversion_name", Key("conversion", names=False)),
    Column("spent", Cost()),
    Column("leads", Claimed(), unless=("conversions",)),
    Column("landing", LeftOut("part of the clicks")),
    Column("engagements", LeftOut("a sum of other columns")),
    Column("averages", LeftOut("averages and rates are recomputed, never added up")),
    Column("budget", LeftOut("a budget is not a cost")),
    Column("status", Sign()),
)
_COUNTS = [column for column in _OTHERS if isinstance(column.role, Count)]
_AFTER_COUNTS = _OTHERS.index(_COUNTS[-1]) + 1
VIRAL = tuple(map(_viral, _COUNTS))
COLUMNS = (_in_utc(_DAY), *_OTHERS[:_AFTER_COUNTS], *VIRAL, *_OTHERS[_AFTER_COUNTS:])

TYPICAL = ("spent", "landing", "viral_impressions", "viral_clicks")
"""Without the days in UTC or a title, a report must have one of these fields to be recognised."""

"""The archive of an account: `data/tweets.js`, or `tweet.js` in older archives.

A tweet in the archive is read like a row of the analytics by post with only likes and retweets.
Both produce the same event ids, so one import replaces the other.
"""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Imported, Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.twitter.analytics import BY_POST, CHANNEL
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import items_of, raw_text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.reports.declared_subjects import DeclaredSubjects, SubjectColumns
from chalicelib.importers.rows.row_dating import DateCells, Dating, Spans
from chalicelib.importers.rows.row_engine import RowEngine
from chalicelib.importers.rows.row_plan import Metric, RowPlan
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.dates import Period, parse_instant
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected

_ASSIGNMENT = re.compile(r"\s*window\.YTD\.(?:community_)?tweets?\.part\d+\s*=\s*(?=\[)", re.ASCII)
_FOLLOWS = re.compile(r"\s*window\.YTD\.follow(?:er|ing)\.part\d+\s*=\s*(?=\[)", re.ASCII)
_ID = re.compile(r"\d{1,20}", re.ASCII)
_HARMLESS = re.compile(r"[\d.,+-]{1,20}|[A-Za-z]{3} [A-Za-z]{3} [\d: +]{1,24}", re.ASCII)
_COUNTS = ("favorite_count", "retweet_count")

DECLARATION = Declaration(
    "X (Twitter): tweets in an account's archive",
    (
        "Settings and privacy → Your account → Download an archive of your data (Einstellungen "
        "und Datenschutz → Dein Account → Archiv deiner Daten herunterladen): the zip file, or "
        "the file data/tweets.js in it (data/tweet.js in older archives)"
    ),
    "a file that begins with window.YTD.tweets.part0 =",
    (
        Becomes("favorite_count", "`like`"),
        Becomes("retweet_count", "`share`"),
        Becomes("id_str", "`content_id`, part of the event id"),
        Becomes("created_at", "the day, in UTC, on which the tweet's lifetime counts are booked"),
        Becomes(
            "tweets that begin with `RT @` and have no likes",
            "not data: the account retweeted another account's tweet, and these are that tweet's "
            "retweets",
        ),
    ),
    (
        ("malformed_record", "a tweet has no id, no time or no counts"),
        ("invalid_date", "a time in an unknown format"),
    ),
    (
        "A tweet that occurs twice counts once. The analytics by post produce the same events.",
        "The archive contains neither replies nor impressions. No texts and no personal data are "
        "read.",
        "Other files in the archive contain the account's own actions, not engagement with its "
        "tweets.",
    ),
    holds_people=True,
)


_FOLLOWERS = Declaration(
    "X (Twitter): followers in an account's archive",
    "the same archive, the files data/follower.js and data/following.js in it",
    "a file that begins with window.YTD.follower.part0 =",
    (Becomes("accountId", "nothing: the file does not say when an account followed"),),
    (("no_date", "always, because lists of followers have no days"),),
    (
        "Daily new follows and unfollows are in the account overview of X Analytics. To record the "
        "number of followers on a day, map a table with the columns day and audience.",
    ),
    holds_people=True,
)


def _recognise_followers(glimpse: Glimpse) -> Recognition | None:
    found = _FOLLOWS.match(glimpse.text)
    return Recognition(100, found[0].strip(" \r\n\t="), _reject_followers) if found else None


def _reject_followers(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_date",
        "a list of followers without the days on which they followed. The account overview of X "
        "Analytics has new follows and unfollows by day",
    )


def _recognise(glimpse: Glimpse) -> Recognition | None:
    found = _ASSIGNMENT.match(glimpse.text)
    if found is None:
        return None
    skip = found.end()
    return Recognition(
        100,
        found[0].strip(" \r\n\t="),
        lambda source, options: _open(source, options, skip),
    )


def _open(source: Source, options: Options, skip: int) -> Reading:
    rows = _rows(options)
    description = ReportDescription(CHANNEL, BY_POST, source.encoding, lifetime=True)
    records = items_of(source, "item", skip=skip)
    return Reading(
        description,
        outcomes_of(records, lambda record: _convert(record, rows), shown=_shown),
        rows.claimed,
    )


def _rows(options: Options) -> RowEngine:
    """Return a reader for rows of id, time, likes and retweets."""
    plan = RowPlan(
        channel=CHANNEL,
        report=BY_POST,
        account=options.account,
        paid=False,
        metrics=(
            Metric("likes", 2, "favorite_count", "like"),
            Metric("reposts", 3, "retweet_count", "share"),
        ),
        is_one_each=True,
    )
    totals = TotalsRows(names=(0,), dates=(1,), numbers=(2, 3))
    subjects = DeclaredSubjects(plan, SubjectColumns(keys=(0,), names=(0,), content=0), totals)
    return RowEngine(plan, subjects, Dating("posted", (1,), Spans(_day)), NumberFormat("."), totals)


def _day(cells: DateCells) -> Period:
    try:
        day = parse_instant(str(cells)).date()
    except ValueError as error:
        raise RowRejected("invalid_date", f"created_at: {error}") from None
    return day, day


def _convert(record: Any, rows: RowEngine) -> Converted:
    tweet = _tweet(record)
    name, posted = tweet.get("id_str", tweet.get("id")), tweet.get("created_at")
    if isinstance(name, int) and not isinstance(name, bool) and 0 < name < 10**20:
        name = str(name)
    if not isinstance(name, str) or not _ID.fullmatch(name) or not isinstance(posted, str):
        raise RowRejected("malformed_record", "the tweet has no id or no created_at")
    if not any(count in tweet for count in _COUNTS):
        raise RowRejected("malformed_record", "the tweet has no counts")
    counts = [_cell(tweet.get(count)) for count in _COUNTS]
    text = tweet.get("full_text", tweet.get("text"))
    if isinstance(text, str) and text.startswith("RT @") and not counts[0].strip("0"):
        return "a retweet of another account's tweet"
    outcome = rows.convert(0, (name, posted, *counts))
    return outcome.events if isinstance(outcome, Imported) else "no likes and no retweets"


def _tweet(record: Any) -> dict[str, Any]:
    """Return the tweet of a record; only newer archives nest it in another object."""
    tweet = record.get("tweet", record) if isinstance(record, dict) else None
    if not isinstance(tweet, dict):
        raise RowRejected("malformed_record", "the record is not a tweet")
    return tweet


def _cell(value: Any) -> str:
    """Return a count as the text of a table cell."""
    if value is None:
        return ""
    if isinstance(value, str | int):
        return str(value)
    raise RowRejected("invalid_number", "a count is not a number")


def _shown(record: Any) -> str:
    """Return the id, time and counts of a tweet, if they look like such values."""
    try:
        tweet = _tweet(record)
    except RowRejected:
        return ""
    fields = ("id_str", "created_at", *_COUNTS)
    values = ((field, tweet.get(field)) for field in fields)
    return raw_text({f: v for f, v in values if isinstance(v, str) and _HARMLESS.fullmatch(v)})


ARCHIVE = Importer(CHANNEL, DECLARATION, _recognise)
ARCHIVED_FOLLOWERS = Importer(CHANNEL, _FOLLOWERS, _recognise_followers)

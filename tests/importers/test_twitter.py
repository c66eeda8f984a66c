"""X: analytics by post and by day, the archive, and X Ads."""

import codecs
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import check_conservation, totals
from tests.importers.workbook_files import workbook, zipped

BY_TWEET = (
    *("Tweet id", "Tweet permalink", "Tweet text", "time", "impressions", "engagements"),
    *("engagement rate", "retweets", "replies", "likes", "user profile clicks", "url clicks"),
    *("detail expands", "follows", "media views", "promoted impressions", "promoted retweets"),
    *("promoted likes", "promoted url clicks"),
)
CONTENT = (
    *("Post id", "Date", "Post text", "Post Link", "Impressions", "Likes", "Engagements"),
    *("Bookmarks", "Shares", "New follows", "Replies", "Reposts", "Profile visits"),
    *("Detail Expands", "URL Clicks", "Hashtag Clicks", "Permalink Clicks"),
)
OVERVIEW = (
    *("Date", "Impressions", "Likes", "Engagements", "Bookmarks", "Shares", "New follows"),
    *("Unfollows", "Replies", "Reposts", "Profile visits", "Create Post", "Video views"),
    "Media views",
)
ADS = (
    *("Time period", "Placement", "Tweet Text", "Campaign ID", "Ad Group ID", "Tweet status"),
    *("Tweet ID", "Tweet publish date", "Impressions", "Spend", "Likes", "Retweets", "Replies"),
    "Link clicks",
)


def tweet_row(name: str = "9370005213976500178", **over: object) -> list[object]:
    """A row under `BY_TWEET`."""
    row = {
        "id": name,
        "link": f"https://twitter.test/us/status/{name}",
        "text": "@ada, listen:\nnew chairs",
        "time": "2017-04-03 22:00 +0000",
        "impressions": "373.0",
        "engagements": "21.0",
        "rate": "0.056",
        "retweets": "4.0",
        "replies": "3.0",
        "likes": "5.0",
        "profile": "6.0",
        "clicks": "2.0",
        "expands": "13.0",
        "follows": "1",
        "media": "0",
        "promoted_impressions": "-",
        "promoted_retweets": "-",
        "promoted_likes": "-",
        "promoted_clicks": "-",
    }
    return list((row | over).values())


def content_row(name: str = "9370005213976500178", **over: object) -> list[object]:
    """A row under `CONTENT`."""
    row = {
        "id": name,
        "date": "Sat, Aug 15, 2026",
        "text": "@ada, listen",
        "link": f"https://x.test/us/status/{name}",
        "impressions": 90,
        "likes": 5,
        "engagements": 30,
        "bookmarks": 2,
        "shares": 7,
        "follows": 1,
        "replies": 3,
        "reposts": 4,
        "visits": 6,
        "expands": 8,
        "clicks": 9,
        "hashtags": 1,
        "permalinks": 1,
    }
    return list((row | over).values())


def ads_row(**over: object) -> list[object]:
    """A row under `ADS`."""
    row = {
        "period": "Apr 1, 2026 - Apr 30, 2026",
        "placement": "All",
        "text": "@ada, listen",
        "campaign": "i13416937",
        "ad_group": "i14002486",
        "status": "Running",
        "tweet": "848656305149677569",
        "published": datetime(2026, 4, 2, 15, 0, 5),  # noqa: DTZ001
        "impressions": 6681.0,
        "spend": 16.66,
        "likes": 2.0,
        "retweets": "-",
        "replies": "-",
        "clicks": 4.0,
    }
    return list((row | over).values())


def make_tweet(name: str = "660535076486357569", **over: object) -> dict[str, Any]:
    tweet = {
        "id_str": name,
        "id": name,
        "created_at": "Wed Oct 19 20:07:25 +0000 2022",
        "full_text": "@ada, listen",
        "favorite_count": "14",
        "retweet_count": "5",
        "entities": {
            "user_mentions": [{"name": "Ada Lovelace", "id_str": "58", "retweet_count": "9"}]
        },
    }
    return {"tweet": tweet | over}


def archive(*tweets: object, part: str = "tweets.part0") -> str:
    return f"window.YTD.{part} = {json.dumps(tweets, indent=2)}"


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def counts_of(result: Read, *, paid: bool) -> dict[str, int]:
    return {e["type"]: e["count"] for e in result.stored if e["paid"] is paid}


# --- by post ----------------------------------------------------------------------------------


def test_a_tweet_becomes_its_lifetime_counts_on_the_day_of_the_tweet() -> None:
    result = read(table(BY_TWEET, tweet_row()))

    assert result.counts == {
        "impression": 373,
        "like": 5,
        "share": 4,
        "comment": 3,
        "click": 2,
        "follow": 1,
    }
    assert result.days == ["2017-04-03"]
    assert result.summary["lifetime"]
    assert result.summary["platform"] == "twitter"
    assert {event["content_id"] for event in result.events} == {"9370005213976500178"}


def test_favorites_are_the_likes_of_an_older_file() -> None:
    header = ["favorites" if name == "likes" else name for name in BY_TWEET]

    assert read(table(header, tweet_row())).counts["like"] == 5


def test_the_day_of_a_tweet_is_that_of_utc() -> None:
    result = read(table(BY_TWEET, tweet_row(time="2017-04-03 22:00 -0400")))

    assert result.days == ["2017-04-04"]


def test_promoted_counts_are_paid_and_no_part_of_the_organic_ones() -> None:
    promoted = {"promoted_impressions": "1000.0", "promoted_likes": "7.0", "promoted_clicks": "6.0"}

    result = read(table(BY_TWEET, tweet_row(**promoted)))

    assert counts_of(result, paid=True) == {"impression": 1000, "like": 7, "click": 6}
    assert counts_of(result, paid=False)["impression"] == 373
    assert len({event["event_id"] for event in result.events}) == len(result.events)


def test_a_post_of_today_becomes_saves_too_and_nothing_of_the_share_button() -> None:
    result = read(table(CONTENT, content_row()))

    assert result.counts == {
        "impression": 90,
        "like": 5,
        "save": 2,
        "follow": 1,
        "comment": 3,
        "share": 4,
        "click": 9,
    }
    assert result.days == ["2026-08-15"]


def test_ids_of_nineteen_digits_that_differ_in_the_last_are_two_posts() -> None:
    rows = [content_row("9370005213976500178"), content_row("9370005213976500179")]

    result = read(table(CONTENT, *rows))

    assert result.counts["impression"] == 180
    assert {event["content_id"][-1] for event in result.events} == {"8", "9"}


@pytest.mark.parametrize("damaged", ["9.37001E+18", "9,37001E+18"])
def test_an_id_that_a_spreadsheet_rounded_is_refused(damaged: str) -> None:
    result = read(table(CONTENT, content_row(damaged), content_row()))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, "damaged_id")]
    assert result.counts["impression"] == 90


def test_a_later_export_restates_a_post() -> None:
    first = read(table(CONTENT, content_row())).events
    later = read(table(CONTENT, content_row("1"), content_row(likes=50))).events

    assert {e["event_id"] for e in first} < {e["event_id"] for e in later}
    assert read(table(CONTENT, content_row()), account="us").events != first


def test_a_post_that_stands_twice_counts_once() -> None:
    rows = [content_row(), content_row("8"), content_row(impressions=91)]

    result = read(table(CONTENT, *rows))

    assert result.counts["impression"] == 181
    assert len(result.outcomes) == 3


def test_media_views_are_views_only_where_there_are_no_video_views() -> None:
    without = read(table(BY_TWEET, tweet_row(media="8")))
    both = read(table(OVERVIEW, ["Tue, Aug 26, 2025", *[0] * 11, 3, 9]))

    assert without.counts["view"] == 8
    assert "pictures" in without.summary["notes"][0]
    assert both.counts == {"view": 3}
    assert both.summary["notes"] == []


def test_a_refused_post_shows_nothing_that_somebody_wrote() -> None:
    rows = [
        tweet_row(likes="many"),
        tweet_row(time="@ada"),
        tweet_row(likes="x", impressions="Ada Lovelace"),
        [*tweet_row(), "one more"],
    ]

    result = read(table(BY_TWEET, *rows))

    assert len(result.refused) == 4
    shown = [outcome.raw for outcome in result.refused]
    assert "Tweet id=9370005213976500178" in shown[0]
    assert "time=2017-04-03 22:00 +0000" in shown[0]
    assert not any("ada" in raw.casefold() or "chairs" in raw for raw in shown)


# --- by day -----------------------------------------------------------------------------------


def test_an_overview_of_the_account_has_the_newest_day_first_and_no_last_line_end() -> None:
    rows = [
        ["Tue, Aug 26, 2025", 444, 4, 29, 1, 9, 3, 2, 6, 5, 104, 8, 0, 0],
        ["Mon, Aug 25, 2025", 8893, 19, 164, 0, 0, 0, 0, 7, 0, 0, 0, 2, 0],
    ]

    result = read(table(OVERVIEW, *rows).rstrip("\n"))

    assert result.counts == {
        "impression": 9337,
        "like": 23,
        "save": 1,
        "follow": 3,
        "unfollow": 2,
        "comment": 13,
        "share": 5,
        "view": 2,
    }
    assert result.days == ["2025-08-25", "2025-08-26"]
    assert not result.summary["lifetime"]
    assert "2025-08-26" in result.events[0]["event_id"]


def test_tweets_published_on_a_day_are_nobody_elses_engagement() -> None:
    header = ("Date", "Tweets published", "impressions", "retweets", "url clicks", "promoted likes")

    result = read(table(header, ["2017-04-03", "3", "145.0", "1.0", "8.0", "-"]))

    assert result.counts == {"impression": 145, "share": 1, "click": 8}


def test_german_headings_and_days_are_read() -> None:
    header = ("Datum", "Impressionen", "Gefällt mir", "Neue Follower", "Entfolgungen", "Antworten")

    result = read(table(header, ["Di., 26. Aug. 2025", 444, 4, 3, 2, 1], delimiter=";"))

    assert result.counts == {"impression": 444, "like": 4, "follow": 3, "unfollow": 2, "comment": 1}
    assert result.days == ["2025-08-26"]


# --- archive ----------------------------------------------------------------------------------


def test_a_tweet_of_the_archive_becomes_likes_and_shares_on_its_day() -> None:
    result = read(archive(make_tweet()))

    assert result.counts == {"like": 14, "share": 5}
    assert result.days == ["2022-10-19"]
    assert result.summary["lifetime"]
    assert all(event["content_id"] == "660535076486357569" for event in result.events)


@pytest.mark.parametrize("part", ["tweet.part0", "tweets.part12", "community_tweet.part0"])
def test_older_archives_and_further_parts_are_read(part: str) -> None:
    assert read(archive(make_tweet()["tweet"], part=part)).counts == {"like": 14, "share": 5}


@pytest.mark.parametrize("part", ["like.part0", "deleted_tweets.part0", "follower.part0"])
def test_what_the_account_itself_did_is_not_read(part: str) -> None:
    assert refusal_of(archive(make_tweet(), part=part)).code == "unknown_platform"


def test_an_archive_restates_what_the_analytics_by_post_said() -> None:
    name = "660535076486357569"
    analytics = read(table(BY_TWEET, tweet_row(name, time="2022-10-19 20:07 +0000"))).events
    archived = read(archive(make_tweet(name, favorite_count="5", retweet_count="4"))).events

    assert archived == [event for event in analytics if event["type"] in ("like", "share")]


def test_a_tweet_that_stands_twice_counts_once() -> None:
    result = read(archive(make_tweet(), make_tweet("7"), make_tweet(favorite_count="15")))

    assert result.counts == {"like": 29, "share": 10}
    assert len(result.outcomes) == 3


def test_a_retweet_is_no_data_but_a_quotation_by_hand_that_people_like_is() -> None:
    text = "RT @user: something"
    result = read(
        archive(
            make_tweet("1", full_text=text, favorite_count="0", retweet_count="900"),
            make_tweet("2", full_text=text, favorite_count="3", retweet_count="1"),
        )
    )

    assert result.counts == {"like": 3, "share": 1}
    assert [outcome.reason for outcome in result.not_data] == ["a retweet of another's tweet"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (make_tweet(id_str=None), "malformed_record"),
        (make_tweet(id_str="Ada"), "malformed_record"),
        (make_tweet(id_str="1" * 21), "malformed_record"),
        (make_tweet(created_at=5), "malformed_record"),
        (make_tweet(created_at="Ada"), "invalid_date"),
        (make_tweet(created_at="Wed Oct 39 20:07:25 +0000 2022"), "invalid_date"),
        (make_tweet(created_at="Fri Dec 31 23:00:00 -0200 9999"), "invalid_date"),
        (make_tweet(favorite_count="many"), "invalid_number"),
        (make_tweet(favorite_count=[1]), "invalid_number"),
        (make_tweet(favorite_count=True), "invalid_number"),
        (make_tweet(favorite_count="9" * 900), "invalid_number"),
        (make_tweet(favorite_count="-1"), "negative"),
        (make_tweet(retweet_count="1.5"), "not_whole"),
        ({"tweet": {"id_str": "1", "created_at": "x"}}, "malformed_record"),
        ({"tweet": ["Ada"]}, "malformed_record"),
        ("Ada", "malformed_record"),
        (None, "malformed_record"),
    ],
)
def test_a_bad_tweet_is_refused_and_nothing_of_it_is_shown(record: object, code: str) -> None:
    result = read(archive(make_tweet(), record))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, code)]
    assert "ada" not in result.refused[0].raw.casefold()
    assert result.counts == {"like": 14, "share": 5}


def test_counts_that_are_numbers_or_missing_are_read() -> None:
    tweets = [make_tweet("1", favorite_count=2, retweet_count=None), make_tweet("2", id_str=2)]

    assert read(archive(*tweets)).counts == {"like": 16, "share": 5}


def test_an_archive_that_breaks_off_is_refused() -> None:
    assert refusal_of(archive(make_tweet(), make_tweet("2"))[:-30]).code == "unreadable_file"


def test_an_archive_may_be_utf_16_or_lie_in_its_zip() -> None:
    text = archive(make_tweet(full_text="Grüße 🚀"))
    other = "window.YTD.like.part0 = [{}]"

    assert read(codecs.BOM_UTF16_LE + text.encode("utf-16-le")).counts == {"like": 14, "share": 5}
    assert read(zipped({"tweets.js": text, "like.js": other})).counts == {"like": 14, "share": 5}


# --- ads --------------------------------------------------------------------------------------


def test_a_period_of_ads_is_refused_or_spread_with_the_currency_that_the_user_names() -> None:
    content = workbook({"results": [ADS, ads_row(), ads_row(tweet="7", spend=0.0, replies=4.0)]})

    assert refusal_of(content).code == "aggregate_period"
    assert refusal_of(content, spread=True).code == "no_currency"
    result = read(content, spread=True, currency="USD")

    assert result.counts == {"impression": 13362, "like": 4, "comment": 4, "click": 8}
    assert str(result.cost) == "16.66"
    assert all(event["paid"] for event in result.events)
    assert result.days[0] >= "2026-04-01"
    assert result.days[-1] <= "2026-04-30"


def test_a_day_of_ads_is_imported_with_its_ids() -> None:
    header = [name for name in ADS if name != "Tweet publish date"]
    row = ads_row(period="Apr 1, 2026 - Apr 1, 2026")
    del row[ADS.index("Tweet publish date")]

    result = read(table(header, row), currency="EUR")

    assert result.summary["platform"] == "twitter_ads"
    click = next(event for event in result.events if event["type"] == "click")
    assert click["channel"] == "twitter"
    assert click["campaign_id"] == "i13416937"
    assert click["content_id"] == "848656305149677569"
    assert click["cost"] == {"amount": "16.66", "currency": "EUR"}


def test_all_clicks_count_only_where_there_are_no_link_clicks() -> None:
    header = ("Time period", "Campaign name", "Impressions", "Clicks", "Link clicks", "Retweets")
    row = ["2026-04-01", "Spring", 100, 9, 4, 1]

    assert read(table(header, row)).counts["click"] == 4
    assert read(table([*header[:4], "Retweets"], [*row[:4], 1])).counts["click"] == 9


def test_a_period_of_thousands_of_years_is_refused_with_its_row() -> None:
    long = ads_row(period="Apr 1, 1026 - Apr 30, 9026", published="")
    content = table(ADS, ads_row(), long)

    result = read(content, spread=True, currency="EUR")

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, "invalid_date")]


# --- conservation -----------------------------------------------------------------------------

some = st.integers(0, 10**6)
ids = (
    st.integers(10**17, 10**19).map(str).filter(lambda name: not name.endswith("000"))
)  # as rounded ones do


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(ids, st.integers(1, 28), some, some, some, some), unique_by=lambda r: r[0]
    ),
    bad=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_posts_are_conserved(rows: list[tuple[Any, ...]], bad: int, encoding: str) -> None:
    cells = [
        tweet_row(
            name,
            time=f"2017-04-{day:02} 22:00 +0000",
            impressions=f"{shown}.0",
            likes=f"{likes}.0",
            promoted_impressions=f"{paid}.0" if paid else "-",
            clicks=f"{clicks}.0",
        )
        for name, day, shown, likes, paid, clicks in rows
    ]
    cells += [tweet_row(f"{n}", replies="several") for n in range(bad)]

    result = read(table(BY_TWEET, *cells, []).encode(encoding))

    check_conservation(result, len(cells) + 1)
    assert totals(result, "impression", "like", "click") == [
        sum(row[2] + row[4] for row in rows),
        sum(row[3] for row in rows),
        sum(row[5] for row in rows),
    ]
    assert len(result.refused) == bad


@settings(max_examples=100, deadline=None)
@given(
    tweets=st.lists(st.tuples(ids, some, some, st.booleans()), unique_by=lambda t: t[0]),
    bad=st.integers(0, 3),
)
def test_tweets_of_an_archive_are_conserved(tweets: list[tuple[Any, ...]], bad: int) -> None:
    records: list[object] = [
        make_tweet(name, favorite_count=f"{likes}", retweet_count=shares if number else str(shares))
        for name, likes, shares, number in tweets
    ]

    result = read(archive(*records, *[{"tweet": {}}] * bad))

    check_conservation(result, len(tweets) + bad)
    assert totals(result, "like", "share") == [
        sum(tweet[1] for tweet in tweets),
        sum(tweet[2] for tweet in tweets),
    ]
    assert len(result.refused) == bad


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(ids, some, st.integers(0, 10**7), some), min_size=1, max_size=8))
def test_spread_ads_are_conserved(rows: list[tuple[str, int, int, int]]) -> None:
    cells = [
        ads_row(tweet=name, impressions=shown, spend=f"{cents / 100:.2f}", clicks=clicks)
        for name, shown, cents, clicks in rows
    ]

    result = read(table(ADS, *cells), spread=True, currency="EUR")

    check_conservation(result, len(rows))
    assert totals(result, "impression", "click") == [
        sum(row[1] for row in rows),
        sum(row[3] for row in rows),
    ]
    assert int(result.cost * 100) == sum(row[2] for row in rows)

"""X: analytics by post and by day, the archive, and X Ads."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals
from tests.importers.workbook_files import workbook

BY_TWEET = (
    *("Tweet id", "Tweet permalink", "Tweet text", "time", "impressions", "engagements"),
    *("engagement rate", "retweets", "replies", "likes", "user profile clicks", "url clicks"),
    *("detail expands", "follows", "media views", "promoted impressions", "promoted retweets"),
    *("promoted likes", "promoted url clicks"),
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


def rejection_of(content: str | bytes, **options: object) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


# --- by post ----------------------------------------------------------------------------------


# --- by day -----------------------------------------------------------------------------------


# --- archive ----------------------------------------------------------------------------------


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
def test_a_rejected_tweet_is_not_shown(record: object, code: str) -> None:
    result = read(archive(make_tweet(), record))

    assert [(outcome.row, outcome.code) for outcome in result.rejected] == [(2, code)]
    assert "ada" not in result.rejected[0].raw.casefold()
    assert result.counts == {"like": 14, "share": 5}


# --- ads --------------------------------------------------------------------------------------


def test_a_period_of_ads_is_rejected_or_spread_in_the_given_currency() -> None:
    content = workbook({"results": [ADS, ads_row(), ads_row(tweet="7", spend=0.0, replies=4.0)]})

    assert rejection_of(content).code == "aggregate_period"
    assert rejection_of(content, spread=True).code == "no_currency"
    result = read(content, spread=True, currency="USD")

    assert result.counts == {"impression": 13362, "like": 4, "comment": 4, "click": 8}
    assert str(result.cost) == "16.66"
    assert all(event["paid"] for event in result.events)
    assert result.days[0] >= "2026-04-01"
    assert result.days[-1] <= "2026-04-30"


# --- conservation -----------------------------------------------------------------------------

some = st.integers(0, 10**6)
ids = (
    st.integers(10**17, 10**19).map(str).filter(lambda name: not name.endswith("000"))
)  # like a rounded id


@given(
    rows=st.lists(
        st.tuples(ids, st.integers(1, 28), some, some, some, some), unique_by=lambda r: r[0]
    ),
    bad=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_no_post_is_lost_or_invented(rows: list[tuple[Any, ...]], bad: int, encoding: str) -> None:
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
    assert len(result.rejected) == bad


@given(
    tweets=st.lists(st.tuples(ids, some, some, st.booleans()), unique_by=lambda t: t[0]),
    bad=st.integers(0, 3),
)
def test_no_tweet_of_an_archive_is_lost_or_invented(
    tweets: list[tuple[Any, ...]], bad: int
) -> None:
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
    assert len(result.rejected) == bad


@given(rows=st.lists(st.tuples(ids, some, st.integers(0, 10**7), some), min_size=1, max_size=8))
def test_no_row_of_spread_ads_is_lost_or_invented(rows: list[tuple[str, int, int, int]]) -> None:
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

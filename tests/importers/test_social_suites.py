"""Suites for social media: posts and profiles of several networks in one file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import parse_mapping
from chalicelib.importers.platforms.social_suites.networks import host_of, network_name
from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import check_conservation, totals

HOOTSUITE = (
    *("Date (GMT)", "Post ID", "Post Message", "Post Permalink", "Post Type", "Social Network"),
    *("Impressions", "Reach", "Engagement", "Likes", "Comments", "Shares", "Post Link Clicks"),
    "Video Views",
)
SPROUT = (
    *("Date", "Post ID", "Network", "Post Type", "Content Type", "Profile", "Sent by", "Link"),
    *("Post", "Impressions", "Paid Impressions", "Reach", "Engagements", "Reactions", "Likes"),
    *("Comments", "Shares", "Saves", "Post Link Clicks", "Post Clicks (All)", "Video Views"),
)
PROFILES = (
    *("Date", "Network", "Profile", "Audience", "Net Audience Growth", "Audience Gained"),
    *("Audience Lost", "Published Posts (Total)", "Impressions", "Engagements", "Reactions"),
    "Post Link Clicks",
)


def hootsuite_row(**over: object) -> list[object]:
    """A row under `HOOTSUITE`."""
    row: dict[str, object] = {
        "date": "2026-05-04 09:15",
        "id": "77_88",
        "message": "Chairs are in",
        "link": "https://facebook.example/77",
        "type": "Photo",
        "network": "Facebook",
        "impressions": "2,400",
        "reach": 1900,
        "engagement": 130,
        "likes": 90,
        "comments": 21,
        "shares": 9,
        "clicks": 44,
        "views": "",
    }
    return list((row | over).values())


def by_channel(result: Read) -> dict[str, dict[str, int]]:
    """Channel -> type -> count."""
    sums: dict[str, dict[str, int]] = {}
    for event in result.stored:
        if event["kind"] == "engagement":
            counts = sums.setdefault(event["channel"], {})
            counts[event["type"]] = counts.get(event["type"], 0) + event["count"]
    return sums


def test_each_post_of_hootsuite_is_booked_to_its_network() -> None:
    reel = hootsuite_row(id="99", network="Instagram", impressions=700, clicks="", views=650)
    content = table(["Post performance"], ["May 1, 2026 - May 31, 2026"], HOOTSUITE)

    result = read(content + table(hootsuite_row(), reel))

    counts = {"like": 90, "comment": 21, "share": 9}
    assert by_channel(result) == {
        "facebook": {"impression": 2400, "click": 44, **counts},
        "instagram": {"impression": 700, "view": 650, **counts},
    }
    assert all(event["lifetime"] for event in result.events)
    assert result.summary["platform"] == "hootsuite"


def test_a_file_of_instagram_alone_is_not_booked_to_facebook() -> None:
    content = table(HOOTSUITE, hootsuite_row(network="Instagram"))

    assert set(by_channel(read(content))) == {"instagram"}
    with pytest.raises(ExportRefused):
        read(content, platform="facebook")


@pytest.mark.parametrize(
    ("network", "code"), [("Friendster", "unknown_type"), ("", "missing_value")]
)
def test_a_row_of_no_known_network_is_refused(network: str, code: str) -> None:
    result = read(table(HOOTSUITE, hootsuite_row(network=network), hootsuite_row(id="2")))

    assert [refused.code for refused in result.refused] == [code]
    assert by_channel(result)["facebook"]["impression"] == 2400
    assert "Chairs" not in result.refused[0].raw


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("X", "twitter"),
        ("twitter", "twitter"),
        ("LinkedIn Page", "linkedin"),
        ("linkedin_page", "linkedin"),
        ("TikTok", "tiktok"),
        ("YouTube", "youtube"),
        ("Threads", "threads"),
        ("Instagram Business", "instagram"),
    ],
)
def test_networks_are_known_by_their_names(name: str, channel: str) -> None:
    assert set(by_channel(read(table(HOOTSUITE, hootsuite_row(network=name))))) == {channel}


def test_sprouts_posts_count_each_thing_once_and_the_paid_part_as_paid() -> None:
    row = [
        *("05/14/2026 10:05 am", "178900", "Facebook", "Post", "Photo", "Acme", "Jane Roe"),
        *("https://facebook.example/1", "New", "1,000", 250, 800, 99, 40, 30, 5, 6, 2, 7, 19, 80),
    ]

    result = read(table(SPROUT, row))

    assert by_channel(result) == {
        "facebook": {
            "impression": 1000,
            "like": 40,
            "comment": 5,
            "share": 6,
            "save": 2,
            "click": 7,
            "view": 80,
        }
    }
    paid = {e["paid"]: e["count"] for e in result.events if e["type"] == "impression"}
    assert paid == {False: 750, True: 250}


def sprout_day(**over: object) -> list[object]:
    """A row under `PROFILES`."""
    row: dict[str, object] = {
        "day": "05-14-2026",
        "network": "LinkedIn",
        "profile": "Acme",
        "audience": "8,100",
        "net": 6,
        "gained": 9,
        "lost": 3,
        "posts": 2,
        "impressions": "1,300",
        "engagements": 70,
        "reactions": 41,
        "clicks": 17,
    }
    return list((row | over).values())


def test_sprouts_profiles_are_days_of_each_network() -> None:
    content = table(PROFILES, sprout_day(), sprout_day(network="X", gained=0, lost=0))

    result = read(content)

    assert by_channel(result)["linkedin"] == {
        "impression": 1300,
        "like": 41,
        "click": 17,
        "follow": 9,
        "unfollow": 3,
    }
    assert "follow" not in by_channel(result)["twitter"]
    sizes = {e["channel"]: e["size"] for e in result.events if e["kind"] == "audience"}
    assert sizes == {"linkedin": 8100, "twitter": 8100}
    assert not result.summary["lifetime"]
    assert {c["channel"] for c in result.coverage} == {"linkedin", "twitter"}


def test_a_day_without_a_network_covers_no_channel() -> None:
    content = table(PROFILES, sprout_day(), sprout_day(network=""))

    result = read(content)

    assert [refused.code for refused in result.refused] == ["missing_value"]
    assert {c["channel"] for c in result.coverage} == {"linkedin"}


def test_a_post_that_stands_twice_counts_once() -> None:
    result = read(table(HOOTSUITE, hootsuite_row(), hootsuite_row(likes=95)))

    assert by_channel(result)["facebook"]["like"] == 95


def test_two_profiles_of_a_network_and_day_both_count() -> None:
    content = table(PROFILES, sprout_day(), sprout_day(profile="Acme Jobs"))

    assert by_channel(read(content))["linkedin"]["impression"] == 2600


def test_net_growth_counts_where_nothing_else_says_who_came() -> None:
    keep = [
        i for i, name in enumerate(PROFILES) if name not in ("Audience Gained", "Audience Lost")
    ]
    rows = [PROFILES, sprout_day(net=-4), sprout_day(day="05-15-2026", net=5)]

    counts = by_channel(read(table(*[[row[i] for i in keep] for row in rows])))["linkedin"]

    assert (counts["follow"], counts["unfollow"]) == (5, 4)


def test_days_that_may_be_either_order_are_asked_about() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(PROFILES, sprout_day(day="05/04/2026")))

    assert refusal.value.code == "undecidable_format"


def test_buffer_knows_a_post_by_its_link() -> None:
    header = ("Date", "Update", "Service", "Service Link", "Type", "Impressions", "Likes", "Clicks")
    row = ["2026-05-02T08:00:00Z", "Hi", "linkedin", "https://l.example/1", "text", 310, 12, 4]

    first, again = read(table(header, row)), read(table(header, [*row[:5], 400, 12, 4]))

    assert by_channel(first) == {"linkedin": {"impression": 310, "like": 12, "click": 4}}
    assert {e["event_id"] for e in first.events} == {e["event_id"] for e in again.events}


def test_agorapulse_and_later_are_known_by_the_link_of_a_post() -> None:
    agorapulse = table(
        ("Publishing date", "Publishing time", "Message", "Link", "Impressions", "Reactions"),
        ["25/04/2026", "17:45", "Bonjour", "https://www.facebook.com/1/posts/2", 500, 30],
        ["26/04/2026", "17:45", "Salut", "https://x.com/acme/status/5", 100, 3],
    )
    later = table(
        ("Posted At", "Caption", "Media Type", "Post URL", "Impressions", "Saves"),
        ["Apr 5, 2026 6:15 PM", "Cafe", "Video", "https://www.tiktok.com/@a/video/7", 900, 8],
        ["Apr 5, 2026 6:15 PM", "Cafe", "Video", "https://blog.example/7", 900, 8],
    )

    assert by_channel(read(agorapulse)) == {
        "facebook": {"impression": 500, "like": 30},
        "twitter": {"impression": 100, "like": 3},
    }
    result = read(later)
    assert by_channel(result) == {"tiktok": {"impression": 900, "save": 8}}
    assert [refused.code for refused in result.refused] == ["unknown_type"]
    assert result.events[0]["content_id"] == "https://www.tiktok.com/@a/video/7"


METRICOOL = ("Date", "Followers", "Gained followers", "Lost followers", "Posts", "Impressions")


def test_metricool_without_a_network_is_refused_with_the_mapping_that_says_it() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(METRICOOL, ["14/04/2026", "2.345", 12, -3, 1, "1.200"], delimiter=";"))

    assert refusal.value.code == "no_channel"
    assert '"constants": {"channel"' in refusal.value.detail


def test_metricool_with_a_network_counts_the_lost_followers_that_it_writes_below_zero() -> None:
    content = table(
        ("Network", *METRICOOL),
        ["Instagram", "14/04/2026", "2.345", 12, -3, 1, "1.200"],
        delimiter=";",
    )

    result = read(content, mapping=parse_mapping({"decimal_mark": ","}))

    assert by_channel(result) == {"instagram": {"follow": 12, "unfollow": 3, "impression": 1200}}


def test_metricools_paid_impressions_are_a_part_of_all_and_count_once() -> None:
    content = table(
        ("Network", *METRICOOL, "Paid Impressions"),
        ["Instagram", "14/04/2026", 2345, 12, -3, 1, 900, 250],
    )

    result = read(content)

    assert by_channel(result) == {"instagram": {"follow": 12, "unfollow": 3, "impression": 900}}
    assert sum(e["count"] for e in result.events if e["kind"] == "engagement" and e["paid"]) == 250


def test_metricools_point_in_a_count_is_never_taken_for_a_decimal_point() -> None:
    result = read(
        table(("Network", *METRICOOL), ["Instagram", "2026-04-14", 5, 12, -3, 1, "1.500"])
    )

    assert by_channel(result) == {"instagram": {"follow": 12, "unfollow": 3, "impression": 1500}}


def test_counts_with_a_point_and_with_a_comma_in_one_file_of_metricool_are_asked_about() -> None:
    rows = [
        ["Instagram", f"2026-04-{14 + n}", 5, 12, -3, 1, c]
        for n, c in enumerate(("1.500", "1,500"))
    ]

    with pytest.raises(ExportRefused) as refusal:
        read(table(("Network", *METRICOOL), *rows))

    assert refusal.value.code == "undecidable_format"


@pytest.mark.parametrize(
    "header",
    [
        ("Date", "Network", "Impressions", "Clicks"),
        ("Date", "Post ID", "Network", "Impressions"),
        ("Date", "Service", "Impressions"),
        ("Date", "Link", "Impressions"),
        ("Publishing date", "Message", "Impressions"),
        ("Date", "Post ID", "Post Type", "Sent by", "Impressions"),
    ],
)
def test_look_alikes_are_not_claimed(header: tuple[str, ...]) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(header, ["2026-05-01", "1", "Facebook", "5", "6"][: len(header)]))

    assert refusal.value.code == "unknown_platform"


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://www.facebook.com/1", "facebook.com"),
        ("http://m.facebook.com", "facebook.com"),
        ("de.linkedin.com/x", "linkedin.com"),
        ("https://facebook.com.evil.example/1", "facebook.com.evil.example"),
        ("https://fb.com/1", "fb.com"),
        ("https://www.fb.watch/1", "fb.watch"),
    ],
)
def test_the_host_of_a_link_is_its_network(link: str, host: str) -> None:
    assert host_of(link) == host
    assert network_name("LinkedIn_Page") == "linkedin page"


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["Facebook", "X", "LinkedIn"]),
            st.integers(1, 28),
            st.integers(0, 10**6),
            st.integers(0, 10**4),
        ),
        max_size=25,
    ),
    bad=st.integers(0, 2),
)
def test_rows_are_conserved(rows: list[tuple[str, int, int, int]], bad: int) -> None:
    cells = [
        sprout_day(network=name, day=f"2026-05-{day:02}", impressions=shown, clicks=clicks)
        for name, day, shown, clicks in rows
    ]
    cells += [sprout_day(day="2026-05-30", impressions="many")] * bad

    result = read(table(PROFILES, *cells))

    check_conservation(result, len(cells))
    assert totals(result, "impression", "click") == [
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
    ]
    assert len(result.refused) == bad

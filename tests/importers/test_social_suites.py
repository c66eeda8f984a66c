"""Social media suites: posts and profiles of several networks in one file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.social_suites.networks import host_of, network_name
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

PROFILES = (
    *("Date", "Network", "Profile", "Audience", "Net Audience Growth", "Audience Gained"),
    *("Audience Lost", "Published Posts (Total)", "Impressions", "Engagements", "Reactions"),
    "Post Link Clicks",
)


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
    with pytest.raises(ExportRejected) as rejection:
        read(table(header, ["2026-05-01", "1", "Facebook", "5", "6"][: len(header)]))

    assert rejection.value.code == "unknown_platform"


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
def test_the_host_of_a_link_gives_the_network(link: str, host: str) -> None:
    assert host_of(link) == host
    assert network_name("LinkedIn_Page") == "linkedin page"


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
def test_no_row_is_lost_or_invented(rows: list[tuple[str, int, int, int]], bad: int) -> None:
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
    assert len(result.rejected) == bad

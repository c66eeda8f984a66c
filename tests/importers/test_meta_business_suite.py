"""Content exports of Meta Business Suite and their traps."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import Imported
from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.workbook_files import workbook

FACEBOOK = (
    *("Post ID", "Page ID", "Page name", "Title", "Publish time", "Permalink", "Post type"),
    *("Views", "Reach", "Reactions", "Comments", "Shares", "Total clicks", "Link clicks"),
    *("Reactions, Comments and Shares", "3-second video views", "Is share"),
)
INSTAGRAM = (
    *("Post ID", "Account ID", "Account username", "Account name", "Description"),
    *("Publish time", "Permalink", "Post type", "Data comment", "Date", "Views", "Reach"),
    *("Likes", "Shares", "Follows", "Comments", "Saves"),
)
GERMAN = (
    *("Beitrags-ID", "Seiten-ID", "Plattform", "Seitenname", "Titel", "Datum", "Permalink"),
    *("Geteilter Beitrag", "Kommentar", "Impressionen", "Link-Klicks", "Weitere Klicks"),
    *("Erreichte Personen", "Klicks", "Kommentare", "„Gefällt mir“-Angaben"),
    *("Geteilte Inhalte", "Interaktionen", "3-sekündige Videoaufrufe", "Videoaufrufe"),
)


def facebook_row(post_id: str = "100", posted: str = "09/27/2026 18:30") -> list[object]:
    return [
        *(post_id, "7", "Page", "𝐁𝐮𝐢𝐥𝐝, Ada", posted, "https://fb.test/1", "Reel"),
        *("1,250", 900, 5, 1, 2, 9, 4, 8, 6, 1),
    ]


def instagram_row(posted: str = "09/27/2026 18:30", date: str = "Lifetime") -> list[object]:
    return [
        *("17", "8", "brand", "Brand", "Hi", posted, "https://ig.test/1", "IG image", "", date),
        *(300, 200, 20, 1, 2, 3, 4),
    ]


def german_row(
    post_id: str = "123", network: str = "Facebook", date: str = "27.10.23 01:10"
) -> list[object]:
    return [
        *(post_id, "", network, "Seite", "Titel", date, "Link", 1, ""),
        *(3432, 1, 2, 51, 3, 4, 2, 5, 11, 7, "34.0"),
    ]


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def test_facebook_posts_are_booked_on_their_day_as_lifetime_counts() -> None:
    result = read("\ufeff" + table(FACEBOOK, facebook_row()))

    assert result.counts == {
        "impression": 1250,
        "like": 5,
        "comment": 1,
        "share": 2,
        "click": 4,
        "view": 6,
    }
    assert result.days == ["2026-09-27"]
    assert {event["channel"] for event in result.events} == {"facebook"}
    assert {event["paid"] for event in result.events} == {False}
    assert {event["content_id"] for event in result.events} == {"100"}
    assert result.summary["platform"] == "facebook"
    assert result.summary["lifetime"] is True


def test_instagram_posts_have_a_channel_and_a_platform_of_their_own() -> None:
    result = read(table(INSTAGRAM, instagram_row()))

    assert result.counts == {
        "impression": 300,
        "like": 20,
        "share": 1,
        "follow": 2,
        "comment": 3,
        "save": 4,
    }
    assert {event["channel"] for event in result.events} == {"instagram"}
    assert result.summary["platform"] == "instagram"


def test_a_date_that_says_lifetime_is_none_and_one_beside_the_publish_time_is_the_day() -> None:
    lifetime = read(table(INSTAGRAM, instagram_row()))
    daily = read(table(INSTAGRAM, *(instagram_row(date=f"09/{n}/2026") for n in (28, 29))))

    assert lifetime.days == ["2026-09-27"]
    assert daily.days == ["2026-09-28", "2026-09-29"]
    assert daily.counts["like"] == 40
    assert daily.summary["lifetime"] is False


def test_a_date_that_says_lifetime_without_a_publish_time_is_no_day() -> None:
    header = ("Post ID", "Permalink", "Post type", "Date", "Likes")
    content = table(header, ["1", "https://ig.test", "IG reel", "Lifetime", 5])

    assert refusal_of(content).code == "no_date"


def test_a_german_file_of_both_networks_has_a_channel_per_row() -> None:
    rows = [german_row("1"), german_row("2", "Instagram"), german_row("3", "")]

    result = read(table(GERMAN, *rows, delimiter=";"))

    assert [event["channel"] for event in result.events if event["type"] == "like"] == [
        *("facebook", "instagram", "facebook")
    ]
    assert result.counts == {
        "impression": 10296,
        "click": 3,
        "comment": 12,
        "like": 6,
        "share": 15,
        "view": 21,
    }
    assert result.days == ["2023-10-27"]


def test_a_row_of_a_network_that_is_not_metas_is_refused() -> None:
    rows = [german_row("1"), german_row("2", "TikTok")]

    result = read(table(GERMAN, *rows, delimiter=";"))

    assert [refused.code for refused in result.refused] == ["unknown_type"]
    assert result.counts["like"] == 2


def test_a_german_file_may_be_named_instagram() -> None:
    result = read(table(GERMAN, german_row("1", "Instagram"), delimiter=";"), platform="instagram")

    assert {event["channel"] for event in result.events} == {"instagram"}


def test_german_rows_of_several_days_of_a_post_do_not_replace_each_other() -> None:
    rows = [german_row("1", date=f"{day}.10.23 01:10") for day in (27, 28)]

    result = read(table(GERMAN, *rows, delimiter=";"))

    assert result.counts["like"] == 4
    assert result.days == ["2023-10-27", "2023-10-28"]


def test_all_clicks_and_likes_are_taken_only_where_nothing_better_stands() -> None:
    header = ("Post ID", "Page ID", "Publish time", "Total clicks", "Likes", "Impressions", "Views")
    cells = ["1", "7", "09/27/2026 18:30", 9, 3, 50, 60]

    result = read(table(header, cells))
    better = read(table((*header, "Reactions", "Link clicks"), [*cells, 4, 2]))

    assert result.counts == {"click": 9, "like": 3, "impression": 50}
    assert better.counts == {"click": 2, "like": 4, "impression": 50}


def test_views_of_boosted_posts_are_paid_and_not_counted_twice() -> None:
    boosted = "3-second video views from Boosted posts"
    header = ("Post ID", "Page ID", "Publish time", "3-second video views", boosted)

    result = read(table(header, ["1", "7", "09/27/2026 18:30", 10, 4]))

    assert {event["paid"]: event["count"] for event in result.events} == {False: 6, True: 4}


def test_an_id_that_excel_has_destroyed_is_refused_and_the_other_rows_are_not() -> None:
    rows = [facebook_row("1.22158E+17"), facebook_row("1,22158E+17"), facebook_row("122158")]

    result = read(table(FACEBOOK, *rows))

    assert [refused.code for refused in result.refused] == ["damaged_id"] * 2
    assert result.counts["like"] == 5


def test_an_id_of_a_workbook_that_has_lost_digits_is_refused() -> None:
    rows = [facebook_row(), facebook_row()]
    rows[0][0] = 122158000000000000

    result = read(workbook({"Sheet1": [FACEBOOK, *rows]}))

    assert [refused.code for refused in result.refused] == ["damaged_id"]
    assert result.counts["like"] == 5


def test_a_refusal_shows_no_text_of_a_post() -> None:
    row = facebook_row()
    row[9] = "many"

    [refused] = read(table(FACEBOOK, row)).refused

    assert refused.code == "invalid_number"
    assert refused.raw == "Post ID=100, Publish time=09/27/2026 18:30"


def test_undecidable_publish_times_are_a_question() -> None:
    refusal = refusal_of(table(FACEBOOK, facebook_row(posted="09/07/2026 18:30")))

    assert refusal.code == "undecidable_format"
    assert "?" in refusal.detail


def test_one_telling_date_decides_for_the_file() -> None:
    rows = [facebook_row("1", "09/07/2026 18:30"), facebook_row("2", "27/09/2026 18:30")]

    assert read(table(FACEBOOK, *rows)).days == ["2026-07-09", "2026-09-27"]


def test_a_later_export_restates_a_post_and_a_post_twice_is_one() -> None:
    once = read(table(FACEBOOK, facebook_row()))
    twice = read(table(FACEBOOK, facebook_row(), facebook_row()))

    assert twice.stored == once.stored


def test_a_swedish_file_is_recognised() -> None:
    header = ("Inläggs-ID", "Sid-ID", "Publiceringstid", "Permalink", "Visningar", "Kommentarer")

    result = read(table(header, ["1", "7", "2026-09-27 18:30", "https://fb.test", 10, 2]))

    assert result.counts == {"impression": 10, "comment": 2}


def test_the_posts_of_others_are_not_taken_for_metas() -> None:
    content = table(
        ["Post id", "Date", "Post text", "Post Link", "Impressions", "Likes"],
        ["1", "Tue, Aug 26, 2025", "Hi", "https://x.test", 10, 1],
    )

    for platform in ("facebook", "instagram"):
        assert refusal_of(content, platform=platform).code == "unknown_platform"


numbers = st.integers(0, 10**6)
good = st.tuples(st.sampled_from(["Facebook", "Instagram"]), numbers, numbers)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.one_of(good, st.sampled_from(["other", "damaged", "blank"])), max_size=20))
def test_rows_are_conserved(rows: Sequence[Any]) -> None:
    header = ("Beitrags-ID", "Plattform", "Datum", "Permalink", "Impressionen", "Kommentare")
    cells: list[list[object]] = []
    for number, row in enumerate(rows):
        named = [str(number), "TikTok", "27.10.23 01:10", "x", 5, 5]
        if row == "damaged":
            named = ["1.5E+17", "Facebook", *named[2:]]
        elif row == "blank":
            named = []
        elif row != "other":
            named = [str(number), row[0], "27.10.23 01:10", "x", row[1], row[2]]
        cells.append(named)
    taken = [row for row in rows if isinstance(row, tuple)]

    result = read(table(header, *cells, delimiter=";"))

    assert len(result.outcomes) == len(rows)
    assert len(result.refused) == sum(row in ("other", "damaged") for row in rows)
    assert sum(isinstance(outcome, Imported) for outcome in result.outcomes) == sum(
        bool(row[1] or row[2]) for row in taken
    )
    for channel in ("facebook", "instagram"):
        ours = [row for row in taken if row[0].lower() == channel]
        events = [event for event in result.stored if event["channel"] == channel]
        for kind, index in (("impression", 1), ("comment", 2)):
            counted = sum(event["count"] for event in events if event["type"] == kind)
            assert counted == sum(row[index] for row in ours)

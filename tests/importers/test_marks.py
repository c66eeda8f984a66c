"""A table is claimed by the marks of its platform, unless it has marks of another one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.other_platforms import OTHER_PLATFORMS
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.marks import Marks, Owners, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRejected
from tests.importers.files import google_report, google_row, read, table

GENERIC = (
    *("Date", "Campaign", "Campaign name", "Ad group", "Ad", "Impressions", "Clicks"),
    *("Spend", "Cost", "Cost (EUR)", "Currency", "CTR", "CPC", "Conversions", "Device", "Country"),
)
CASES = (str, str.upper, str.lower, str.title)
VALUES = {"Date": "2026-06-01", "Currency": "EUR", "Spend": "2.50", "Cost": "2.50", "CTR": "1%"}


def generic_table(headings: tuple[str, ...], case: object = str) -> str:
    row = [VALUES.get(heading, "7") for heading in headings]
    return table([case(heading) for heading in headings], row, row)  # type: ignore[operator]


def rejection_of(content: str | bytes, **options: object) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


@settings(max_examples=400, deadline=None)
@given(
    headings=st.lists(st.sampled_from(GENERIC), min_size=2, unique=True),
    case=st.sampled_from(CASES),
)
def test_no_importer_claims_a_table_of_generic_marketing_columns(
    headings: list[str], case: object
) -> None:
    assert rejection_of(generic_table(tuple(headings), case)).code == "unknown_platform"


@pytest.mark.parametrize("money", ["Spend", "Cost", "Cost (EUR)"])
@pytest.mark.parametrize("named", list(combinations(("Campaign", "Ad group", "Currency"), 2)))
def test_spend_and_clicks_are_not_marks(money: str, named: tuple[str, ...]) -> None:
    headings = ("Date", *named, "Impressions", "Clicks", money)

    assert rejection_of(generic_table(headings)).code == "unknown_platform"


@pytest.mark.parametrize(
    ("headings", "platform"),
    [
        (
            (
                *("Date", "Campaign name", "Ad group name", "Cost (EUR)", "Impressions"),
                *("Clicks (destination)", "Clicks (all)", "Currency"),
            ),
            "tiktok_ads",
        ),
        (
            (
                *("Date", "Currency", "Campaign Name", "Ad Group Name", "Customer Search Term"),
                *("Impressions", "Clicks", "Spend", "Saves", "7 Day Total Sales "),
            ),
            "amazon_ads",
        ),
        (("Date", "Campaign", "Currency", "Impr.", "Spend", "Avg. CPC"), "microsoft_ads"),
    ],
)
def test_a_table_with_columns_of_several_platforms_is_read_by_the_importer_whose_mark_it_has(
    headings: tuple[str, ...], platform: str
) -> None:
    result = read(generic_table(headings))

    assert result.summary["platform"] == platform
    assert result.counts["impression"] == 14


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (("Day", "Campaign name", "Swipe Ups", "Amount Spent (USD)"), "Snapchat Ads"),
        (("Day", "Campaign Name", "Amount Spent (USD)", "eCPM", "Clicks"), "Reddit Ads"),
        (("Day", "Campaign", "Clicks", "Cost", "Impr.", "vCTR"), "Taboola"),
        (("Day", "Campaign", "Clicks", "AdvertiserCost", "Displays"), "Criteo"),
        (("Date", "Campaign", "Impressions", "Media Cost (Adv Currency)"), "The Trade Desk"),
        (("Date", "Insertion Order", "Impressions", "Clicks"), "Display & Video 360"),
        (("Day", "Campaign", "Impr", "Clicks", "Cost", "Engine"), "Search Ads 360"),
        (("Day", "Campaign name", "Taps", "Spend", "Impressions"), "Apple Search Ads"),
    ],
)
def test_a_table_of_another_platform_is_rejected_with_its_name(
    headings: tuple[str, ...], name: str
) -> None:
    rejection = rejection_of(generic_table(headings))

    assert rejection.code == "unknown_platform"
    assert name in rejection.detail


def test_a_report_with_a_mark_of_another_platform_is_rejected() -> None:
    header = ("Campaign", "Day", "Currency code", "Cost", "Clicks", "Impr.", "Customer Search Term")

    rejection = rejection_of(google_report([*google_row()[:6], "boots"], header=header))

    assert rejection.code == "unknown_platform"
    assert "Amazon Ads" in rejection.detail


def test_naming_the_platform_does_not_override_another_platforms_mark() -> None:
    headings = ("Date", "Campaign name", "Cost", "Impressions", "Clicks (destination)", "CTR")

    assert "TikTok" in rejection_of(generic_table(headings), platform="google_ads").detail


def test_naming_the_platform_replaces_a_missing_mark() -> None:
    content = table(
        ["Date", "Campaign", "Ad group", "Cost (EUR)", "Clicks"],
        ["2026-06-01", "Brand", "Shoes", "1.50", 3],
    )

    assert rejection_of(content).code == "unknown_platform"
    assert read(content, platform="google_ads").counts == {"click": 3}


def test_a_wide_report_that_shares_a_heading_with_another_importer_keeps_its_claim() -> None:
    owners = Owners(IMPORTERS)
    keys = frozenset({"video title", "reporting starts"})

    assert owners.of_others("meta_ads", 1, keys, frozenset()) == []
    assert [owner.name for owner in owners.of_others("meta_ads", 0, keys, frozenset())] == [
        "youtube"
    ]


def test_marks_of_other_platforms_are_not_marks_of_any_importer() -> None:
    claimed = {
        mark
        for importer in IMPORTERS
        if importer.marks
        for mark in importer.marks.exclusive()
        if importer.platform not in {slug for other in OTHER_PLATFORMS for slug in other.slugs}
    }
    others = {frozenset(map(comparable, mark)) for other in OTHER_PLATFORMS for mark in other.marks}

    assert not claimed & others


def test_fields_and_headings_make_a_mark_only_together() -> None:
    marks = Marks((together("Saves", any_of=("spend", "cost")),))

    assert marks.are_declared
    assert marks.headings() == {"saves"}
    assert list(marks.exclusive()) == []


@pytest.mark.parametrize(
    ("headings", "has_mark"),
    [
        (("Saves", "Spend", "Outbound clicks"), True),
        (("Saves", "Spend"), False),
        (("Saves", "Outbound clicks"), False),
        (("Spend", "Outbound clicks"), False),
    ],
)
def test_a_mark_of_several_columns_needs_all_of_them(
    headings: tuple[str, ...], *, has_mark: bool
) -> None:
    header = ("Date", "Campaign name", "Impressions", *headings)
    content = table(header, ["2026-06-01", "Brand", 10, *range(1, len(headings) + 1)])

    try:
        claimed = read(content, currency="EUR").summary["platform"]
    except ExportRejected as rejection:
        claimed = rejection.code

    assert claimed == ("pinterest_ads" if has_mark else "unknown_platform")
    marks = Marks((together("Saves", "Spend"),))
    assert bool(marks.count_in(head_of(headings))) == {"Saves", "Spend"}.issubset(headings)


def head_of(headings: tuple[str, ...]) -> TableHead:
    return TableHead(",", 0, Columns({}, {}, "", headings), ())

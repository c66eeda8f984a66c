"""Amazon reviews: three generations of lines, lines of Python, and tables without quoting."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms.amazon.python_lines import parse_dictionary
from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, lines, read
from tests.importers.test_conservation import check_conservation

HEADER = (
    *("marketplace", "customer_id", "review_id", "product_id", "product_parent"),
    *("product_title", "product_category", "star_rating", "helpful_votes", "total_votes"),
    *("vine", "verified_purchase", "review_headline", "review_body", "review_date"),
)
PEOPLE = ("Ada", "A2REVIEWERID", "10456789", "wonderful", "A3LOVELACE")


def make_review(**over: Any) -> dict[str, Any]:
    """Of 2014."""
    return {
        "reviewerID": "A2REVIEWERID",
        "asin": "B000123456",
        "reviewerName": 'Ada "A" Lovelace',
        "helpful": [13, 14],
        "reviewText": "It's wonderful [really]",
        "overall": 5.0,
        "summary": "wonderful",
        "unixReviewTime": 1393545600,
        "reviewTime": "02 28, 2014",
    } | over


def make_review_of_2023(**over: Any) -> dict[str, Any]:
    return {
        "rating": 4.0,
        "title": "wonderful",
        "text": "wonderful",
        "images": [],
        "asin": "B000123456",
        "parent_asin": "B000000001",
        "user_id": "A3LOVELACE",
        "timestamp": 1588687728923,
        "helpful_vote": 2,
        "verified_purchase": True,
    } | over


def make_row(**over: object) -> str:
    row = {
        "marketplace": "US",
        "customer": 10456789,
        "id": "R2ABCDEFGHIJ",
        "product": "B000123456",
        "parent": 7,
        "title": 'A 7" screen',
        "category": "Electronics",
        "stars": 4,
        "helpful": 3,
        "total": 9,
        "vine": "N",
        "verified": "Y",
        "headline": '"wonderful',
        "body": 'wonderful<br />"',
        "day": "2015-08-31",
    }
    return "\t".join(map(str, (row | over).values())) + "\n"


def reviews_table(*rows: str) -> str:
    return "\t".join(HEADER) + "\n" + "".join(rows)


def everything_shown(result: Read) -> str:
    return repr(result.outcomes) + json.dumps(result.summary)


def test_a_review_becomes_a_review_and_its_helpful_votes_likes() -> None:
    review, likes = read(lines(make_review())).events

    assert review == {
        "kind": "engagement",
        "event_id": review["event_id"],
        "occurred_at": "2014-02-28T00:00:00Z",
        "channel": "amazon",
        "type": "review",
        "paid": False,
        "count": 1,
        "content_id": "B000123456",
        "rating": 5.0,
        "sentiment": 1.0,
    }
    assert (likes["type"], likes["count"]) == ("like", 13)
    assert "rating" not in likes


def test_votes_are_those_that_found_it_helpful_and_not_all() -> None:
    assert read(lines(make_review(helpful=[1, 40]))).counts == {"review": 1, "like": 1}
    assert read(lines(make_review(helpful=[0, 40]))).counts == {"review": 1}
    assert read(reviews_table(make_row(helpful=2, total=90))).counts == {"review": 1, "like": 2}


def test_a_review_without_a_name_is_a_review() -> None:
    nameless = make_review()
    del nameless["reviewerName"]

    assert read(lines(nameless)).counts == {"review": 1, "like": 13}


def test_votes_of_2018_are_text_with_commas() -> None:
    review = make_review(vote="1,234", verified=True, style={"Format:": " Kindle"})
    del review["helpful"]

    assert read(lines(review)).counts == {"review": 1, "like": 1234}
    del review["vote"]
    assert read(lines(review)).counts == {"review": 1}


def test_the_time_of_2023_is_in_thousandths_of_a_second() -> None:
    review, likes = read(lines(make_review_of_2023())).events

    assert review["occurred_at"] == likes["occurred_at"] == "2020-05-05T14:08:48.923000Z"
    assert (review["rating"], review["sentiment"], likes["count"]) == (4.0, 0.5, 2)


@pytest.mark.parametrize(
    "over", [{"timestamp": 1588687728}, {"timestamp": 10**17}, {"timestamp": "x"}]
)
def test_a_time_in_another_unit_is_refused(over: dict[str, Any]) -> None:
    result = read(lines(make_review_of_2023(**over), make_review_of_2023()))

    assert [outcome.code for outcome in result.refused] == ["invalid_date"]
    assert read(lines(make_review(unixReviewTime=1393545600000))).refused[0].code == "invalid_date"


def test_the_day_stands_in_for_a_missing_time() -> None:
    review = make_review(reviewTime="3 7, 2013", unixReviewTime=None)

    assert read(lines(review)).days == ["2013-03-07"]
    assert read(lines(review | {"reviewTime": "13 40, 2013"})).refused[0].code == "invalid_date"


@pytest.mark.parametrize("write", [repr, lambda review: json.dumps(review, indent=None)])
def test_lines_of_python_are_read_as_lines_of_json_are(write: Any) -> None:
    reviews = make_review(), make_review(reviewerName="Ada's", asin="B000000002", overall=1.0)

    result = read("".join(write(review) + "\n" for review in reviews))

    assert result.events == read(lines(*reviews)).events
    assert len(result.events) == 4


@pytest.mark.parametrize(
    "text",
    [
        "{'a': __import__('os').system('true')}",
        "{'a': 'b' * 1000000000}",
        "{'a': open('x')}",
        "{" + "'a': [" * 5_000,
        "{'a': " + "-" * 100_000 + "1}",
        "{'a': " + "[" * 3_000 + "]" * 3_000 + "}",
        "{'a': " + "[" * 150 + "]" * 150 + "}",
        "{'a': " + "1 -" * 50_000 + "1}",
        "{'a': " + "9" * 6_000 + "}",
        "{[]: 1}",
        "{'a', 'b'}",
        "{'a': '\\d'}",
        "{'a': '\\xzz'}",
        "{'a': 'b\0'}",
        "{'a': '" + "b" * 300_000 + "'}",
        "[{'a': 1}]",
        "{'a': 1",
    ],
)
def test_nothing_but_literals_of_bounded_size_is_parsed(text: str) -> None:
    assert parse_dictionary(text) is None
    assert read(f"{make_review()!r}\n{text}\n").refused[0].code in (
        "malformed_record",
        "unreadable_text",
    )


def test_quotation_marks_of_a_table_stand_for_themselves() -> None:
    rows = [make_row(id=f"R{n}ABCDEFGHIJ") for n in range(3)]

    result = read(reviews_table(*rows))

    assert [outcome.row for outcome in result.outcomes] == [2, 3, 4]
    assert result.counts == {"review": 3, "like": 9}
    assert result.events[0]["event_id"] == "amazon:-:R0ABCDEFGHIJ:review"
    assert result.days == ["2015-08-31"]


def test_the_counts_are_running_totals() -> None:
    assert read(lines(make_review())).summary["lifetime"]
    assert read(reviews_table(make_row())).summary["lifetime"]


def test_a_later_export_restates_the_votes() -> None:
    for before, after in (
        (lines(make_review()), lines(make_review_of_2023(), make_review(helpful=[20, 22]))),
        (reviews_table(make_row()), reviews_table(make_row(id="R9ABCDEFGHIJ"), make_row())),
    ):
        first, second = read(before).events, read(after).events
        assert {event["event_id"] for event in first} <= {event["event_id"] for event in second}


def test_an_id_shows_nothing_of_the_reviewer() -> None:
    ids = {event["event_id"] for event in read(lines(make_review(), make_review_of_2023())).events}

    assert not [text for text in PEOPLE if any(text in id for id in ids)]


def test_two_reviewers_who_are_not_named_are_two() -> None:
    reviews = (make_review(reviewerID=None, summary=text) for text in "ab")

    assert read(lines(make_review(asin="B1"), *reviews)).counts["review"] == 3


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"asin": None}, "missing_value"),
        ({"asin": ["Ada"]}, "missing_value"),
        ({"unixReviewTime": None, "reviewTime": None}, "missing_value"),
        ({"unixReviewTime": "Ada"}, "invalid_date"),
        ({"overall": 6}, "invalid_number"),
        ({"overall": 0}, "invalid_number"),
        ({"overall": "Ada"}, "invalid_number"),
        ({"overall": {"Ada": 1}}, "invalid_number"),
        ({"helpful": "Ada"}, "invalid_number"),
        ({"helpful": [10**13, 0]}, "invalid_number"),
        ({"helpful": [-1, 0]}, "negative"),
        ({"helpful": [0.5, 1]}, "not_whole"),
    ],
)
def test_a_bad_review_is_refused_without_showing_the_reviewer(
    over: dict[str, Any], code: str
) -> None:
    for written in (json.dumps, repr):
        content = f"{written(make_review(asin='B1'))}\n{written(make_review(**over))}\n"
        result = read(content)
        assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, code)]
        assert not [text for text in PEOPLE if text in everything_shown(result)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (make_row(stars="Ada"), "invalid_number"),
        (make_row(stars=9), "invalid_number"),
        (make_row(helpful="Ada"), "invalid_number"),
        (make_row(day="Ada"), "invalid_date"),
        (make_row(day=""), "missing_value"),
        (make_row(product=""), "missing_value"),
        (make_row(body="wonderful\tAda"), "wrong_cell_count"),
    ],
)
def test_a_bad_row_is_refused_without_showing_the_reviewer(row: str, code: str) -> None:
    result = read(reviews_table(make_row(), row))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, code)]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_broken_lines_show_nothing() -> None:
    result = read(lines(make_review()) + '{"reviewerName": "Ada\n')

    assert [outcome.code for outcome in result.refused] == ["malformed_record"]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_an_array_of_reviews_is_read_review_by_review() -> None:
    assert len(read(json.dumps([make_review(), make_review_of_2023()])).outcomes) == 2


def test_the_products_of_the_same_data_sets_are_not_reviews() -> None:
    product = {"asin": "B000123456", "title": "x", "parent_asin": "B1", "average_rating": 4.5}

    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps(product) + "\n")

    assert refusal.value.code == "unknown_platform"


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.one_of(
            st.tuples(st.integers(1, 5), st.integers(0, 10**6)),
            st.tuples(st.sampled_from([0, 6, "?"]), st.just(0)),
        ),
        min_size=1,
        max_size=20,
    ),
    form=st.sampled_from(["2014", "2014 python", "2023", "table"]),
)
def test_reviews_are_conserved(rows: list[tuple[Any, int]], form: str) -> None:
    write = {
        "2014": lambda n, stars, votes: lines(
            make_review(asin=f"B{n}", overall=stars, helpful=[votes, votes + 1])
        ),
        "2014 python": lambda n, stars, votes: (
            repr(make_review(asin=f"B{n}", overall=stars, helpful=[votes, votes + 1])) + "\n"
        ),
        "2023": lambda n, stars, votes: lines(
            make_review_of_2023(asin=f"B{n}", rating=stars, helpful_vote=votes)
        ),
        "table": lambda n, stars, votes: make_row(id=f"R{n}ABCDEF", stars=stars, helpful=votes),
    }[form]
    content = "".join(write(n, stars, votes) for n, (stars, votes) in enumerate(rows))

    result = read(reviews_table(content) if form == "table" else content)

    good = [(stars, votes) for stars, votes in rows if stars in (1, 2, 3, 4, 5)]
    check_conservation(result, len(rows))
    assert len(result.refused) == len(rows) - len(good)
    assert result.counts.get("review", 0) == len(good)
    assert result.counts.get("like", 0) == sum(votes for _, votes in good)
    ratings = sum(Decimal(str(e["rating"])) for e in result.stored if e["type"] == "review")
    assert ratings == sum(stars for stars, _ in good)

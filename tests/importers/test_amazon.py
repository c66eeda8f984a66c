"""Amazon reviews: three generations of JSON lines, Python lines, and tables without quoting."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.amazon.python_lines import parse_dictionary
from tests.importers.files import lines, read
from tests.importers.test_conservation import check_conservation

HEADER = (
    *("marketplace", "customer_id", "review_id", "product_id", "product_parent"),
    *("product_title", "product_category", "star_rating", "helpful_votes", "total_votes"),
    *("vine", "verified_purchase", "review_headline", "review_body", "review_date"),
)


def make_review(**over: Any) -> dict[str, Any]:
    """A review of the 2014 generation."""
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
        "{12: 'a'}",
        "{'a': [{12: 1}]}",
        "{'a', 'b'}",
        "{'a': '\\d'}",
        "{'a': '\\xzz'}",
        "{'a': 'b\0'}",
        "{'a': '" + "b" * 300_000 + "'}",
        "[{'a': 1}]",
        "{'a': 1",
    ],
)
def test_only_literals_of_limited_size_are_parsed(text: str) -> None:
    assert parse_dictionary(text) is None
    assert read(f"{make_review()!r}\n{text}\n").rejected[0].code in (
        "malformed_record",
        "unreadable_text",
    )


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
def test_no_review_is_lost_or_invented(rows: list[tuple[Any, int]], form: str) -> None:
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
    assert len(result.rejected) == len(rows) - len(good)
    assert result.counts.get("review", 0) == len(good)
    assert result.counts.get("like", 0) == sum(votes for _, votes in good)
    ratings = sum(Decimal(str(e["rating"])) for e in result.stored if e["type"] == "review")
    assert ratings == sum(stars for stars, _ in good)

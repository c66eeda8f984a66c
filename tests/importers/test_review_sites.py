"""Reviews on Trustpilot and Google, and the performance of a Google Business Profile."""

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation

TRUSTPILOT = (
    *("Domain Url", "Review Id", "Review Created (UTC)", "Review Username", "Review User Email"),
    *("Review Title", "Review Content", "Review Stars", "Source Of Review"),
)


def trustpilot_row(**over: object) -> list[object]:
    """A row under `TRUSTPILOT`."""
    row: dict[str, object] = {
        "url": "acme.example",
        "id": "64f0c2aa",
        "created": "2026-05-04 09:15:30",
        "name": "Ada Doe",
        "mail": "ada@example.org",
        "title": "Fine",
        "text": "A chair, comma",
        "stars": 4,
        "source": "Organic",
    }
    return list((row | over).values())


@given(stars=st.lists(st.integers(1, 5), max_size=25), bad=st.integers(0, 2))
def test_no_review_is_lost_or_invented(stars: list[int], bad: int) -> None:
    rows = [trustpilot_row(id=f"r{n}", stars=one) for n, one in enumerate(stars)]
    rows += [trustpilot_row(stars="many")] * bad

    result = read(table(TRUSTPILOT, *rows))

    check_conservation(result, len(rows))
    assert [event["rating"] for event in result.events] == stars
    assert len(result.rejected) == bad

"""Meta Business Suite, Results: stacked tables, each with one count by day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read
from tests.importers.test_conservation import check_conservation, totals

DAYS = (("2026-05-01T00:00:00", 3), ("2026-05-02T00:00:00", 0), ("2026-05-03T01:00:00", 5))


def results(*tables: tuple[str, tuple[tuple[str, object], ...]], blank: str = "\n") -> str:
    """Return tables with titles, as Meta writes them."""
    parts = []
    for title, rows in tables:
        lines = [f'"{title}"', '"Date","Primary"', *(f'"{day}","{n}"' for day, n in rows)]
        parts.append("".join(f"{line}\n" for line in lines))
    return "sep=,\n" + blank.join(parts)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Facebook follows", "follow"),
        ("Facebook link clicks", "click"),
        ("Facebook views", "impression"),
        ("Facebook unfollows", "unfollow"),
        ("Facebook-Link-Klicks", "click"),
        ("Facebook-Aufrufe", "impression"),
    ],
)
def test_a_daily_count_becomes_engagements_of_its_network(title: str, kind: str) -> None:
    result = read(results((title, DAYS)).encode("utf-16"))

    assert result.counts == {kind: 8}
    assert {e["channel"] for e in result.events} == {"facebook"}
    assert result.days == ["2026-05-01", "2026-05-03"]
    assert result.summary["notes"] == []
    assert [(c["type"], c["from"], c["to"]) for c in result.coverage] == [
        (kind, "2026-05-01", "2026-05-03")
    ]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Seguidores no Instagram", "follow"),
        ("Cliques no link do Instagram", "click"),
        ("Visualizações do Instagram", "impression"),
        ("Clics en el enlace de Instagram", "click"),
        ("Instagram-Link-Klicks", "click"),
        ("Follows auf Instagram", "follow"),
    ],
)
def test_the_network_is_found_anywhere_in_a_title(title: str, kind: str) -> None:
    content = results((title, DAYS)).replace('"Date"', '"Data"')

    result = read(content.encode("utf-16"))

    assert result.counts == {kind: 8}
    assert {e["channel"] for e in result.events} == {"instagram"}


@given(
    counts=st.dictionaries(st.integers(1, 28), st.integers(0, 10**6), max_size=20),
    bad=st.integers(0, 2),
)
def test_no_row_is_lost_or_invented(counts: dict[int, int], bad: int) -> None:
    rows = tuple((f"2026-05-{day:02}T00:00:00", count) for day, count in counts.items())
    broken = (("2026-05-30T00:00:00", "many"),) * bad

    result = read(results(("Instagram link clicks", rows + broken)))

    check_conservation(result, len(rows) + bad)
    assert totals(result, "click") == [sum(counts.values())]
    assert len(result.rejected) == bad

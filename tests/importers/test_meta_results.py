"""Meta Business Suite, Results: a table by day for each count, one below the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read
from tests.importers.test_conservation import check_conservation, totals
from tests.importers.workbook_files import zipped

DAYS = (("2026-05-01T00:00:00", 3), ("2026-05-02T00:00:00", 0), ("2026-05-03T01:00:00", 5))


def results(*tables: tuple[str, tuple[tuple[str, object], ...]], blank: str = "\n") -> str:
    """Tables with their titles, as Meta writes them."""
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
def test_a_count_by_day_becomes_engagements_of_its_network(title: str, kind: str) -> None:
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
def test_the_network_may_stand_anywhere_in_a_title(title: str, kind: str) -> None:
    content = results((title, DAYS)).replace('"Date"', '"Data"')

    result = read(content.encode("utf-16"))

    assert result.counts == {kind: 8}
    assert {e["channel"] for e in result.events} == {"instagram"}


@pytest.mark.parametrize(
    "title", ["Visitas ao perfil do Instagram", "Visitas ao Facebook", "Alcance", "Interações"]
)
def test_visits_and_people_are_left_out_in_portuguese_too(title: str) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(results((title, DAYS)).replace('"Date"', '"Data"'))

    assert refusal.value.code == "no_counts"


@pytest.mark.parametrize("blank", ["", "\n"])
def test_each_table_of_a_file_has_its_own_network(blank: str) -> None:
    content = results(("Facebook follows", DAYS), ("Instagram follows", DAYS[:1]), blank=blank)

    by_channel = {(e["channel"], e["occurred_at"][:10]): e["count"] for e in read(content).events}

    assert by_channel == {
        ("facebook", "2026-05-01"): 3,
        ("facebook", "2026-05-03"): 5,
        ("instagram", "2026-05-01"): 3,
    }


def test_people_visits_and_sums_are_left_out_and_named() -> None:
    titles = ("Facebook follows", "Facebook reach", "Followers", "Facebook Zorbs of Jane")

    result = read(results(*((title, DAYS) for title in titles)))

    notes = " ".join(result.summary["notes"])
    assert result.counts == {"follow": 8}
    assert "3 rows of facebook reach were not read: people" in notes
    assert "3 rows of followers were not read: not known" in notes
    assert "3 rows of a table with another title were not read: not known" in notes
    assert "jane" not in notes.casefold()


@pytest.mark.parametrize(
    "title", ["Facebook reach", "Instagram profile visits", "Content interactions", "Viewers"]
)
def test_a_file_of_people_or_sums_alone_is_refused_with_the_reason(title: str) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(results((title, DAYS)))

    assert refusal.value.code == "no_counts"
    assert title.lower() in refusal.value.detail


def test_earnings_by_day_are_not_counts() -> None:
    content = results(("Facebook earnings", (("2026-05-01T00:00:00", "23.936"),)))

    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.code == "no_counts"


def test_a_title_without_a_network_is_taken_for_the_named_platform_and_said() -> None:
    content = results(("Follows", DAYS))

    as_facebook, as_instagram = read(content), read(content, platform="instagram")

    assert {e["channel"] for e in as_facebook.events} == {"facebook"}
    assert {e["channel"] for e in as_instagram.events} == {"instagram"}
    assert "taken for facebook" in as_facebook.summary["notes"][0]


def test_in_an_archive_a_title_without_a_network_is_not_guessed() -> None:
    content = zipped(
        {"Views.csv": results(("Views", DAYS)), "Views (1).csv": results(("Views", DAYS))}
    )

    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.code == "no_channel"
    named = zipped({"Views.csv": results(("Views", DAYS))})
    assert read(named, platform="instagram").counts == {"impression": 8}


def test_a_title_without_a_network_follows_the_other_titles_of_the_file() -> None:
    result = read(results(("Views", DAYS), ("Instagram follows", DAYS)))

    assert {e["channel"] for e in result.events} == {"instagram"}
    assert result.summary["notes"] == []


def test_two_tables_of_one_count_that_nothing_tells_apart_are_refused() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(results(("Follows", DAYS), ("Follows", DAYS[:1])))

    assert refusal.value.code == "no_channel"


def test_the_period_of_comparison_is_not_added() -> None:
    content = results(("Facebook follows", DAYS)).replace('"Primary"', '"Primary","Comparison"')
    content = content.replace('00:00","3"', '00:00","3","900"')

    assert read(content).counts == {"follow": 8}


def test_rows_of_a_table_without_days_are_no_data() -> None:
    content = results(("Facebook follows", DAYS)) + '\n"Age"\n"Age","Women"\n"18-24","70"\n'

    result = read(content)

    assert (result.counts, result.refused) == ({"follow": 8}, [])
    assert "2 rows of tables that are not by day" in result.summary["notes"][0]


@pytest.mark.parametrize(
    "content",
    [
        "Date,Primary\n2026-05-01,3\n",
        "Opening hours\nDate,Primary\n2026-05-01,3\n",
        "Facebook follows\nDate,Value\n2026-05-01,3\n",
    ],
)
def test_look_alikes_are_not_claimed(content: str) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.code == "unknown_platform"


@settings(max_examples=50, deadline=None)
@given(
    counts=st.dictionaries(st.integers(1, 28), st.integers(0, 10**6), max_size=20),
    bad=st.integers(0, 2),
)
def test_rows_are_conserved(counts: dict[int, int], bad: int) -> None:
    rows = tuple((f"2026-05-{day:02}T00:00:00", count) for day, count in counts.items())
    broken = (("2026-05-30T00:00:00", "many"),) * bad

    result = read(results(("Instagram link clicks", rows + broken)))

    check_conservation(result, len(rows) + bad)
    assert totals(result, "click") == [sum(counts.values())]
    assert len(result.refused) == bad

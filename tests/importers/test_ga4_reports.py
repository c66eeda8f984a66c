"""Google Analytics 4: stacked reports and explorations, in which nothing is counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers import Imported, Rejected, Skipped
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table

RULE = "# ----------------------------------------"
CHANNELS = "Session primary channel group (Default Channel Group)"


def preamble(start: str = "20260601", end: str = "20260603", name: str = "Blog") -> str:
    """The first lines of a report."""
    lines = (RULE, "# Snapshot", "# Account: Brand", f"# Property: {name}", RULE, "# ")
    return "\r\n".join((*lines, "# All Users", f"# Start date: {start}", f"# End date: {end}", ""))


def below(*rows: Sequence[object], start: str = "20260601", end: str = "20260603") -> str:
    """Another table of a report."""
    return f"\r\n# A card\r\n# Start date: {start}\r\n# End date: {end}\r\n" + crlf(*rows)


def crlf(*rows: Sequence[object]) -> str:
    return table(*rows, end="\r\n")


def exploration(*rows: Sequence[object], days: str = "20260601-20260630") -> str:
    """An exploration. Its first row is a row of totals with one cell too many."""
    return f"{RULE}\r\n# Blog\r\n# Free form\r\n# {days}\r\n{RULE}\r\n\r\n{crlf(*rows)}"


def days(*counts: object, heading: str = "Views", nth: str = "Nth day") -> list[list[object]]:
    """A table by day."""
    return [[nth, heading], *([f"{n:04}", count] for n, count in enumerate(counts))]


def rejection_of(content: str, **options: Any) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


def test_a_table_after_the_inspected_beginning_is_read() -> None:
    filler = [["Country", "Active users"], *([f"C{n}", 1] for n in range(150_000))]
    content = preamble() + crlf(*days(5)) + below(*filler) + below(*days(9, heading="Purchases"))
    content += below(*days(7))

    result = read(content)

    assert result.counts == {"impression": 5}
    assert [e["count"] for e in result.events if e["kind"] == "conversion"] == [9]


names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=8)
numbers = st.integers(0, 10**6)


@given(
    views=st.lists(numbers, min_size=1, max_size=9),
    sessions=st.lists(st.tuples(st.integers(1, 30), names, numbers), max_size=12),
    titles=st.lists(st.tuples(names, numbers), max_size=8),
    bad=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_no_row_of_stacked_tables_is_lost_or_invented(
    views: list[int],
    sessions: list[tuple[int, str, int]],
    titles: list[tuple[str, int]],
    bad: int,
    encoding: str,
) -> None:
    by_group = [[f"202606{day:02}", group, count] for day, group, count in sessions]
    content = (
        preamble(end="20260630")
        + crlf(*days(*views), *(["0000", "many"] for _ in range(bad)))
        + below(["Page title and screen class", "Views"], *map(list, titles), end="20260630")
        + below(["Date", CHANNELS, "Sessions"], *by_group, end="20260630")
    )

    result = read(content.encode(encoding))

    assert [o.row for o in result.outcomes] == list(range(11, content.count("\r\n") + 1))
    kinds = Counter(map(type, result.outcomes))
    assert kinds[Imported] + kinds[Rejected] + kinds[Skipped] == len(result.outcomes)
    assert kinds[Rejected] == bad
    assert result.counts.get("impression", 0) == sum(views)
    assert result.counts.get("click", 0) == sum(count for _, _, count in sessions)
    assert len(result.stored) == len(result.events)


CHANNELS_BY_LANGUAGE = (
    ("Session default channel group", "Sessions", "Organic Search"),
    ("Standard-Channelgruppe der Sitzung", "Sitzungen", "Organische Suche"),
    ("Grupo de canales predeterminado de la sesión", "Sesiones", "Búsqueda orgánica"),
    ("Grupo de canais padrão da sessão", "Sessões", "Pesquisa orgânica"),
    ("Groupe de canaux par défaut de la session", "Sessions", "Recherche naturelle"),
    ("Gruppo di canali predefinito della sessione", "Sessioni", "Ricerca organica"),
    ("Standaardkanaalgroep van sessie", "Sessies", "Organisch zoeken"),
    ("Domyślna grupa kanałów sesji", "Sesje", "Bezpłatne wyniki wyszukiwania"),
    ("セッションのデフォルト チャネル グループ", "セッション", "オーガニック検索"),
)


@pytest.mark.parametrize(("group", "sessions", "name"), CHANNELS_BY_LANGUAGE[1:])
def test_a_report_in_another_language_gives_the_same_events(
    group: str, sessions: str, name: str
) -> None:
    (english, count, organic), lines = CHANNELS_BY_LANGUAGE[0], preamble("20260601", "20260601")

    first = read(lines + crlf([english, count], [organic, 12]))
    second = read(lines + crlf([group, sessions], [name, 12]))

    assert first.events == second.events


@pytest.mark.parametrize(
    "headings",
    [
        ["Page", "Pageviews", "Unique Pageviews"],
        ["Seite", "Seitenaufrufe", "Einzelne Seitenaufrufe"],
        ["Página", "Vistas de página", "Páginas vistas únicas"],
        ["Página", "Visualizações de página", "Visualizações de página únicas"],
        ["Page", "Vues", "Consultations uniques"],
        ["Pagina", "Visualizzazioni di pagina", "Visualizzazioni di pagina uniche"],
        ["Pagina", "Paginaweergaven", "Unieke paginaweergaven"],
        ["Strona", "Odsłony", "Niepowtarzalne odsłony"],
        ["ページ", "ページビュー数", "ページ別訪問数"],
        ["Groupe de canaux par défaut", "Sessions", "Pages/session"],
    ],
)
def test_universal_analytics_is_rejected_once_in_every_language(headings: list[str]) -> None:
    for spread in (False, True):
        rejection = rejection_of(exploration(headings, ["/", 20, 18], ["/a", 9, 8]), spread=spread)

        assert rejection.code == "unknown_platform"
        assert "Universal Analytics" in str(rejection)


def test_too_many_downloads_in_one_file_are_reported() -> None:
    pages = crlf(["Page path", "Views"], ["/", 9]) + "\r\n"
    names = [preamble("20260601", "20260601", name=f"Site {n}") for n in range(102)]

    result = read("".join(name + pages for name in names))

    assert result.counts == {"impression": 900}
    assert len(result.summary["skipped"]) == 2

"""Recognise reports of Universal Analytics, the predecessor of Google Analytics 4.

Its reports have the same lines above the tables and share many headings. This module lists only
headings that Google Analytics 4 does not have.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.importers.reports.stacked import StackedTable
from chalicelib.importers.tables.headings import comparable
from chalicelib.model.errors import ExportRejected

HEADINGS = frozenset(
    comparable(heading)
    for heading in (
        # English
        *("Day Index", "Hour Index", "Week Index", "Month Index", "Pages / Session"),
        *("Pages/Session", "Avg. Session Duration", "% New Sessions", "Goal Completions"),
        *("Goal Value", "Per Session Goal Value", "Goal Conversion Rate"),
        *("Unique Pageviews", "Avg. Time on Page", "% Exit", "Page Value", "Pages / Visit"),
        *("Default Channel Grouping", "Ecommerce Conversion Rate", "Unique Events"),
        *("Avg. Visit Duration", "% New Visits", "Unique Visitors"),
        # German
        *("Seiten/Sitzung", "Seiten / Sitzung", "Durchschn. Sitzungsdauer", "% neue Sitzungen"),
        *("Zielvorhaben-Abschlüsse", "Abschlüsse für Zielvorhaben", "Einzelne Seitenaufrufe"),
        *("Eindeutige Seitenaufrufe", "Durchschn. Besuchszeit auf Seite", "% Ausstiege"),
        *("Seitenwert", "Standard-Channelgruppierung"),
        *("E-Commerce-Conversion-Rate", "Eindeutige Ereignisse"),
        # Spanish, Portuguese
        *("Páginas/sesión", "Páginas / sesión", "% de nuevas sesiones", "Valor de página"),
        *("Número de páginas vistas únicas", "Páginas vistas únicas", "Porcentaje de salidas"),
        *("Promedio de tiempo en la página", "Consecución de objetivos", "Índice de días"),
        *("Páginas/sessão", "Páginas / sessão", "% Novas sessões", "Porcentagem de novas sessões"),
        *("Visualizações de página únicas", "Visualizações de páginas únicas", "Valor da página"),
        *("Tempo médio na página", "Conclusões de meta", "Porcentagem de saída", "Índice do dia"),
        # French, Italian
        *("Pages/session", "Pages / session", "Vues uniques", "Consultations uniques"),
        *("Pages vues uniques", "Temps moyen passé sur la page", "Temps moyen sur la page"),
        *("Valeur de la page", "Sorties (en %)", "Objectifs réalisés", "Index des jours"),
        *("Pagine/sessione", "Pagine / sessione", "% nuove sessioni", "Valore pagina"),
        *("Visualizzazioni di pagina uniche", "Tempo medio sulla pagina", "% uscita"),
        *("Completamenti obiettivo", "Indice giorno"),
        # Dutch, Polish
        *("Pagina's/sessie", "Pagina's / sessie", "% nieuwe sessies", "Paginawaarde"),
        *("Unieke paginaweergaven", "Gem. tijd op pagina", "Gem. sessieduur", "Doelvoltooiingen"),
        *("Strony/sesja", "Strony / sesja", "% nowych sesji", "Wartość strony"),
        *("Niepowtarzalne odsłony", "Unikalne odsłony", "Śr. czas spędzony na stronie"),
        *("Realizacje celu", "Indeks dni"),
        # Japanese
        *("ページ/セッション", "新規セッション率", "ページ別訪問数", "平均ページ滞在時間"),
        *("ページの価値", "目標の完了数", "離脱率", "日別インデックス"),
    )
)
"""Headings that only Universal Analytics has, in the form used for comparison."""


def check_generation(tables: Sequence[StackedTable]) -> None:
    """Raise `ExportRejected` for a report of Universal Analytics."""
    for table in tables:
        found = [heading for heading in map(comparable, table.header) if heading in HEADINGS]
        if found:
            raise ExportRejected(
                "unknown_platform",
                f"this is a report of Universal Analytics ({', '.join(found[:3])}), which Google "
                "shut down in 2024. It is not imported; for a table by day, write a mapping",
            )

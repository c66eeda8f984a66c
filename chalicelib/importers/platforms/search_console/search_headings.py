"""The headings and labels of Search Console in several languages."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import Column, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from

QUERY = "query"
DIMENSIONS = (QUERY, "page", "country", "device", "appearance")
"""The dimensions of the other tables of a download, which repeat the same traffic."""

_COLUMNS = columns_from(
    Path(__file__).with_name("search_columns.tsv"),
    Column("ctr", LeftOut("a rate of other columns")),
    Column("position", LeftOut("an average, which cannot be summed")),
    *(Column(dimension, Sign()) for dimension in DIMENSIONS),
)
DAILY_COLUMNS = tuple(column for column in _COLUMNS if column.field not in DIMENSIONS)
BY_QUERY_COLUMNS = _COLUMNS
CUT_COLUMNS = tuple(column for column in _COLUMNS if column.field != "day")

OWN_POSITIONS = frozenset(
    names[0].casefold()
    for column in _COLUMNS
    if column.field == "position"
    for names in column.headings.values()
)
"""Search Console's own names of the position; other tools write "average position"."""

FILTER_HEADERS = frozenset(
    {
        ("filter", "value"),
        ("filter", "wert"),
        ("filtre", "valeur"),
        ("filtro", "valor"),
        ("filtro", "valore"),
        ("filter", "waarde"),
        ("filtr", "wartość"),
        ("filter", "värde"),
        ("フィルタ", "値"),
    }
)
"""The two headings of the filter table, normalised by `headings.comparable`."""

SEARCH_TYPE_LABELS = frozenset(
    {
        "search type",
        "suchtyp",
        "type de recherche",
        "tipo de búsqueda",
        "tipo de pesquisa",
        "tipo di ricerca",
        "zoektype",
        "typ wyszukiwania",
        "söktyp",
        "検索タイプ",
    }
)

PERIOD_LABELS = frozenset(
    {"date", "datum", "fecha", "data", "日付", "zeitraum", "période", "período", "periodo"}
)

SEARCH_TYPES = {
    "web": ("web", "ウェブ"),
    "image": ("image", "bild", "bilder", "imagen", "imagem", "immagine", "afbeelding", "obraz"),
    "video": ("video", "vidéo", "vídeo", "wideo", "動画"),
    "news": ("news", "actualités", "noticias", "notícias", "notizie", "nieuws", "wiadomości"),
}
"""Search type -> its names in the languages. Each type has separate traffic."""

"""The headings of Search Console in several languages: language -> field -> headings."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import Column, Count, LeftOut, Role, Sign, When

HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "day": ("Date",),
        "clicks": ("Clicks",),
        "impressions": ("Impressions",),
        "ctr": ("CTR",),
        "position": ("Position", "Average position", "Avg. position"),
        "query": ("Top queries", "Queries"),
        "page": ("Top pages",),
        "country": ("Country",),
        "device": ("Device",),
        "appearance": ("Search Appearance",),
    },
    "de": {
        "day": ("Datum",),
        "clicks": ("Klicks",),
        "impressions": ("Impressionen",),
        "ctr": ("CTR", "Klickrate"),
        "position": ("Position", "Durchschnittliche Position"),
        "query": ("Häufigste Suchanfragen", "Die häufigsten Suchanfragen"),
        "page": ("Häufigste Seiten", "Die häufigsten Seiten", "Top-Seiten"),
        "country": ("Land",),
        "device": ("Gerät",),
        "appearance": ("Darstellung in der Suche",),
    },
    "fr": {
        "day": ("Date",),
        "clicks": ("Clics",),
        "impressions": ("Impressions",),
        "ctr": ("CTR",),
        "position": ("Position", "Position moyenne"),
        "query": ("Requêtes les plus fréquentes",),
        "page": ("Pages les plus populaires", "Pages principales"),
        "country": ("Pays",),
        "device": ("Appareil",),
    },
    "es": {
        "day": ("Fecha",),
        "clicks": ("Clics",),
        "impressions": ("Impresiones",),
        "ctr": ("CTR",),
        "position": ("Posición", "Posición media"),
        "query": ("Consultas principales",),
        "page": ("Páginas principales",),
        "country": ("País",),
        "device": ("Dispositivo",),
    },
    "pt": {
        "day": ("Data",),
        "clicks": ("Cliques",),
        "impressions": ("Impressões",),
        "ctr": ("CTR",),
        "position": ("Posição", "Posição média"),
        "query": ("Principais consultas", "Consultas principais"),
        "page": ("Páginas principais", "Principais páginas"),
        "country": ("País",),
        "device": ("Dispositivo",),
    },
    "it": {
        "day": ("Data",),
        "clicks": ("Clic",),
        "impressions": ("Impressioni",),
        "ctr": ("CTR",),
        "position": ("Posizione", "Posizione media"),
        "query": ("Query principali", "Query più frequenti"),
        "page": ("Pagine principali",),
        "country": ("Paese",),
        "device": ("Dispositivo",),
    },
    "nl": {
        "day": ("Datum",),
        "clicks": ("Klikken",),
        "impressions": ("Vertoningen",),
        "ctr": ("CTR",),
        "position": ("Positie", "Gemiddelde positie"),
        "query": ("Populairste zoekopdrachten",),
        "page": ("Populairste pagina's",),
        "country": ("Land",),
        "device": ("Apparaat",),
    },
    "pl": {
        "day": ("Data",),
        "clicks": ("Kliknięcia",),
        "impressions": ("Wyświetlenia",),
        "ctr": ("CTR",),
        "position": ("Pozycja", "Średnia pozycja"),
        "query": ("Najpopularniejsze zapytania",),
        "page": ("Najpopularniejsze strony",),
        "country": ("Kraj",),
        "device": ("Urządzenie",),
    },
    "sv": {
        "day": ("Datum",),
        "clicks": ("Klick",),
        "impressions": ("Visningar",),
        "ctr": ("CTR", "Klickfrekvens"),
        "position": ("Position", "Genomsnittlig position"),
        "query": ("Vanligaste sökfrågorna",),
        "country": ("Land",),
        "device": ("Enhet",),
    },
    "ja": {
        "day": ("日付",),
        "clicks": ("クリック数",),
        "impressions": ("表示回数",),
        "ctr": ("CTR",),
        "position": ("掲載順位", "平均掲載順位"),
        "query": ("上位のクエリ",),
        "page": ("上位のページ",),
        "country": ("国",),
        "device": ("デバイス",),
    },
}

OWN_POSITIONS = frozenset(names["position"][0].casefold() for names in HEADINGS.values())
"""Search Console's own names of the position; other tools write "average position"."""

DIMENSIONS = ("query", "page", "country", "device", "appearance")
"""The dimensions of the other tables of a download, which repeat the same traffic."""

_ROLES: dict[str, Role] = {
    "day": When("day"),
    "clicks": Count("click"),
    "impressions": Count("impression"),
    "ctr": LeftOut("a rate of other columns"),
    "position": LeftOut("an average, which cannot be summed"),
}

DAILY_COLUMNS = tuple(
    Column(
        field,
        role,
        en=HEADINGS["en"][field],
        de=HEADINGS["de"][field],
        more={
            language: fields[field]
            for language, fields in HEADINGS.items()
            if language not in ("en", "de") and field in fields
        },
    )
    for field, role in _ROLES.items()
)

CUT_COLUMNS = (
    *(column for column in DAILY_COLUMNS if column.field != "day"),
    *(
        Column(
            field,
            Sign(),
            en=HEADINGS["en"][field],
            de=HEADINGS["de"][field],
            more={
                language: fields[field]
                for language, fields in HEADINGS.items()
                if language not in ("en", "de") and field in fields
            },
        )
        for field in DIMENSIONS
    ),
)

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

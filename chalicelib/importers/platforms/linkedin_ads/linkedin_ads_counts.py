"""The counts of an ad in Campaign Manager: paid ones, and viral ones from members' shares."""

from __future__ import annotations

from chalicelib.importers.platforms.linkedin_ads.wording import column
from chalicelib.importers.reports.report_columns import Column, Count

COUNTS = (
    column(
        "impressions",
        Count("impression"),
        "Impressions",
        de="Impressions | Impressionen",
        nl="Weergaven | Vertoningen",
        fr="Impressions",
        es="Impresiones",
    ),
    column("clicks", Count("click"), "Clicks", de="Klicks", nl="Klikken", fr="Clics", es="Clics"),
    column(
        "reactions",
        Count("like"),
        "Reactions | Likes",
        de="Reaktionen | Gefällt mir",
        nl="Reacties",
        fr="Réactions",
        es="Reacciones | Recomendaciones",
    ),
    column(
        "comments",
        Count("comment"),
        "Comments",
        de="Kommentare",
        nl="Opmerkingen | Commentaren",
        fr="Commentaires",
        es="Comentarios",
    ),
    column(
        "shares",
        Count("share"),
        "Shares | Reposts",
        de="Shares | Reposts | Geteilt | Geteilte Inhalte | Geteilte Beiträge",
        nl="Gedeeld | Delingen | Keer gedeeld",
        fr="Partages | Republications",
        es="Veces compartido | Contenido compartido",
    ),
    column(
        "follows",
        Count("follow"),
        "Follows",
        de="Follows | Follower | Neue Follower",
        nl="Volgers",
        fr="Abonnements | Abonnés",
        es="Seguidores",
    ),
    column(
        "views",
        Count("view"),
        "Video Views",
        de="Videoaufrufe | Videowiedergaben",
        nl="Videoweergaven",
        fr="Vues de la vidéo | Vues vidéo",
        es="Visualizaciones de vídeo | Visualizaciones de video",
    ),
)

_VIRAL_WORDS = {
    "en": ("Viral {}",),
    "de": ("Virale {}", "Viral {}", "Virales {}", "{} (viral)"),
    "nl": ("Virale {}", "Viraal {}", "{} (viraal)"),
    "fr": ("{} virales", "{} viraux", "{} (virales)", "{} (viraux)"),
    "es": ("{} virales", "{} (virales)"),
}


def _viral(column: Column) -> Column:
    """Return the viral counterpart of a column: engagements after a member shared an ad, unpaid."""
    assert isinstance(column.role, Count)
    headings = {
        language: tuple(form.format(name) for name in names for form in _VIRAL_WORDS[language])
        for language, names in column.headings.items()
    }
    role = Count(column.role.type, paid=False)
    return Column(
        f"viral_{column.field}", role, headings.pop("en"), headings.pop("de"), dict(headings)
    )


VIRAL = tuple(map(_viral, COUNTS))

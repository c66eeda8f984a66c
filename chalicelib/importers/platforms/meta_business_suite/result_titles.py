"""The metrics of Meta's result tables, by title.

A title consists of a metric and usually a network: *Facebook follows*, *Seguidores no Instagram*.
Each language has an entry in the dictionaries here. Unknown titles are never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.importers.tables.headings import comparable, known_heading

PEOPLE = "counts people, which cannot be summed over days"
VISITS = "counts visits to a page or profile, not engagement with content"
SUMS = "sums reactions, comments, shares and saves"
NET = "counts follows minus unfollows"
PART = "part of the views"

COUNTED: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "follow": ("follows", "new follows", "followers gained", "page follows"),
        "unfollow": ("unfollows",),
        "click": ("link clicks",),
        "impression": ("views", "impressions"),
        "view": ("3-second views", "3-second video views"),
    },
    "de": {
        "follow": ("follows", "neue follower", "neue abonnenten"),
        "unfollow": ("entfolgungen", "nicht mehr gefolgt"),
        "click": ("link-klicks", "linkklicks", "klicks auf links"),
        "impression": ("aufrufe", "impressionen"),
        "view": ("3-sekündige aufrufe", "3-sekündige videoaufrufe"),
    },
    "pt": {
        "follow": ("seguidores", "novos seguidores"),
        "click": ("cliques no link", "cliques em links"),
        "impression": ("visualizações", "impressões"),
    },
    "es": {
        "follow": ("seguidores", "nuevos seguidores", "seguimientos"),
        "click": ("clics en el enlace", "clics en enlaces"),
        "impression": ("visualizaciones", "impresiones"),
    },
}
"""Language -> type of engagement -> titles without the network."""

LEFT_OUT: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        PEOPLE: ("reach", "page reach", "viewers", "post reach"),
        VISITS: ("visits", "page visits", "profile visits", "page and profile visits"),
        SUMS: ("content interactions", "interactions", "engagement"),
        NET: ("net follows",),
        PART: ("1-minute views", "1-minute video views"),
    },
    "de": {
        PEOPLE: ("reichweite", "seitenreichweite", "zuschauer", "betrachter"),
        VISITS: ("besuche", "seitenbesuche", "profilbesuche", "seiten- und profilbesuche"),
        SUMS: ("content-interaktionen", "interaktionen", "interaktionen mit inhalten"),
        NET: ("follows netto", "nettofollows"),
        PART: ("1-minütige aufrufe", "1-minütige videoaufrufe"),
    },
    "pt": {
        PEOPLE: ("alcance", "visualizadores"),
        VISITS: ("visitas", "visitas ao perfil", "visitas à página"),
        SUMS: ("interações", "interações com o conteúdo", "interações com conteúdo"),
        NET: ("seguidores líquidos",),
    },
    "es": {
        PEOPLE: ("alcance", "espectadores"),
        VISITS: ("visitas", "visitas al perfil", "visitas a la página"),
        SUMS: ("interacciones", "interacciones con el contenido"),
        NET: ("seguidores netos",),
    },
}
"""Language -> reason why a table is not read -> titles without the network."""

DATE_HEADINGS = frozenset({"date", "datum", "data", "fecha"})
VALUE_HEADINGS = frozenset({"primary", "primär"})
"""The first two headings of a table. The second is the selected period; later columns contain
periods of comparison."""

NETWORKS = ("facebook", "instagram", "threads")
_NETWORK = re.compile(
    r"(?:\b(?:auf|von|in|on|of|ao|do|da|no|na|de|del|en|a) )?"
    rf"\b({'|'.join(NETWORKS)})\b[ -]?"
)
"""A network anywhere in a title, with the word before it: *Cliques no link do Instagram*."""

_TYPES = {title: kind for by in COUNTED.values() for kind, ts in by.items() for title in ts}
_WHY_NOT = {title: why for by in LEFT_OUT.values() for why, ts in by.items() for title in ts}


@dataclass(frozen=True, slots=True)
class ResultTitle:
    """The parsed title of a table.

    Attributes
    ----------
    text : str
        The title as normalised by `headings.comparable`.
    network : str
        The channel; empty if the title names none.
    type : str
        The type of engagement; empty if the table is not read.
    why_not : str
        The reason why the table is not read; empty if it is.
    """

    text: str
    network: str
    type: str
    why_not: str

    @property
    def shown(self) -> str:
        """The title for messages. Unknown titles are hidden: they could contain anything."""
        is_known = self.why_not != UNKNOWN or known_heading(_NETWORK.sub("", self.text).strip())
        return self.text[:40] if is_known else "a table with another title"


UNKNOWN = "not a known count of engagements"


def read_title(cell: str) -> ResultTitle:
    """Parse the title of a table."""
    text = comparable(cell)
    match = _NETWORK.search(text)
    metric = _NETWORK.sub("", text, count=1).strip() if match else text
    kind = _TYPES.get(metric, "")
    why = "" if kind else _WHY_NOT.get(metric, UNKNOWN)
    return ResultTitle(text, match[1] if match else "", kind, why)


def is_known(title: ResultTitle) -> bool:
    """Whether a title is known from Meta."""
    return bool(title.type or title.network or title.why_not in LEFT_OUT["en"])


def is_header(cells: list[str]) -> bool:
    """Whether a record is the header of a table of results."""
    names = [comparable(cell) for cell in cells if cell.strip()]
    return len(names) > 1 and names[0] in DATE_HEADINGS and names[1] in VALUE_HEADINGS

"""Detect tables that combine several platforms, merged by a tool or a person.

Such a table may have all headings of one platform's report, and a column with the platform of each
row. Rows of another platform must not be imported as rows of this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.reports.read_columns import ReadColumns
from chalicelib.importers.reports.report_columns import Channel, Key
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.tables import Table
from chalicelib.model.errors import ExportRejected

_SOURCES = frozenset(
    map(
        comparable,
        (
            *("Platform", "Ad platform", "Advertising platform", "Publisher platform", "Publisher"),
            *("Channel", "Ad channel", "Marketing channel", "Paid channel", "Channel name"),
            *("Source", "Data source", "Data source name", "Data source type", "Datasource"),
            *("data_source", "data_source_name", "source_name", "Source name", "Traffic source"),
            *("Source / Medium", "Source/Medium", "utm_source", "Media source", "Ad source"),
            *("Network", "Ad network", "Social network", "Media", "Provider", "Vendor", "Engine"),
            *("Connector", "Integration", "Service", "Tool"),
            *("Plattform", "Werbeplattform", "Kanal", "Werbekanal", "Quelle", "Datenquelle"),
            *("Netzwerk", "Werbenetzwerk", "Medium", "Anbieter"),
            *("Plataforma", "Canal", "Fuente", "Fuente de datos", "Origen", "Red", "Medio"),
            *("Origem", "Fonte", "Fonte de dados", "Rede", "Mídia"),
            *("Plateforme", "Régie", "Source de données", "Réseau", "Support", "Levier"),
            *("Piattaforma", "Canale", "Origine", "Origine dati", "Rete", "Mezzo"),
            *("Kanaal", "Bron", "Gegevensbron", "Netwerk"),
            *("Platforma", "Kanał", "Źródło", "Źródło danych", "Sieć"),
            *(
                "媒体",
                "媒体名",
                "プラットフォーム",
                "チャネル",
                "チャンネル",
                "データソース",
                "配信先",
            ),
        ),
    )
)
"""Headings of columns with the source of each row."""

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "google": ("google", "googleads", "adwords", "youtube", "gmail", "dv360", "sa360", "cm360"),
    "meta": ("meta", "facebook", "fb", "instagram", "ig", "facebookads", "metaads", "messenger"),
    "linkedin": ("linkedin", "linkedinads"),
    "tiktok": ("tiktok", "tik tok", "tiktokads"),
    "pinterest": ("pinterest", "pinterestads"),
    "snapchat": ("snapchat", "snap", "snapchatads"),
    "reddit": ("reddit", "redditads"),
    "twitter": ("twitter", "x", "twitterads"),
    "microsoft": ("microsoft", "bing", "bingads", "msads", "yahoo", "microsoftads"),
    "amazon": ("amazon", "amazonads"),
    "spotify": ("spotify",),
    "another": (
        *("taboola", "outbrain", "criteo", "quora", "yandex", "baidu", "naver", "adroll"),
        *("apple search", "the trade desk", "tradedesk", "xing", "awin", "rtb house", "rtbhouse"),
    ),
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names}
_NAMES = "|".join(sorted(map(re.escape, _FAMILY_OF), key=len, reverse=True))
_BEGINS = re.compile(rf"(?:paid |ads? )?({_NAMES})(?![^\W_])")
_ACCOUNT = re.compile(rf"({_NAMES})[ _-]?(?:ads?|advertising)")
_MOST_CELLS = 10_000


class MergedPlatforms:
    """Finds the rows of a table that belong to another platform.

    Parameters
    ----------
    platform : str
        The slug of the importer that reads the table.
    columns : Columns
    read : ReadColumns
    """

    def __init__(self, platform: str, columns: Columns, read: ReadColumns) -> None:
        self._family = _FAMILY_OF.get(platform.split("_")[0], "")
        self._columns = columns
        roles = {position: column.role for position, column in read.values()}
        self._watched: dict[int, re.Pattern[str]] = {}
        for position, heading in enumerate(columns.names):
            role = roles.get(position)
            if isinstance(role, Key) and role.sets == "account":
                self._watched[position] = _ACCOUNT
            elif comparable(heading) in _SOURCES and not isinstance(role, Channel):
                self._watched[position] = _BEGINS
        self._known: dict[tuple[int, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._watched)

    def check_row(self, cells: Cells) -> None:
        """Reject a row of another platform.

        Raises
        ------
        RowRejected
            `unknown_type`
        """
        for position in self._watched:
            if self._is_another(position, cells[position]):
                heading = self._columns.names[position]
                raise RowRejected("unknown_type", f"{heading}: the row belongs to another platform")

    def check(self, table: Table) -> None:
        """Reject a table that has such rows at its beginning.

        Raises
        ------
        ExportRejected
            `unknown_platform`
        """
        for position in self._watched:
            for (cell,) in table.sample_cells([position]):
                if self._is_another(position, cell):
                    raise ExportRejected(
                        "unknown_platform",
                        f"the column {self._columns.names[position]} has rows of another platform. "
                        "The table combines several platforms, or is not from the platform that "
                        "its headings suggest. Import each platform's own export; or describe the "
                        "columns of one platform with a mapping and select its rows with `where`",
                    )

    def _is_another(self, position: int, cell: str) -> bool:
        key = position, cell
        found = self._known.get(key)
        if found is None:
            pattern = self._watched[position]
            text = comparable(cell)
            match = pattern.match(text) if pattern is _BEGINS else pattern.fullmatch(text)
            found = _FAMILY_OF[match[1]] if match else ""
            if len(self._known) < _MOST_CELLS:
                self._known[key] = found
        return bool(found) and found != self._family

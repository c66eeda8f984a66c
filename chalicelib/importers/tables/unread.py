"""The unread columns of a table: their headings, and their sums if they contain numbers.

They are listed so that users notice missing numbers. Cells are never shown. Headings are shown only
if they look like headings, because the first row of a table may contain people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from operator import itemgetter

from chalicelib.importers.outcomes import UnreadValues
from chalicelib.importers.tables.headings import comparable, known_heading, plain
from chalicelib.importers.values.numerals import DecimalMark, NumberFormat

AT_ONCE = 500
"""How many rows are added up at a time."""

MAX_LISTED = 100
"""How many columns a summary lists; those that look like metrics come first."""

MAX_WARNINGS = 20
MAX_HEADING = 80
_MOST_WORDS = 0.1
"""Share of the distinct cells of a number column that may be something else."""

_METRIC = re.compile(
    r"clicks?|klicks?|clics?|cliques?|clic|kliknięcia|klikken|クリック|taps|swipe"
    r"|impr(?:\.|essions?|essionen|esiones|essões|ession)|wyświetlenia|vertoningen|表示|displays"
    r"|views?|aufrufe|vues|visualiza\w+|visualizzazioni|weergaven|再生|plays|wiedergaben"
    r"|likes?|gefällt|reactions?|reaktionen|me gusta|curtidas|j.aime|mi piace|polubienia|いいね"
    r"|shares?|geteilt\w*|compartid\w+|compartilh\w+|partages|condivision\w+|udostępnienia"
    r"|retweets?|reposts?|comments?|kommentare?|coment[aá]rios|commentaires|commenti|komentarze"
    r"|コメント|repl(?:y|ies)|saves?|saved|gespeichert|guardados|enregistrements|saves"
    r"|follow(?:s|ers?)?|abonn\w+|seguidores|subscribers|フォロー|spen[dt]|cost|kosten|ausgaben"
    r"|betrag|coste|custo|coût|dépens\w+|montant|gast\w+|importe|valor|spesa|importo|bested\w+"
    r"|koszt|wydan\w+|費用|金額|conversions?|conversion\w*|conversões|conversioni|konwersje"
    r"|コンバージョン|purchases?|käufe|compras|achats|acquisti|aankopen|zakupy|購入|orders?"
    r"|bestellungen|pedidos|commandes|ordini|revenue|umsatz|einnahmen|ingresos|receita|revenus"
    r"|ricav\w+|omzet|przychod\w+|収益|sales|leads?|visits?|besuche|visitas|sessions?|sitzungen"
    r"|sesiones|sessões|installs?|downloads?|interactions?|interaktionen|engagements?"
)
_NO_SUM = re.compile(
    r"%|\bct?[pr][mcavsr]\b|\broas\b|\bacos\b|\b(?:id|ids|number|nummer|code|rank|position)\b"
    r"|rate\b|quote\b|\btaux\b|\btasa\b|\btaxa\b|\btasso\b|wskaźnik|率|average|\bavg|durchschn"
    r"|promedio|moyen|\bméd|\bmed\.|gemiddeld|średni|平均|\bper\b|\bpro\b| / |\bpor\b|\bpar\b"
    r"|\bcost of\b|frequen|frecuencia|reach\b|reichweite|unique|eindeutig|budget|bid\b|gebot"
    r"|score|share of|\bzip\b|phone|telefon|postal|year|jahr|duration|dauer"
)


def is_metric(heading: str) -> bool:
    """Whether a heading looks like a count of engagements, money or conversions that adds up."""
    text = comparable(heading)
    return bool(_METRIC.search(text)) and not _NO_SUM.search(text)


def shown_heading(heading: str, position: int, *, may_hold_people: bool = False) -> str:
    """Return a heading as shown to users: its position, if it may be a person or a text.

    For a table that contains people, only headings that an importer knows are shown: in a damaged
    file, cells of a row may run into the header.
    """
    text = plain(heading)
    if known_heading(text):
        return text[:MAX_HEADING]
    if may_hold_people:
        return f"(column {position + 1})"
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    looks_like_one = letters > digits and len(text) <= MAX_HEADING and "@" not in text
    return text if looks_like_one and "://" not in text else f"(column {position + 1})"


class UnreadColumns:
    """The unread columns of a table and their sums; grows while its rows are imported.

    Parameters
    ----------
    names : sequence of str
        The headings.
    read : iterable of int
        The columns that are read.
    why : mapping of int to str
        Why a known column is not read.
    may_hold_people : bool
        Whether to add up only numbers that look like metrics: the sum of a single row is the cell
        itself.
    """

    what = "column"

    def __init__(
        self,
        names: Sequence[str],
        read: Iterable[int],
        why: Mapping[int, str] | None = None,
        *,
        may_hold_people: bool = False,
    ) -> None:
        done = set(read)
        self.decimal_mark: DecimalMark = "."
        self._names = names
        self._why = why or {}
        self._may_hold_people = may_hold_people
        self._positions = [p for p, name in enumerate(names) if name and p not in done]
        self._sums: dict[int, Decimal] = {}
        self._open = [
            p
            for p in self._positions
            if not _NO_SUM.search(comparable(names[p]))
            and (is_metric(names[p]) or not may_hold_people)
        ]

    @property
    def is_open(self) -> bool:
        """Whether there are columns to add up."""
        return bool(self._open)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Add up the numbers of imported rows."""
        for position in tuple(self._open):
            cells = list(filter(None, map(itemgetter(position), rows)))
            if not cells:
                continue
            found = _sum(cells, self.decimal_mark)
            if found is None:
                self._open.remove(position)
                self._sums.pop(position, None)
            else:
                self._sums[position] = self._sums.get(position, Decimal(0)) + found

    def columns(self) -> list[tuple[str, Decimal | None, str, bool]]:
        """Return (heading, sum, reason, whether it looks like a metric) of each column."""
        return [
            (
                shown_heading(self._names[p], p, may_hold_people=self._may_hold_people),
                self._sums.get(p),
                self._why.get(p, ""),
                is_metric(self._names[p]),
            )
            for p in self._positions
        ]


def _sum(cells: Sequence[str], mark: DecimalMark) -> Decimal | None:
    """Return the sum of cells; None if they are not numbers."""
    try:
        return Decimal(sum(map(int, cells)))
    except ValueError:
        pass
    group = "," if mark == "." else "."
    try:
        if mark == ".":
            number = sum(map(float, cells))
        else:
            number = sum(float(cell.replace(group, "").replace(",", ".")) for cell in cells)
    except ValueError:
        pass
    else:
        if isfinite(number):
            return Decimal(f"{number:.6f}")
    numbers = NumberFormat(mark)
    total: Decimal | None = None
    words, different = 0, Counter(cells)
    for cell, count in different.items():
        try:
            amount, _ = numbers.money(cell)
        except ValueError:
            words += 1
            if words > 1 + _MOST_WORDS * len(different):
                return None
        else:
            if amount is not None:
                total = (total or Decimal(0)) + amount * count
    return total if words else total or Decimal(0)


class Unread:
    """The unread columns and keys of all tables and records of a file."""

    def __init__(self, tables: Iterable[UnreadValues]) -> None:
        self._sums: dict[tuple[str, str], Decimal | None] = {}
        self._metrics: dict[str, str] = {}
        for table in tables:
            for heading, found, why, looks_like_a_metric in table.columns():
                before = self._sums.get((heading, why))
                both = found if before is None else before + (found or 0)
                self._sums[heading, why] = both
                if looks_like_a_metric:
                    self._metrics[heading] = table.what

    def as_rows(self) -> list[dict[str, str | bool | None]]:
        """Return at most `MAX_LISTED` columns; those that look like metrics first."""
        ranked = sorted(self._sums.items(), key=lambda item: self._rank(*item))
        return [
            {
                "heading": heading,
                "sum": None if found is None else _written(found),
                "why": why or None,
                "metric": bool(found and not why and heading in self._metrics),
            }
            for (heading, why), found in ranked[:MAX_LISTED]
        ]

    @property
    def left_out(self) -> int:
        """How many columns are not listed."""
        return max(0, len(self._sums) - MAX_LISTED)

    def warnings(self) -> list[str]:
        """Return a sentence for each unknown column of numbers that looks like a metric."""
        found = [
            f"The {self._metrics[heading]} {heading!r} was not read. It looks like a metric; its "
            f"sum is {_written(number)}."
            for (heading, why), number in self._sums.items()
            if number and not why and heading in self._metrics
        ]
        more = len(found) - MAX_WARNINGS
        return found[:MAX_WARNINGS] + (
            [f"Further unread columns or keys that look like metrics: {more}."] * (more > 0)
        )

    def _rank(self, column: tuple[str, str], found: Decimal | None) -> int:
        heading, why = column
        if why or found is None:
            return 2
        return 0 if heading in self._metrics else 1


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

"""Reports as platforms write them in a language, in one of several wordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.importers.platforms.ga4_reports import ga4_headings as ga4
from chalicelib.importers.platforms.google_ads import google_ads_columns as google_ads
from chalicelib.importers.platforms.meta_ads import meta_ads_columns as meta_ads
from chalicelib.importers.platforms.meta_business_suite import business_suite_columns
from chalicelib.importers.platforms.youtube import youtube_columns
from chalicelib.importers.reports.translations import Translation
from tests.importers.files import table

PLATFORMS: dict[str, tuple[Sequence[Translation], Mapping[str, Sequence[str]]]] = {
    "google_ads": (google_ads.TRANSLATIONS, {c.field: c.en for c in google_ads.COLUMNS}),
    "meta_ads": (meta_ads.TRANSLATIONS, {c.field: c.en for c in meta_ads.COLUMNS}),
    "ga4": (ga4.TRANSLATIONS, {f: h["en"] for f, h in {**ga4.METRICS, **ga4.TIMES}.items()}),
    "youtube": (youtube_columns.TRANSLATIONS, {c.field: c.en for c in youtube_columns.COLUMNS}),
    "meta_business_suite": (
        business_suite_columns.TRANSLATIONS,
        {c.field: c.en for c in business_suite_columns.COLUMNS},
    ),
}


CODES = ("es", "pt", "fr", "it", "nl", "pl", "ja")


EVERY = [(platform, code) for platform in PLATFORMS for code in CODES]


MOST_WORDINGS = 5


MARKS = {
    **dict.fromkeys(("es", "pt", "it", "nl"), (".", ",")),
    "fr": ("\u202f", ","),
    "pl": ("\u00a0", ","),
    "ja": (",", "."),
    "en": (",", "."),
}
"""Language -> thousands separator and decimal mark."""


PERIODS = {
    "en": "June 1, 2026 - June 25, 2026",
    "es": "1 de junio de 2026 - 25 de junio de 2026",
    "pt": "1 de junho de 2026 - 25 de junho de 2026",
    "fr": "1 juin 2026 - 25 juin 2026",
    "it": "1 giugno 2026 - 25 giugno 2026",
    "nl": "1 juni 2026 - 25 juni 2026",
    "pl": "1 czerwca 2026 - 25 czerwca 2026",
    "ja": "2026年6月1日 - 2026年6月25日",
}


ONE_DAY = {
    code: f"{line.split(' - ')[0]} - {line.split(' - ')[0]}" for code, line in PERIODS.items()
}


OTHER_TERMS = {
    "en": "Total: Other search terms",
    "es": "Total: Otros términos de búsqueda",
    "pt": "Total: Outros termos de pesquisa",
    "fr": "Total : autres termes de recherche",
    "it": "Totale: altri termini di ricerca",
    "nl": "Totaal: overige zoektermen",
    "pl": "Suma: inne wyszukiwane hasła",
    "ja": "合計: その他の検索語句",
}


ACCOUNT_TOTALS = {
    "en": "Total: Account",
    "es": "Total: Cuenta",
    "pt": "Total: Conta",
    "fr": "Total\u00a0: compte",
    "it": "Totale: account",
    "nl": "Totaal: account",
    "pl": "Suma: konto",
    "ja": "合計: アカウント",
}


@dataclass(frozen=True)
class Tongue:
    """A language of a platform, in one of several wordings."""

    platform: str
    code: str
    wording: int = 0

    @property
    def translation(self) -> Translation | None:
        tables = PLATFORMS[self.platform][0]
        return next((t for t in tables if t.language == self.code), None)

    def heading(self, field: str, currency: str = "") -> str:
        translation = self.translation
        if translation is None:
            names = PLATFORMS[self.platform][1][field]
        else:
            names = translation.headings.get(field) or PLATFORMS[self.platform][1][field]
        return names[self.wording % len(names)] + (f" ({currency})" if currency else "")

    def number(self, number: float, decimals: int = 0) -> str:
        group, mark = MARKS[self.code]
        whole, _, rest = f"{number:,.{decimals}f}".partition(".")
        return whole.replace(",", group) + (mark + rest if rest else "")

    def table(
        self, fields: Sequence[str], *rows: Sequence[object], above: Sequence[str] = ()
    ) -> str:
        """Return a report with headings and numbers in the language."""
        cells = [[self._cell(cell) for cell in row] for row in rows]
        head = [self.heading(*field.split(":")) for field in fields]
        return table(*([line] for line in above), head, *cells)

    def _cell(self, cell: object) -> object:
        if isinstance(cell, float):
            return self.number(cell, 2)
        return self.number(cell) if isinstance(cell, int) else cell


Report = Callable[[Tongue], str]

"""The same report in every language gives the same events; a missing translation is noticed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import DateFormat, parse_day, parse_month, parse_period
from chalicelib.exports.headings import Vocabulary
from chalicelib.exports.languages import LANGUAGES, month_numbers
from chalicelib.exports.numerals import currency_of, decide_number_format, without_currency
from chalicelib.exports.platforms.ga4_reports import ga4_translations
from chalicelib.exports.platforms.ga4_reports.channels import origin_of
from chalicelib.exports.platforms.ga4_reports.headings import METRICS, TIMES, dimension_of
from chalicelib.exports.platforms.google_ads import columns as google_ads
from chalicelib.exports.platforms.meta_ads import meta_translations as meta_ads
from chalicelib.exports.platforms.meta_ads.claims import is_conversion
from chalicelib.exports.platforms.meta_ads.report import COLUMNS as META_COLUMNS
from chalicelib.exports.platforms.meta_business_suite import content_translations
from chalicelib.exports.platforms.meta_business_suite.columns import COLUMNS as CONTENT_COLUMNS
from chalicelib.exports.platforms.youtube import studio_translations
from chalicelib.exports.platforms.youtube.columns import COLUMNS as STUDIO_COLUMNS
from chalicelib.exports.reports.columns import Column, LeftOut, Sign, vocabulary_of
from chalicelib.exports.reports.translations import Translation, lacking, translated
from tests.exports.files import read, table

PLATFORMS: dict[str, tuple[Sequence[Translation], Mapping[str, Sequence[str]]]] = {
    "google_ads": (google_ads.TRANSLATIONS, {c.field: c.en for c in google_ads.COLUMNS}),
    "meta_ads": (meta_ads.TRANSLATIONS, {c.field: c.en for c in META_COLUMNS}),
    "ga4": (ga4_translations.TRANSLATIONS, {f: h["en"] for f, h in {**METRICS, **TIMES}.items()}),
    "youtube": (studio_translations.TRANSLATIONS, {c.field: c.en for c in STUDIO_COLUMNS}),
    "meta_business_suite": (
        content_translations.TRANSLATIONS,
        {c.field: c.en for c in CONTENT_COLUMNS},
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
"""Language -> what stands between thousands, and before decimals."""

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
    """A language as a platform writes it, with one of its wordings."""

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
        """A report: headings of the language over rows whose numbers it writes its way."""
        cells = [[self._cell(cell) for cell in row] for row in rows]
        head = [self.heading(*field.split(":")) for field in fields]
        return table(*([line] for line in above), head, *cells)

    def _cell(self, cell: object) -> object:
        if isinstance(cell, float):
            return self.number(cell, 2)
        return self.number(cell) if isinstance(cell, int) else cell


Report = Callable[[Tongue], str]


def google_campaigns(tongue: Tongue) -> str:
    fields = ("day", "campaign_state", "campaign", "campaign_type", "currency", "cost")
    fields += ("impressions", "average_cost", "clicks", "conversions", "conversion_value")
    row = ("2026-06-01", "on", "Brand", "Search", "EUR", 1234.56, 98765, 1.2, 1234, 5.0, 4321.5)
    other = ("2026-06-02", "on", "Brand", "Search", "EUR", 12.3, 1250, 1.2, 7, 0.0, 0.0)
    total = (
        ACCOUNT_TOTALS[tongue.code],
        "",
        "",
        "",
        "EUR",
        1246.86,
        100015,
        1.2,
        1241,
        5.0,
        4321.5,
    )
    return tongue.table(fields, row, other, total, above=("A title", PERIODS[tongue.code]))


def google_search_terms(tongue: Tongue) -> str:
    fields = ("search_term", "match_type", "campaign", "ad_group", "impressions", "clicks")
    rows = (
        ("garden chair", "Exact", "Brand", "Chairs", 1200, 30, "EUR", 99.5),
        (OTHER_TERMS[tongue.code], "", "", "", 4000, 50, "EUR", 120.0),
        (ACCOUNT_TOTALS[tongue.code], "", "", "", 5200, 80, "EUR", 219.5),
    )
    above = ("A title", ONE_DAY[tongue.code])
    return tongue.table((*fields, "currency", "cost"), *rows, above=above)


def google_ads_without_ids(tongue: Tongue) -> str:
    fields = ("day", "campaign", "ad_group", "ad_type", "text_Headline 1", "text_Description 1")
    fields += ("text_Final URL", "text_Path 1", "device", "network", "location", "hour")
    same = ("2026-06-01", "Brand", "Chairs", "Text")
    rows = (
        (
            *same,
            "Sit",
            "Down",
            "https://a.example",
            "x",
            "Phone",
            "Search",
            "Graz",
            "4",
            10,
            2,
            1.5,
        ),
        (
            *same,
            "Lie",
            "Down",
            "https://a.example",
            "x",
            "Phone",
            "Search",
            "Graz",
            "4",
            20,
            3,
            2.5,
        ),
    )
    fields += ("impressions", "interactions", "cost", "currency")
    rows = tuple((*row, "EUR") for row in rows)
    return tongue.table(fields, *rows, above=("A title", PERIODS[tongue.code]))


def google_by_the_program(tongue: Tongue) -> str:
    """No line above, ids in place of names."""
    fields = ("day", "account_id", "account", "campaign_id", "campaign", "ad_group_id", "ad_group")
    fields += ("ad_id", "keyword_id", "keyword", "asset_group", "impressions", "views", "clicks")
    fields += ("cost", "currency", "interaction_rate")
    row = ("2026-06-01", "12", "Own", "34", "Brand", "56", "Chairs", "78", "9", "chair", "G")
    return tongue.table(fields, (*row, 10, 3, 2, 1.5, "EUR", "20%"))


def meta_by_day(tongue: Tongue) -> str:
    fields = ("day", "campaign_id", "campaign", "ad_set", "ad_id", "ad", "impressions")
    fields += ("gross_impressions", "link_clicks", "clicks", "reactions", "comments", "shares")
    fields += ("saves", "page_likes", "instagram_follows", "three_second_plays", "thruplays")
    fields += ("cost:EUR", "purchases", "purchase_value", "from", "to")
    counts = (12345, 13000, 1234, 2000, 31, 7, 5, 9, 11, 3, 1500, 400, 1234.5, 2, 199.9)
    row = ("2026-05-01", "120330001", "May", "Set", "120330007", "Ad", *counts)
    return tongue.table(fields, (*row, "2026-05-01", "2026-05-01"))


def meta_by_breakdown(tongue: Tongue) -> str:
    fields = ("from", "to", "account_id", "campaign", "age", "gender", "country", "region")
    fields += ("platform", "placement", "device_platform", "device", "hour", "product")
    fields += ("impressions", "clicks", "cost", "currency", "results", "indicator")
    day = ("2026-05-01", "2026-05-01", "17", "May")
    parts = ("18-24", "female", "AT", "Styria", "facebook", "feed", "mobile", "phone", "12", "p1")
    other = ("25-34", *parts[1:])
    end = ("EUR", 3, "actions:offsite_conversion.fb_pixel_purchase")
    rows = ((*day, *parts, 1000, 20, 10.5, *end), (*day, *other, 2000, 40, 20.5, *end))
    return tongue.table(fields, *rows)


def studio_totals(tongue: Tongue) -> str:
    fields = ("day", "views", "watch_time", "gained", "lost", "likes", "comments", "shares")
    rows = (("2026-05-01", "1234", "20.5", "7", "2", "31", "4", "5", "9000"),)
    return tongue.table((*fields, "impressions"), *rows)


def studio_chart(tongue: Tongue) -> str:
    fields = ("day", "video", "title", "views", "watch_time", "thumbnail_rate")
    return tongue.table(fields, ("2026-05-01", "aB3_xyz90-Q", "Chairs", "1234", "20.5", "4.5"))


def content(tongue: Tongue) -> str:
    fields = ("post_id", "page_id", "page_name", "permalink", "post_type", "posted", "impressions")
    fields += ("link_clicks", "reactions", "comments", "shares", "saves")
    row = ("12300045", "77", "Chairs", "https://a.example/1", "Photo", "05/13/2026 10:00", 1200)
    return tongue.table(fields, (*row, 34, 56, 7, 8, 9))


def instagram(tongue: Tongue) -> str:
    fields = ("post_id", "account_id", "username", "permalink", "posted", "views", "likes")
    row = ("12300045", "88", "chairs", "https://a.example/1", "05/13/2026 10:00", 1200)
    return tongue.table((*fields, "follows"), (*row, 34, 2))


REPORTS: dict[str, tuple[Report, ...]] = {
    "google_ads": (
        google_campaigns,
        google_search_terms,
        google_ads_without_ids,
        google_by_the_program,
    ),
    "meta_ads": (meta_by_day, meta_by_breakdown),
    "youtube": (studio_totals, studio_chart),
    "meta_business_suite": (content, instagram),
}
CASES = [(platform, report) for platform, reports in REPORTS.items() for report in reports]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("platform", "report"), CASES, ids=[report.__name__ for _, report in CASES]
)
def test_a_report_says_the_same_in_every_language_and_wording(
    platform: str, report: Report, code: str
) -> None:
    english = read(report(Tongue(platform, "en")))
    assert english.events
    for wording in range(MOST_WORDINGS):
        other = read(report(Tongue(platform, code, wording)))
        assert other.events == english.events
        assert other.summary["platform"] == english.summary["platform"]
        assert other.summary["report"] == english.summary["report"]
        assert other.summary.get("claimed_conversions") == english.summary.get(
            "claimed_conversions"
        )


GA4_WORDS = {
    "en": ("Start date", "End date", "Session default channel group", "Page path and screen class"),
    "es": (
        *("Fecha de inicio", "Fecha de finalización"),
        *("Grupo de canales predeterminado de la sesión", "Ruta de la página y clase de pantalla"),
    ),
    "pt": (
        *("Data de início", "Data de término", "Grupo de canais padrão da sessão"),
        "Caminho da página e classe da tela",
    ),
    "fr": (
        *("Date de début", "Date de fin", "Groupe de canaux par défaut de la session"),
        "Chemin de la page et classe de l'écran",
    ),
    "it": (
        *("Data di inizio", "Data di fine", "Gruppo di canali predefinito della sessione"),
        "Percorso pagina e classe schermata",
    ),
    "nl": (
        *("Begindatum", "Einddatum", "Standaardkanaalgroep van sessie"),
        "Paginapad en schermklasse",
    ),
    "pl": (
        *("Data rozpoczęcia", "Data zakończenia", "Domyślna grupa kanałów sesji"),
        "Ścieżka strony i klasa ekranu",
    ),
    "ja": (
        *("開始日", "終了日", "セッションのデフォルト チャネル グループ"),
        "ページパスとスクリーン クラス",
    ),
}


def explorations(tongue: Tongue) -> Iterator[str]:
    """By day, by offset from the first day, and purchases."""
    start, end, group, page = GA4_WORDS[tongue.code]
    lines = f"# {start}: 20260601\n# {end}: 20260603\n"
    head = tongue.heading
    yield lines + table(
        [head("date"), group, head("sessions"), head("users")],
        ["20260601", "Organic Search", tongue.number(1234), "7"],
        ["20260601", "Paid Search", "31", "7"],
    )
    yield lines + table(
        [head("nth_day"), page, head("views"), head("event_count")],
        ["0001", "/chairs", tongue.number(1500), "2"],
    )
    yield lines + table(
        [head("date_hour"), head("purchases"), f"{head('purchase_revenue')} (EUR)"],
        ["2026060213", "3", tongue.number(1234.5, 2)],
    )


def without_ids(events: Sequence[dict[str, Any]]) -> list[str]:
    """Of Google Analytics the headings are in the ids: they differ by language."""
    return [json.dumps({k: v for k, v in e.items() if k != "event_id"}) for e in events]


@pytest.mark.parametrize("code", CODES)
def test_google_analytics_says_the_same_in_every_language_and_wording(code: str) -> None:
    english = [read(content) for content in explorations(Tongue("ga4", "en"))]
    for wording in range(MOST_WORDINGS):
        others = [read(content) for content in explorations(Tongue("ga4", code, wording))]
        for other, one in zip(others, english, strict=True):
            assert one.events
            assert without_ids(other.events) == without_ids(one.events)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Fuente/medio de la sesión", "source_medium"),
        ("Fuente de la sesión", "source"),
        ("Origem / mídia da sessão", "source_medium"),
        ("Support de la session", "medium"),
        ("Source/Support de la session", "source_medium"),
        ("Sorgente/mezzo della sessione", "source_medium"),
        ("Bron/medium van sessie", "source_medium"),
        ("Sesja – źródło/medium", "source_medium"),
        ("Sesja – źródło", "source"),
        ("セッションの参照元 / メディア", "source_medium"),
        ("セッションの参照元", "source"),
        ("Campagne de la session", "campaign"),
        ("Nombre del evento", "event"),
        ("Nom de l’événement", "event"),
        ("イベント名", "event"),
    ],
)
def test_dimensions_of_google_analytics_are_known_in_every_language(
    heading: str, kind: str
) -> None:
    assert dimension_of(heading) == kind


def test_default_channel_groups_are_known_in_every_language() -> None:
    for group in ("Búsqueda orgánica", "Pesquisa orgânica", "Ricerca organica", "自然検索"):
        assert origin_of(group, "", "").channel == "organic_search"
    assert origin_of("Búsqueda de pago", "", "") == origin_of("Paid Search", "", "")


@pytest.mark.parametrize(("platform", "code"), EVERY)
def test_the_columns_that_a_language_lacks_are_those_that_it_says(platform: str, code: str) -> None:
    """A new column without a translation is noticed here: translate it, or add it to `lacks`."""
    translations, english = PLATFORMS[platform]
    translation = next(t for t in translations if t.language == code)
    fields = {field: bool(names) for field, names in english.items()}
    assert lacking(fields, translation) == set(translation.lacks)


@pytest.mark.parametrize(("platform", "code"), EVERY)
def test_what_was_seen_has_a_source_that_could_show_it(platform: str, code: str) -> None:
    translation = Tongue(platform, code).translation
    assert translation is not None
    assert bool(translation.seen) == (translation.source != "help")


COLUMNS = (Column("day", Sign(), en=("Day",)), Column("cost", LeftOut("why"), en=("Cost",)))
SPANISH = Translation("es", "help", {"day": ("Día",)}, lacks=("cost",))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SPANISH, headings={"dya": ("Día",)}),
        replace(SPANISH, headings={"day": ()}),
        replace(SPANISH, lacks=("day",)),
        replace(SPANISH, lacks=("price",)),
        replace(SPANISH, language="xx"),
    ],
)
def test_a_table_that_does_not_fit_the_columns_is_rejected(wrong: Translation) -> None:
    with pytest.raises(ValueError, match=r"column|heading|language"):
        translated(COLUMNS, [wrong])


def test_translated_columns_are_known_with_their_language() -> None:
    vocabulary = vocabulary_of(translated(COLUMNS, [SPANISH]))
    assert vocabulary.field_of("Día") == "day"
    assert vocabulary.read(["Día"]).language == "es"
    assert vocabulary.field_of("Day") == "day"


def test_typography_makes_no_difference_to_a_heading() -> None:
    vocabulary = Vocabulary(
        {"clicks": {"ja": ("クリック(すべて)",)}, "ad": {"fr": ("Nom de l'a",)}}
    )
    assert vocabulary.field_of("クリック（すべて）") == "clicks"
    assert vocabulary.field_of("Nom de l’a") == "ad"
    assert vocabulary.read(["クリック（すべて）（JPY）"]).currencies == {"clicks": "JPY"}


def test_a_polish_column_that_may_be_views_or_impressions_is_not_counted() -> None:
    with pytest.raises(ExportRefused) as refused:
        read(table(["Data", "Wyświetlenia", "Czas oglądania (godziny)"], ["2026-05-01", 7, 1.5]))
    assert refused.value.code == "no_counts"


@pytest.mark.parametrize(
    ("indicator", "counts"),
    [
        ("Compras en el sitio web", True),
        ("Clientes potenciales", True),
        ("Clics en el enlace", False),
        ("Achats", True),
        ("Conversions personnalisées : achat", False),
        ("購入", True),
        ("リンクのクリック", False),
        ("Ukończone rejestracje", True),
        ("Visualizações da página de destino", False),
    ],
)
def test_results_are_conversions_in_every_language(indicator: str, counts: bool) -> None:
    assert is_conversion(indicator) is counts


def test_a_month_has_one_number_in_all_languages() -> None:
    assert len(month_numbers()) > 12 * 9
    assert all(len(language.months) in (0, 12) for language in LANGUAGES.values())


JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 25))


@pytest.mark.parametrize(
    "line",
    [
        *PERIODS.values(),
        "1 jun 2026 – 25 jun 2026",
        "1 de jun. de 2026 - 25 de jun. de 2026",
        "del 1 de junio de 2026 al 25 de junio de 2026",
        "de 1 de junho de 2026 a 25 de junho de 2026",
        "du 1er juin 2026 au 25 juin 2026",
        "1º giugno 2026 - 25 giu 2026",
        "1 juni 2026 t/m 25 juni 2026",
        "od 1 czerwca 2026 r. do 25 czerwca 2026 r.",
        "1 cze 2026 – 25 cze 2026",
        "2026/06/01～2026/06/25",
        "2026年6月1日(月)〜2026年6月25日(木)",
        "2026年6月1日から2026年6月25日まで",
    ],
)
def test_the_line_of_the_period_is_read_in_every_language(line: str) -> None:
    assert parse_period(line) == JUNE


@pytest.mark.parametrize(
    "cell", ["junio de 2026", "junho de 2026", "giugno 2026", "czerwiec 2026", "2026年6月"]
)
def test_a_month_by_its_name_is_read_in_every_language(cell: str) -> None:
    assert parse_month(cell, DateFormat())[0] == JUNE[0]


def test_the_longest_name_of_a_month_is_read() -> None:
    assert parse_day("1 października 2026") == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("language", "cells", "mark"),
    [
        ("es", ["1.234"], ","),
        ("es", ["1.247", "8651,95"], ","),
        ("es", ["1,247", "350.50"], "."),
        ("pt", ["1.234"], ","),
        ("pl", ["1\u00a0234"], ","),
        ("fr", ["1\u202f234,5"], ","),
        ("ja", ["1,234"], "."),
    ],
)
def test_a_language_says_how_its_numbers_are_written(
    language: str, cells: list[str], mark: str
) -> None:
    assert decide_number_format(language, cells).decimal_mark == mark


def test_counts_decide_where_the_language_does_not() -> None:
    assert decide_number_format("es", ["1,234", "2,500"], ["1,234"]).decimal_mark == "."
    assert decide_number_format("", ["1.234"], ["1.234"]).decimal_mark == ","
    assert decide_number_format("en", ["1.234"], ["1.234"]).decimal_mark == "."
    with pytest.raises(ExportRefused):
        decide_number_format("", ["1.234", "1,234"], ["1.234", "1,234"])


def test_a_heading_of_two_languages_does_not_make_its_counts_doubtful() -> None:
    content = "# 20260601-20260601\n" + table(
        ["Date", "Source / medium", "Sessions"], ["20260601", "google / organic", "1,234"]
    )
    assert read(content).counts == {"click": 1234}


def test_thousands_of_mexico_are_asked_about_in_a_spanish_file() -> None:
    with pytest.raises(ExportRefused, match="'1,234'"):
        decide_number_format("es", ["1,234", "2,500"])


@pytest.mark.parametrize(("cell", "currency"), [("1 500円", "JPY"), ("12,50 zł", "PLN")])
def test_symbols_of_one_currency_name_it(cell: str, currency: str) -> None:
    assert currency_of(without_currency(cell)[1]) == currency


@pytest.mark.parametrize("code", CODES)
def test_reports_of_all_time_have_no_date_in_every_language(code: str) -> None:
    tongue = Tongue("google_ads", code)
    assert tongue.translation is not None
    for line in tongue.translation.words["all time"]:
        content = tongue.table(
            ("campaign_state", "campaign", "impressions", "clicks"),
            ("on", "A", 10, 2),
            above=["A title", line],
        )
        with pytest.raises(ExportRefused) as refused:
            read(content)
        assert refused.value.code == "no_date"


@pytest.mark.parametrize(
    ("code", "kind"), [("es", "Vídeo"), ("fr", "Vidéo"), ("pl", "Wideo"), ("ja", "動画")]
)
def test_interactions_of_videos_are_no_clicks_in_every_language(code: str, kind: str) -> None:
    tongue = Tongue("google_ads", code)
    fields = ("day", "campaign", "campaign_type", "impressions", "interactions")
    rows = (("2026-06-01", "A", kind, 100, 9), ("2026-06-01", "B", "x", 100, 2))
    assert read(tongue.table(fields, *rows, above=["A title", PERIODS[code]])).counts == {
        "impression": 200,
        "click": 2,
    }


def test_traffic_of_other_places_is_that_of_no_other_row() -> None:
    header = ["Location", "Campaign", "Currency code", "Cost", "Impr.", "Clicks"]
    content = table(
        ["Location report"],
        [ONE_DAY["en"]],
        header,
        ["Graz", "A", "EUR", "1.50", "100", "3"],
        ["Total: Other locations", "", "EUR", "2.50", "200", "4"],
        ["Total: Locations", "", "EUR", "4.00", "300", "7"],
    )
    assert read(content).counts == {"impression": 300, "click": 7}


def test_german_ads_without_an_id_are_told_apart_by_their_text() -> None:
    header = ["Tag", "Kampagne", "Anzeigengruppe", "Anzeigentitel 1", "Impr.", "Klicks", "Kosten"]
    rows = (["2026-06-01", "A", "B", "Sitz", "10", "2", "1,50"],)
    rows += (["2026-06-01", "A", "B", "Lieg", "20", "3", "2,50"],)
    above = (["Anzeigenbericht"], ["1. Juni 2026 - 25. Juni 2026"])
    one = read(table(*above, header, *rows), currency="EUR")
    other = read(table(*above, header, *reversed(rows)), currency="EUR")
    assert {e["event_id"]: e["count"] for e in one.events} == {
        e["event_id"]: e["count"] for e in other.events
    }

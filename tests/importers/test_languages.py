"""The same report in every language gives the same events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from chalicelib.importers.platforms.ga4_reports.ga4_channels import origin_of
from chalicelib.importers.platforms.ga4_reports.ga4_headings import dimension_of
from tests.importers.files import read, table
from tests.importers.language_files import (
    ACCOUNT_TOTALS,
    CODES,
    MOST_WORDINGS,
    ONE_DAY,
    OTHER_TERMS,
    PERIODS,
    Report,
    Tongue,
)


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
    """No line above the header, and ids instead of names."""
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
def test_a_report_gives_the_same_events_in_every_language_and_wording(
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
    """Return events without ids: those of Google Analytics contain headings, in the language."""
    return [json.dumps({k: v for k, v in e.items() if k != "event_id"}) for e in events]


@pytest.mark.parametrize("code", CODES)
def test_google_analytics_gives_the_same_events_in_every_language_and_wording(code: str) -> None:
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
def test_google_analytics_dimensions_are_known_in_every_language(heading: str, kind: str) -> None:
    assert dimension_of(heading) == kind


def test_default_channel_groups_are_known_in_every_language() -> None:
    for group in ("Búsqueda orgánica", "Pesquisa orgânica", "Ricerca organica", "自然検索"):
        assert origin_of(group, "", "").channel == "organic_search"
    assert origin_of("Búsqueda de pago", "", "") == origin_of("Paid Search", "", "")

"""The columns of Ads Manager reports, in English, in German and the main ones in other languages.

What is a unique count, a subset of another column or an average is not here at all: a reach cannot
be added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chalicelib.exports.headings import Columns
from chalicelib.exports.numerals import NumberFormat
from chalicelib.exports.reports.columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Sign,
    When,
)

DATES = (
    Column(
        "day",
        When("day"),
        en=("Day",),
        de=("Tag",),
        more={"fr": ("Jour",), "es": ("Día",), "pt": ("Dia",), "it": ("Giorno",), "nl": ("Dag",)},
    ),
    Column(
        "from",
        When("from"),
        en=("Reporting starts", "Reporting start"),
        de=("Berichtsstart", "Berichtsbeginn", "Beginn des Berichtszeitraums"),
        more={
            "fr": ("Début des rapports", "Début du rapport"),
            "es": ("Inicio del informe", "Inicio de los informes"),
            "pt": ("Início dos relatórios", "Início do relatório"),
            "it": ("Inizio dei report", "Inizio report", "Inizio del report"),
            "nl": ("Begin rapportage", "Start rapportage", "Rapportage begint"),
        },
    ),
    Column(
        "to",
        When("to"),
        en=("Reporting ends", "Reporting end"),
        de=("Berichtsende", "Ende des Berichtszeitraums"),
        more={
            "fr": ("Fin des rapports", "Fin du rapport"),
            "es": ("Fin del informe", "Fin de los informes"),
            "pt": ("Término dos relatórios", "Encerramento dos relatórios", "Fim dos relatórios"),
            "it": ("Fine dei report", "Fine report", "Fine del report"),
            "nl": ("Einde rapportage", "Rapportage eindigt"),
        },
    ),
    Column("period", When("period"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",), unless=("from",)),
)

NAMES = (
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Account ID", "Ad account ID"),
        de=("Konto-ID", "Werbekonto-ID"),
    ),
    Column(
        "account",
        Key("account", sets="account", names=False),
        en=("Account name", "Ad account name"),
        de=("Kontoname", "Name des Kontos", "Name des Werbekontos"),
    ),
    Column(
        "campaign_id",
        Key("campaign", sets="campaign_id"),
        en=("Campaign ID",),
        de=("Kampagnen-ID", "Kampagnen-Kennnummer"),
        more={
            "fr": ("ID de la campagne",),
            "es": ("Identificador de la campaña",),
            "pt": ("Identificação da campanha",),
            "it": ("ID campagna",),
            "nl": ("Campagne-ID",),
        },
    ),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Name der Kampagne", "Kampagne"),
        more={
            "fr": ("Nom de la campagne",),
            "es": ("Nombre de la campaña",),
            "pt": ("Nome da campanha",),
            "it": ("Nome della campagna",),
            "nl": ("Campagnenaam", "Naam campagne"),
        },
    ),
    Column(
        "ad_set_id", Key("ad_set"), en=("Ad set ID",), de=("Anzeigengruppen-ID", "Werbegruppen-ID")
    ),
    Column(
        "ad_set",
        Key("ad_set"),
        en=("Ad set name", "Ad set"),
        de=("Anzeigengruppenname", "Name der Anzeigengruppe", "Anzeigengruppe"),
        more={
            "fr": ("Nom de l'ensemble de publicités", "Nom de l’ensemble de publicités"),
            "es": ("Nombre del conjunto de anuncios",),
            "pt": ("Nome do conjunto de anúncios",),
            "it": ("Nome del gruppo di inserzioni",),
            "nl": ("Naam advertentieset",),
        },
    ),
    Column(
        "ad_id",
        Key("ad", sets="content_id"),
        en=("Ad ID",),
        de=("Anzeigen-ID", "Werbeanzeigen-ID"),
    ),
    Column(
        "ad",
        Key("ad", sets="content_id"),
        en=("Ad name", "Ad"),
        de=("Anzeigenname", "Name der Anzeige", "Name der Werbeanzeige", "Werbeanzeige"),
        more={
            "fr": ("Nom de la publicité",),
            "es": ("Nombre del anuncio",),
            "pt": ("Nome do anúncio",),
            "it": ("Nome dell'inserzione", "Nome dell’inserzione"),
            "nl": ("Advertentienaam", "Naam advertentie"),
        },
    ),
)


def _breakdown(field: str, en: tuple[str, ...], de: tuple[str, ...]) -> Column:
    return Column(field, Key(field, names=False), en=en, de=de)


BREAKDOWNS = (
    _breakdown("age", ("Age",), ("Alter",)),
    _breakdown("gender", ("Gender",), ("Geschlecht",)),
    _breakdown("country", ("Country",), ("Land",)),
    _breakdown("region", ("Region",), ("Region", "Bundesland/Region")),
    _breakdown("dma", ("DMA region", "DMA regions"), ("DMA-Region",)),
    _breakdown("platform", ("Platform", "Publisher platform"), ("Plattform",)),
    _breakdown("placement", ("Placement",), ("Platzierung",)),
    _breakdown("device_platform", ("Device platform",), ("Geräteplattform",)),
    _breakdown(
        "device",
        ("Impression device", "Device"),
        ("Impressionsgerät", "Impressions-Gerät", "Gerät"),
    ),
    _breakdown(
        "hour",
        (
            "Time of day (ad account time zone)",
            "Time of day (viewer's time zone)",
            "Time of day (ad account's time zone)",
        ),
        ("Tageszeit (Zeitzone des Werbekontos)", "Tageszeit (Zeitzone des Betrachters)"),
    ),
    _breakdown("product", ("Product ID",), ("Produkt-ID",)),
    _breakdown("conversion_device", ("Conversion device",), ("Conversion-Gerät",)),
    _breakdown("media_type", ("Media type",), ("Medientyp",)),
)
"""A campaign's rows by age are parts of it, not the same row many times."""

COUNTS = (
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions",),
        de=("Impressionen",),
        more={"es": ("Impresiones",), "pt": ("Impressões",), "it": ("Impression",)},
    ),
    Column("views", Count("impression"), en=("Views",), de=("Aufrufe",), unless=("impressions",)),
    Column(
        "gross_impressions",
        LeftOut("invalid traffic is among them"),
        en=(
            "Gross impressions (includes invalid impressions from non-human traffic)",
            "Gross impressions",
        ),
        de=(
            "Brutto-Impressionen (enthält ungültige Impressionen von nicht Non-Human Traffic)",
            "Brutto-Impressionen",
        ),
    ),
    Column(
        "link_clicks",
        Count("click"),
        en=("Link clicks",),
        de=("Link-Klicks", "Linkklicks"),
        more={
            "fr": ("Clics sur un lien", "Clics sur le lien"),
            "es": ("Clics en el enlace",),
            "pt": ("Cliques no link",),
            "it": ("Clic sul link",),
            "nl": ("Klikken op links", "Linkklikken"),
        },
    ),
    Column(
        "clicks",
        Count("click"),
        en=("Clicks (all)", "Clicks"),
        de=("Klicks (alle)", "Klicks"),
        more={
            "fr": ("Clics (tous)",),
            "es": ("Clics (todos)",),
            "pt": ("Cliques (todos)",),
            "it": ("Clic (tutti)",),
            "nl": ("Klikken (alle)",),
        },
        unless=("link_clicks",),
    ),
    Column(
        "reactions",
        Count("like"),
        en=("Post reactions",),
        de=("Beitragsreaktionen", "Reaktionen auf Beiträge"),
    ),
    Column("likes", Count("like"), en=("Post likes",), unless=("reactions",)),
    Column(
        "comments",
        Count("comment"),
        en=("Post comments",),
        de=("Beitragskommentare", "Kommentare zu Beiträgen"),
    ),
    Column(
        "shares",
        Count("share"),
        en=("Post shares",),
        de=("Geteilte Beiträge", "Geteilte Inhalte von Beiträgen"),
    ),
    Column(
        "saves",
        Count("save"),
        en=("Post saves",),
        de=("Gespeicherte Beiträge", "Speicherungen von Beiträgen"),
    ),
    Column(
        "page_likes",
        Count("follow"),
        en=("Facebook likes", "Page likes", "Page likes (Facebook)"),
        de=(
            "„Gefällt mir“-Angaben für Seite",
            "„Gefällt mir“-Angaben für die Seite",
            "„Gefällt mir“-Angaben auf Facebook",
            "„Gefällt mir“-Angaben (Facebook)",
        ),
    ),
    Column(
        "instagram_follows",
        Count("follow"),
        en=("Instagram follows", "Instagram profile follows"),
        de=("Follows auf Instagram", "Instagram-Follows"),
    ),
    Column(
        "follows",
        Count("follow"),
        en=("Follows or likes", "Follows"),
        de=("Follows oder „Gefällt mir“-Angaben", "Follows"),
        unless=("page_likes", "instagram_follows"),
    ),
    Column(
        "three_second_plays",
        Count("view"),
        en=("3-second video plays", "3-second video views", "Video plays at 3 seconds"),
        de=("3-sekündige Videoaufrufe", "3-sekündige Videowiedergaben", "3-Sekunden-Videoaufrufe"),
    ),
    Column(
        "thruplays",
        Count("view"),
        en=("ThruPlays",),
        de=("ThruPlays",),
        unless=("three_second_plays",),
    ),
    Column(
        "ten_second_plays",
        Count("view"),
        en=("10-second video views", "10-second video plays"),
        de=("10-sekündige Videoaufrufe", "10-sekündige Videowiedergaben"),
        unless=("three_second_plays", "thruplays"),
    ),
)

MONEY = (
    Column(
        "cost",
        Cost(),
        en=("Amount spent", "Total amount spent"),
        de=("Ausgegebener Betrag", "Ausgegeben"),
        more={
            "fr": ("Montant dépensé",),
            "es": ("Importe gastado", "Cantidad gastada"),
            "pt": ("Valor usado", "Valor gasto", "Montante gasto"),
            "it": ("Importo speso",),
            "nl": ("Besteed bedrag", "Uitgegeven bedrag"),
            "pl": ("Wydana kwota",),
            "sv": ("Spenderat belopp",),
            "da": ("Brugt beløb", "Forbrugt beløb"),
            "no": ("Beløp brukt",),
            "fi": ("Käytetty summa",),
            "tr": ("Harcanan tutar",),
            "ru": ("Сумма затрат", "Потраченная сумма"),
            "ja": ("消化金額",),
            "zh": ("花费金额", "已花費金額"),
        },
    ),
    Column(
        "currency",
        Currency(),
        en=("Currency",),
        de=("Währung",),
        more={
            "fr": ("Devise",),
            "es": ("Divisa",),
            "pt": ("Moeda",),
            "it": ("Valuta",),
            "nl": ("Valuta",),
        },
    ),
)

CLAIMS = (
    Column("purchases", Claimed(), en=("Purchases",), de=("Käufe",)),
    Column(
        "website_purchases",
        Claimed(),
        en=("Website purchases",),
        de=("Websites-Käufe", "Website-Käufe", "Käufe auf der Website"),
        unless=("purchases",),
    ),
    Column(
        "results",
        Claimed(),
        en=("Results",),
        de=("Ergebnisse",),
        unless=("purchases", "website_purchases"),
    ),
    Column(
        "indicator",
        Sign(),
        en=("Result indicator", "Result type"),
        de=("Indikator für Ergebnisse", "Ergebnisindikator", "Ergebnis-Indikator", "Ergebnistyp"),
    ),
    Column(
        "purchase_value",
        Claimed(is_value=True),
        en=("Purchases conversion value", "Purchase conversion value"),
        de=(
            "Conversion-Wert von Käufen",
            "Conversion-Wert der Käufe",
            "Conversion-Wert für Käufe",
            "Käufe – Conversion-Wert",
            "Kaufwert",
        ),
    ),
    Column(
        "website_purchase_value",
        Claimed(is_value=True),
        en=("Website purchases conversion value", "Website purchase conversion value"),
        de=(
            "Websites-Käufe – Conversion-Wert",
            "Conversion-Wert von Website-Käufen",
            "Conversion-Wert von Websites-Käufen",
        ),
        unless=("purchase_value",),
    ),
    Column(
        "conversion_value",
        Claimed(is_value=True),
        en=("Total conversion value", "Conversion value"),
        de=("Conversion-Wert", "Conversion-Wert gesamt"),
        unless=("purchase_value", "website_purchase_value"),
    ),
)

COLUMNS = (*DATES, *NAMES, *BREAKDOWNS, *COUNTS, *MONEY, *CLAIMS)

LEVELS = (
    *(("ad_id", "ad"), ("ad", "ad"), ("ad_set_id", "ad_set"), ("ad_set", "ad_set")),
    *(("campaign_id", "campaign"), ("campaign", "campaign")),
)
"""Column -> kind of report, the finest first."""

CONVERSION = re.compile(
    r"purchase|(?<![a-z])(?:leads?|subscribe)(?![a-z])|complete_?registration|submit_?application"
    r"|start_?trial|registrations? completed|(?<![a-zäöü])käufe?(?![a-zäöü])|registrierung",
    re.IGNORECASE,
)
CUSTOM = re.compile(r"custom", re.IGNORECASE)


def is_conversion(indicator: str) -> bool:
    """Whether results of a kind are conversions; an event of the advertiser's own may be a click.

    E.g. ``actions:offsite_conversion.fb_pixel_purchase``, but not ``actions:link_click``.
    """
    return bool(CONVERSION.search(indicator)) and not CUSTOM.search(
        indicator.replace("app_custom_event", "")
    )


def only_conversions(
    columns: Columns, numbers: NumberFormat
) -> Callable[[Sequence[str]], Sequence[str]] | None:
    """Takes results away that are no conversions, or of which nobody says what they are."""
    results, indicator = (columns.positions.get(field) for field in ("results", "indicator"))
    if results is None:
        return None

    def without_others(cells: Sequence[str]) -> Sequence[str]:
        if indicator is not None and is_conversion(cells[indicator]):
            return cells
        return [*cells[:results], "", *cells[results + 1 :]]

    return without_others

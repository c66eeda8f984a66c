"""What a row of Ads Manager is about, and when: in English, German and some other languages."""

from __future__ import annotations

from chalicelib.exports.reports.columns import Column, Key, Repeats, When

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
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
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
    Column(
        "action",
        Repeats("impressions and the amount spent belong to no single kind of action"),
        en=(
            *("Conversion device", "Link click destination", "Post reaction type"),
            *("Carousel card", "Card", "Video view type", "Video sound", "Action type"),
            *("Action device", "Action destination", "Action reaction"),
        ),
        de=(
            *("Conversion-Gerät", "Art der Beitragsreaktion", "Karussellkarte"),
            *("Art des Videoaufrufs", "Video-Ton", "Aktionstyp"),
        ),
    ),
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
    _breakdown("objective", ("Objective",), ("Ziel", "Kampagnenziel")),
    _breakdown("media_type", ("Media type",), ("Medientyp",)),
)
"""A campaign's rows by age are parts of it, not the same row many times."""

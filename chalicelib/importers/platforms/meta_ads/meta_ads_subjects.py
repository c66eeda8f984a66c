"""The columns of Ads Manager that date a row and identify its subject."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import Column, Key, Repeats, When

DATES = (
    Column(
        "day",
        When("day"),
        en=("Day",),
        de=("Tag",),
    ),
    Column(
        "from",
        When("from"),
        en=("Reporting starts", "Reporting start"),
        de=("Berichtsstart", "Berichtsbeginn", "Beginn des Berichtszeitraums"),
    ),
    Column(
        "to",
        When("to"),
        en=("Reporting ends", "Reporting end"),
        de=("Berichtsende", "Ende des Berichtszeitraums"),
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
    ),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Name der Kampagne", "Kampagne"),
    ),
    Column(
        "ad_set_id", Key("ad_set"), en=("Ad set ID",), de=("Anzeigengruppen-ID", "Werbegruppen-ID")
    ),
    Column(
        "ad_set",
        Key("ad_set"),
        en=("Ad set name", "Ad set"),
        de=("Anzeigengruppenname", "Name der Anzeigengruppe", "Anzeigengruppe"),
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
    ),
)


def _breakdown(field: str, en: tuple[str, ...], de: tuple[str, ...]) -> Column:
    return Column(field, Key(field, names=False), en=en, de=de)


BREAKDOWNS = (
    Column(
        "action",
        Repeats("impressions and the amount spent do not belong to a single type of action"),
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
"""Breakdowns: a campaign's rows by age, for example, are parts of the campaign."""

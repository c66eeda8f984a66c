"""The columns of Campaign Manager reports in the languages of its interface.

In 2026 LinkedIn renamed campaign groups to campaigns, and campaigns to ad sets. The levels are
declared from the widest to the narrowest, so that an ad has the same event id under both names.
"""

from __future__ import annotations

from chalicelib.importers.platforms.linkedin_ads.linkedin_ads_counts import COUNTS, VIRAL
from chalicelib.importers.platforms.linkedin_ads.wording import column, in_utc
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Cost,
    Currency,
    Key,
    LeftOut,
    Repeats,
    Sign,
    When,
)

_DATES = (
    column(
        "day",
        When("day"),
        in_utc("Start Date | Date | Day"),
        de=in_utc("Startdatum | Datum | Anfangsdatum | Tag"),
        nl=in_utc("Begindatum | Startdatum | Datum"),
        fr=in_utc("Date de début | Date"),
        es=in_utc("Fecha de inicio | Fecha"),
    ),
)

_SEGMENTS = (
    *("Company", "Company Name", "Company Industry", "Company Size", "Job Function", "Job Title"),
    *(
        "Job Seniority",
        "Seniority",
        "Function",
        "Industry",
        "Member Industry",
        "Contextual Country",
    ),
)
_REPEATED = (
    column(
        "segment",
        Repeats("a member may be in several segments, and small segments are not listed"),
        " | ".join(f"{name} Segment" for name in _SEGMENTS) + " | Segment",
        de="Segment | Segment der Unternehmen | Segment der Tätigkeitsbereiche",
    ),
)

_THINGS = (
    column(
        "account_id",
        Key("account", sets="account", names=False),
        "Account ID",
        de="Konto-ID | Account-ID",
        nl="Account-ID",
        fr="ID du compte",
        es="ID de la cuenta",
    ),
    column(
        "account",
        Key("account", sets="account", names=False),
        "Account Name | Account",
        de="Kontoname | Name des Kontos | Accountname",
        nl="Accountnaam",
        fr="Nom du compte",
        es="Nombre de la cuenta | Nombre de cuenta",
    ),
    column(
        "group_id",
        Key("group", sets="campaign_id"),
        "Campaign Group ID",
        de="Kampagnengruppen-ID | ID der Kampagnengruppe",
        nl="Campagnegroep-ID | ID van campagnegroep",
        fr="ID du groupe de campagnes",
        es="ID del grupo de campañas | ID de grupo de campañas",
    ),
    column(
        "group",
        Key("group", sets="campaign_id"),
        "Campaign Group Name | Campaign Group",
        de="Kampagnengruppenname | Name der Kampagnengruppe | Kampagnengruppe",
        nl="Naam van campagnegroep | Campagnegroepnaam",
        fr="Nom du groupe de campagnes",
        es="Nombre del grupo de campañas | Nombre de grupo de campañas",
    ),
    column(
        "campaign_id",
        Key("campaign", sets="campaign_id"),
        "Campaign ID",
        de="Kampagnen-ID | ID der Kampagne",
        nl="Campagne-ID",
        fr="ID de la campagne | ID de campagne",
        es="ID de la campaña | ID de campaña",
    ),
    column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        "Campaign Name | Campaign",
        de="Kampagnenname | Name der Kampagne | Kampagne",
        nl="Campagnenaam | Naam van campagne",
        fr="Nom de la campagne | Nom de campagne",
        es="Nombre de la campaña | Nombre de campaña",
    ),
    column(
        "ad_set_id",
        Key("ad_set"),
        "Ad Set ID",
        de="Anzeigengruppen-ID | ID der Anzeigengruppe | Anzeigenset-ID",
        nl="Advertentieset-ID",
        fr="ID de l’ensemble de publicités | ID de l'ensemble de publicités",
        es="ID del conjunto de anuncios | ID de conjunto de anuncios",
    ),
    column(
        "ad_set",
        Key("ad_set"),
        "Ad Set Name | Ad Set",
        de="Anzeigengruppenname | Name der Anzeigengruppe | Name des Anzeigensets",
        nl="Naam van advertentieset | Advertentiesetnaam",
        fr="Nom de l’ensemble de publicités | Nom de l'ensemble de publicités",
        es="Nombre del conjunto de anuncios | Nombre de conjunto de anuncios",
    ),
    column(
        "ad_id",
        Key("ad", sets="content_id"),
        "Ad ID | Creative ID",
        de="Anzeigen-ID | ID der Anzeige",
        nl="Advertentie-ID",
        fr="ID de la publicité | ID de publicité",
        es="ID del anuncio | ID de anuncio",
    ),
    column(
        "ad",
        Key("ad", names=False),
        "Ad Name | Creative Name",
        de="Anzeigenname | Name der Anzeige",
        nl="Advertentienaam | Naam van advertentie",
        fr="Nom de la publicité | Nom de publicité",
        es="Nombre del anuncio | Nombre de anuncio",
    ),
    column(
        "placement",
        Key("placement", names=False),
        "Placement | Ad Placement | Placement Name",
        de="Platzierung | Anzeigenplatzierung",
        nl="Plaatsing",
        fr="Emplacement",
        es="Ubicación",
    ),
    column(
        "conversion_name",
        Key("conversion", names=False),
        "Conversion Name",
        de="Name der Conversion | Conversion-Name",
        nl="Conversienaam | Naam van conversie",
        fr="Nom de la conversion",
        es="Nombre de la conversión",
    ),
)

_MONEY = (
    column(
        "spent",
        Cost(),
        "Total Spent",
        de="Gesamtausgaben | Insgesamt ausgegeben | Gesamtbetrag ausgegeben | Ausgaben gesamt",
        nl="Totaal besteed | Totaal uitgegeven",
        fr="Total dépensé | Montant total dépensé | Dépenses totales",
        es="Total gastado | Gasto total | Importe total gastado",
    ),
    column("currency", Currency(), "Currency", de="Währung", nl="Valuta", fr="Devise", es="Moneda"),
    column(
        "conversions",
        Claimed(),
        "Conversions | Total Conversions",
        de="Conversions | Konversionen",
        nl="Conversies",
        fr="Conversions",
        es="Conversiones",
    ),
    column(
        "conversion_value",
        Claimed(is_value=True),
        "Total Conversion Value | Conversion Value",
        de="Conversion-Gesamtwert | Gesamtwert der Conversions | Conversion-Wert gesamt",
        nl="Totale conversiewaarde",
        fr="Valeur totale des conversions",
        es="Valor total de conversión | Valor total de las conversiones",
    ),
    column(
        "leads",
        Claimed(),
        "Leads",
        de="Leads",
        nl="Leads",
        fr="Leads | Prospects",
        es="Leads | Contactos",
        unless=("conversions",),
    ),
)

_LEFT_OUT = (
    column(
        "landing",
        LeftOut("part of the clicks"),
        "Clicks to Landing Page | Clicks to LinkedIn Page",
        de="Klicks auf die Landingpage | Klicks zur Landingpage | Klicks auf Landingpage",
        nl="Klikken naar bestemmingspagina",
        fr="Clics vers la page de destination",
        es="Clics en la página de destino",
    ),
    column(
        "engagements",
        LeftOut("a sum of other columns"),
        "Total Social Actions | Total Engagements",
        de="Gesamtzahl der Interaktionen | Interaktionen gesamt | Engagements gesamt",
        nl="Aantal interacties | Totaal aantal interacties",
        fr="Engagement total",
        es="Interacciones totales",
    ),
    column(
        "averages",
        LeftOut("averages and rates are recomputed, never added up"),
        "Average CPM | Average CPC | Click Through Rate",
        de="Durchschnittlicher CPM | Durchschnittlicher CPC | Klickrate",
        nl="Gemiddelde CPM | Gemiddelde CPC | Doorklikfrequentie (CTR)",
    ),
    column(
        "budget",
        LeftOut("a budget is not a cost"),
        "Daily Budget | Total Budget",
        de="Tagesbudget | Gesamtbudget",
        nl="Dagbudget | Totaalbudget",
        fr="Budget quotidien | Budget total",
        es="Presupuesto diario | Presupuesto total",
    ),
    column(
        "status",
        Sign(),
        "Campaign Status | Campaign Group Status | Ad Set Status | Ad Status",
        de="Kampagnenstatus | Anzeigenstatus",
        nl="Status campagne | Advertentiestatus",
    ),
)

COLUMNS = _DATES + _REPEATED + _THINGS + COUNTS + VIRAL + _MONEY + _LEFT_OUT

TYPICAL = ("spent", "landing", "viral_impressions", "viral_clicks")
"""Without the days in UTC or a title, a report must have one of these fields to be recognised."""

"""The declaration of the Google Analytics 4 importer: how to export, and what is imported."""

from __future__ import annotations

from chalicelib.importers.platforms.ga4_reports.ga4_headings import HEADINGS
from chalicelib.importers.recognition.declarations import Becomes, Declaration

WAY_OUT = (
    "For daily rows: in Google Analytics open Explore > Free form (Explorative Datenanalyse > "
    "Freiform), add the rows Date (Datum) and Session default channel group "
    "(Standard-Channelgruppe der Sitzung) and the values Views, Sessions, Ecommerce purchases and "
    "Purchase revenue (Aufrufe, Sitzungen, E-Commerce-Käufe, Kaufumsatz), then Export data > CSV"
)

DECLARATION = Declaration(
    title="Google Analytics 4: reports and explorations as CSV",
    where=(
        "Explore → Free form (Explorative Datenanalyse → Freiform) with the row Date (Datum) and, "
        "for clicks, Session default channel group (Standard-Channelgruppe der Sitzung) → Export "
        "data → CSV (Daten exportieren → CSV); or Reports → any report → Share this report → "
        "Download file → CSV (Berichte → Bericht teilen → Datei herunterladen → CSV)."
    ),
    looks_for=(
        "lines that begin with # and contain the first and last day (# Start date: 20260601, "
        "# 20260601-20260630), or a column Nth day"
    ),
    becomes=(
        Becomes(
            "Date, Date + hour, Nth day / Datum, Datum + Stunde, N-ter Tag",
            "the day; `Nth day` counts from the start date above the table",
        ),
        Becomes(
            "Nth week, Nth month, Year month; a table without a date",
            "a longer period: rejected or, with `--spread`, spread over its days",
        ),
        Becomes("Views / Aufrufe", "`impression` of `company_blog`"),
        Becomes(
            "Event count / Ereignisanzahl, by Event name / Ereignisname",
            "`page_view`, `screen_view`: `impression` of `company_blog`; `click`: `click` of "
            "`company_blog`; `purchase`, `generate_lead`, `sign_up`: `conversion`s, goals "
            "`purchase`, `lead`, `signup`; only if no other table has these numbers",
        ),
        Becomes(
            "Sessions / Sitzungen, by Session channel group or Session source / medium",
            "`click` of the channel that the sessions came from: `organic_search`, `email`, "
            "`direct`, `google_ads` (paid, for Paid Search), the network of a known source "
            "(`facebook`, `linkedin`, …; if paid `meta_ads`, `linkedin_ads`, …), else the name of "
            "the group, e.g. `referral` or `organic_social`",
        ),
        Becomes(
            "Ecommerce purchases, Transactions / E-Commerce-Käufe, Transaktionen",
            "`conversion`s, goal `purchase`",
        ),
        Becomes(
            "Key events, Conversions / Schlüsselereignisse, Conversions",
            "`conversion`s; the goal is that of the event if the table names events, else `lead`; "
            "only if there are no purchases",
        ),
        Becomes(
            "Purchase revenue, else Total revenue / Kaufumsatz, Gesamtumsatz",
            "the value of the conversions; a negative value is a refund",
        ),
        Becomes(
            "Page path, Landing page, Page title / Seitenpfad, Zielseite, Seitentitel",
            "`content_id`, without queries; part of the event id",
        ),
        Becomes("Session campaign / Kampagne der Sitzung", "`campaign_id`, part of the event id"),
        Becomes("# Property", "part of the event id, so that properties stay separate"),
        Becomes("Users, rates, averages, cohorts, audiences, items", "not imported"),
        Becomes("the row `Grand total`", "no data"),
    ),
    rejected=(
        ("aggregate_period", "page views, sessions or conversions for the whole period only"),
        ("no_date", "`Nth day` without the line with the start date"),
        ("no_counts", "users, rates and averages only"),
        ("not_additive", "segments, comparisons or date ranges without the group of all users"),
        ("unknown_platform", "a report of Universal Analytics, in any language"),
        ("no_currency", "revenue without a currency; pass it with `--currency`"),
        ("value_without_order", "a day with revenue but without a number of purchases"),
    ),
    notes=(
        "If a file has several tables, impressions, clicks and conversions are each read from one "
        "table only, preferably one by day. The other tables repeat the same numbers.",
        "Import one kind of report: page views by day and page views by page are the same views.",
        "Google Ads reports the clicks of Paid Search too: import one of the two.",
        "Conversions of longer periods are never spread.",
        "In a workbook, the first sheet with lines that begin with # is read.",
        "Segments and comparisons overlap, so only the group of all users is read.",
        "A report in another language restates the same events if its rows are by date, page, "
        "event, source, medium, campaign or channel group. Other dimensions, such as Country, have "
        "different names in each language: always download them in the same language.",
        "A download without the lines that begin with # is read only if its tables contain dates.",
    ),
    languages={
        language: (sum(language in names for names in HEADINGS.values()), len(HEADINGS))
        for language in dict.fromkeys(code for names in HEADINGS.values() for code in names)
    },
    holds_people=True,
)

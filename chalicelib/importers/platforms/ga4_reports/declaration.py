"""What a person has to know of the downloads of Google Analytics 4."""

from __future__ import annotations

from chalicelib.importers.platforms.ga4_reports.ga4_headings import HEADINGS
from chalicelib.importers.recognition.declarations import Becomes, Declaration

WAY_OUT = (
    "For daily rows: in Google Analytics open Explore > Free form (Explorative Datenanalyse > "
    "Freiform), take the rows Date (Datum) and Session default channel group "
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
        "lines that begin with # and name the first and last day (# Start date: 20260601, "
        "# 20260601-20260630), or a column Nth day"
    ),
    becomes=(
        Becomes(
            "Date, Date + hour, Nth day / Datum, Datum + Stunde, N-ter Tag",
            "the day; `Nth day` counts from the start date above the table",
        ),
        Becomes(
            "Nth week, Nth month, Year month; a table without a date",
            "a longer period: refused or, if asked for, spread",
        ),
        Becomes("Views / Aufrufe", "`impression` of `company_blog`"),
        Becomes(
            "Event count / Ereignisanzahl, by Event name / Ereignisname",
            "`page_view`, `screen_view`: `impression`; `click`: `click`, both of `company_blog`; "
            "`purchase`, `generate_lead`, `sign_up`: `conversion`s, goals `purchase`, `lead`, "
            "`signup`; only where no other table tells",
        ),
        Becomes(
            "Sessions / Sitzungen, by Session channel group or Session source / medium",
            "`click` of the channel that brought them: `organic_search`, `email`, `direct`, "
            "`google_ads` (paid, for Paid Search), the network of a known source (`facebook`, "
            "`linkedin`, …; paid `meta_ads`, `linkedin_ads`, …), else the group's own name, as "
            "`referral` or `organic_social`",
        ),
        Becomes(
            "Ecommerce purchases, Transactions / E-Commerce-Käufe, Transaktionen",
            "`conversion`s, goal `purchase`",
        ),
        Becomes(
            "Key events, Conversions / Schlüsselereignisse, Conversions",
            "`conversion`s; the goal is the event's where the table names events, else `lead`; "
            "only without purchases",
        ),
        Becomes(
            "Purchase revenue, else Total revenue / Kaufumsatz, Gesamtumsatz",
            "their value; below zero a refund",
        ),
        Becomes(
            "Page path, Landing page, Page title / Seitenpfad, Zielseite, Seitentitel",
            "`content_id`, without queries; part of the event id",
        ),
        Becomes("Session campaign / Kampagne der Sitzung", "`campaign_id`, part of the event id"),
        Becomes("# Property", "part of the event id: two properties are kept apart"),
        Becomes("Users, rates, averages, cohorts, audiences, items", "nothing"),
        Becomes("the row `Grand total`", "no data"),
    ),
    refused=(
        ("aggregate_period", "page views, sessions or conversions of the whole period only"),
        ("no_date", "`Nth day` without the line with the start date"),
        ("no_counts", "users, rates and averages only"),
        ("not_additive", "segments, comparisons or date ranges without the group of all users"),
        ("unknown_platform", "a report of Universal Analytics, in whatever language"),
        ("no_currency", "revenue without a currency; name it with `--currency`"),
        ("value_without_order", "a day with revenue whose number of purchases is not told"),
    ),
    notes=(
        "Of a file with several tables only one gives the impressions, one the clicks and one the "
        "conversions, the one by day first; the others tell the same once more.",
        "Import one kind of report for each: page views by day and by page are the same views.",
        "Clicks of Paid Search are those that Google Ads reports as well: import one of the two.",
        "Conversions of longer periods are never spread.",
        "A report that was saved as a workbook is read from the first sheet with the lines with #.",
        "Of segments and comparisons, which overlap, the group of all users is read.",
        "A report in another language restates the same events, where its rows are by date, page, "
        "event, source, medium, campaign or channel group. Other dimensions, as Country, have "
        "other names in each language: download them always in the same one.",
        "A download without the lines with # can be read as far as its tables name their days.",
    ),
    languages={
        language: (sum(language in names for names in HEADINGS.values()), len(HEADINGS))
        for language in dict.fromkeys(code for names in HEADINGS.values() for code in names)
    },
    holds_people=True,
)

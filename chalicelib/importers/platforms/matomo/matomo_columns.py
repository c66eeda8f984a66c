"""The columns of Matomo reports: API names and the English and German headings."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import (
    Column,
    Converted,
    Count,
    Key,
    LeftOut,
    Sign,
    When,
)

PLATFORM = "matomo"
CHANNEL = "company_blog"
"""Channel of the visits: Matomo counts visits to the company's own websites."""

COLUMNS = (
    Column("date", When("period"), en=("Date", "Period"), de=("Datum", "Zeitraum")),
    Column("site", Key("site", sets="account", names=False), en=("idSite", "Website ID")),
    Column("label", Key("label", names=False), en=("Label",), de=("Bezeichnung",)),
    Column(
        "aggregate",
        LeftOut("1 marks a row that sums the rows below it and is not data"),
        en=("is_aggregate", "metadata_is_aggregate", "Metadata: is_aggregate"),
        de=("Metadaten: is_aggregate",),
    ),
    Column(
        "impressions",
        Count("impression"),
        en=("nb_impressions", "Impressions", "Content impressions"),
        de=("Impressionen", "Inhaltsimpressionen"),
    ),
    Column(
        "pageviews",
        Count("impression"),
        en=("nb_pageviews", "Pageviews", "Page views"),
        de=("Seitenansichten", "Seitenaufrufe"),
        unless=("impressions",),
    ),
    Column(
        "hits",
        Count("impression"),
        en=("nb_hits", "Hits"),
        de=("Zugriffe",),
        unless=("impressions", "pageviews"),
    ),
    Column(
        "visits",
        Count("impression"),
        en=("nb_visits", "Visits"),
        de=("Besuche",),
        unless=("impressions", "pageviews", "hits"),
    ),
    Column(
        "interactions",
        Count("click"),
        en=("nb_interactions", "Content interactions"),
        de=("Inhaltsinteraktionen", "Interaktionen mit Inhalten"),
    ),
    Column(
        "outlinks",
        Count("click"),
        en=("nb_outlinks", "Outlinks"),
        de=("Ausgehende Verweise", "Ausgehende Links"),
        unless=("interactions",),
    ),
    Column(
        "orders",
        Converted("purchase"),
        en=("orders", "Ecommerce orders", "E-commerce orders"),
        de=("Bestellungen", "Ecommerce-Bestellungen", "E-Commerce-Bestellungen"),
    ),
    Column(
        "order_revenue",
        Converted("purchase", is_value=True),
        en=("ecommerce_revenue", "Ecommerce revenue", "E-commerce revenue"),
        de=("Ecommerce-Umsatz", "E-Commerce-Umsatz", "Ecommerce-Einnahmen"),
    ),
    Column(
        "conversions",
        Converted("lead"),
        en=("nb_conversions", "Conversions"),
        de=("Konversionen", "Conversions"),
        unless=("orders",),
    ),
    Column(
        "revenue",
        Converted("lead", is_value=True),
        en=("revenue", "Revenue"),
        de=("Einnahmen", "Umsatz"),
        unless=("orders",),
    ),
    Column(
        "people",
        LeftOut("counts people, not engagements"),
        en=("nb_uniq_visitors", "nb_users", "Unique visitors", "Users"),
        de=("Eindeutige Besucher", "Benutzer"),
    ),
    Column(
        "actions",
        LeftOut("includes downloads and searches"),
        en=("nb_actions", "Actions"),
        de=("Aktionen",),
    ),
    Column(
        "visits_converted",
        Sign(),
        en=("nb_visits_converted", "Visits with Conversions"),
        de=("Besuche mit Konversionen",),
    ),
    Column("bounces", Sign(), en=("bounce_count", "Bounces"), de=("Absprünge",)),
    Column("bounce_rate", Sign(), en=("bounce_rate", "Bounce Rate"), de=("Absprungrate",)),
    Column(
        "per_visit",
        Sign(),
        en=("nb_actions_per_visit", "Actions per Visit"),
        de=("Aktionen pro Besuch",),
    ),
    Column(
        "most_actions",
        Sign(),
        en=("max_actions", "Maximum actions in one visit"),
        de=("Maximale Aktionen pro Besuch",),
    ),
    Column(
        "time",
        Sign(),
        en=(
            *("sum_visit_length", "avg_time_on_site", "Avg. Visit Duration (in seconds)"),
            *("Total time spent by visitors (in seconds)", "Avg. Time on Website"),
        ),
        de=(
            *("Durchschn. Besuchszeit (in Sekunden)", "Durchschn. Zeit auf der Webseite"),
            "Von Besuchern verbrachte Gesamtzeit (in Sekunden)",
        ),
    ),
)

COUNTS = ("impressions", "pageviews", "hits", "visits", "interactions", "orders", "conversions")
"""A report needs at least one of these columns."""

TYPICAL = ("people", "actions", "visits_converted", "bounces", "bounce_rate", "per_visit", "time")
"""Two of these identify a Matomo report of visits. A name that begins with ``nb_`` is enough."""

CONVERTED = ("orders", "order_revenue", "conversions", "revenue")

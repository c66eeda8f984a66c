"""The columns of Meta Business Suite content exports."""

from __future__ import annotations

from chalicelib.importers.platforms.meta_business_suite.content_translations import TRANSLATIONS
from chalicelib.importers.reports.report_columns import (
    Channel,
    Column,
    Count,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.reports.translations import translated

NETWORKS = {"facebook": "facebook", "instagram": "instagram", "threads": "threads"}


def _quoted(*forms: str) -> tuple[str, ...]:
    """Return German headings with the quotation marks that Meta, Excel and users write."""
    marks = ("„“", "„”", '„"', '""', "“”", "»«", "''", "‚‘")
    return tuple(form.format(*pair) for form in forms for pair in marks)


_COLUMNS = (
    Column(
        "post_id",
        Key("post", sets="content_id"),
        en=("Post ID",),
        de=("Beitrags-ID", "Beitrag-ID", "Post-ID"),
        more={"sv": ("Inläggs-ID",)},
    ),
    Column(
        "page_id",
        Key("account", sets="account", names=False),
        en=("Page ID",),
        de=("Seiten-ID",),
        more={"sv": ("Sid-ID",)},
    ),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Account ID",),
        de=("Konto-ID", "Account-ID"),
        more={"sv": ("Konto-id", "Konto ID")},
    ),
    Column("page_name", Sign(), en=("Page name",), de=("Seitenname",), more={"sv": ("Sidnamn",)}),
    Column(
        "username",
        Sign(),
        en=("Account username",),
        de=("Benutzername des Kontos", "Nutzername des Kontos", "Konto-Benutzername"),
        more={"sv": ("Kontots användarnamn",)},
    ),
    Column("network", Channel(NETWORKS), en=("Platform",), de=("Plattform",)),
    Column("permalink", Sign(), en=("Permalink",), de=("Permalink", "Dauerhafter Link")),
    Column("post_type", Sign(), en=("Post type",), de=("Beitragsart", "Beitragstyp")),
    Column(
        "posted",
        When("posted"),
        en=("Publish time", "Published", "Publish date", "Date published"),
        de=(
            "Veröffentlichungszeit",
            "Veröffentlichungszeitpunkt",
            "Zeitpunkt der Veröffentlichung",
            "Zeit der Veröffentlichung",
            "Veröffentlichungsdatum",
            "Veröffentlicht",
            "Veröffentlicht am",
        ),
        more={"sv": ("Publiceringstid",)},
    ),
    Column("day", When("day"), en=("Date",), de=("Datum",)),
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions",),
        de=("Impressionen",),
        more={"sv": ("Exponeringar",)},
    ),
    Column(
        "views",
        Count("impression"),
        en=("Views",),
        de=("Aufrufe",),
        more={"sv": ("Visningar",)},
        unless=("impressions",),
    ),
    Column(
        "link_clicks",
        Count("click"),
        en=("Link clicks",),
        de=("Link-Klicks", "Linkklicks"),
        more={"sv": ("Länkklick",)},
    ),
    Column(
        "clicks",
        Count("click"),
        en=("Total clicks", "Clicks"),
        de=("Klicks", "Klicks insgesamt", "Gesamtklicks", "Klicks gesamt"),
        more={"sv": ("Totalt antal klick", "Klick")},
        unless=("link_clicks",),
    ),
    Column(
        "reactions",
        Count("like"),
        en=("Reactions",),
        de=("Reaktionen",),
        more={"sv": ("Reaktioner",)},
    ),
    Column(
        "likes",
        Count("like"),
        en=("Likes", "Likes and reactions"),
        de=(
            *_quoted("{}Gefällt mir{}-Angaben", "{}Gefällt mir{}"),
            *("Gefällt mir-Angaben", "Likes", "„Gefällt mir“-Angaben und Reaktionen"),
        ),
        more={"sv": ("Gilla-markeringar",)},
        unless=("reactions",),
    ),
    Column(
        "comments",
        Count("comment"),
        en=("Comments",),
        de=("Kommentare",),
        more={"sv": ("Kommentarer",)},
    ),
    Column(
        "shares",
        Count("share"),
        en=("Shares",),
        de=("Geteilte Inhalte", "Geteilt", "Mal geteilt"),
        more={"sv": ("Delningar",)},
    ),
    Column(
        "saves",
        Count("save"),
        en=("Saves",),
        de=("Gespeicherte Inhalte", "Gespeichert", "Speicherungen", "Mal gespeichert"),
        more={"sv": ("Sparade",)},
    ),
    Column(
        "follows",
        Count("follow"),
        en=("Follows",),
        de=("Follower", "Follows", "Neue Follower", "Neue Abonnenten", "Abonnements"),
        more={"sv": ("Följer",)},
    ),
    Column(
        "three_second_views",
        Count("view"),
        en=("3-second video views",),
        de=("3-sekündige Videoaufrufe", "3-Sekunden-Videoaufrufe"),
    ),
    Column(
        "boosted_views",
        Count("view", paid=True),
        en=("3-second video views from boosted posts",),
        de=("3-sekündige Videoaufrufe durch beworbene Beiträge",),
    ),
    Column(
        "plays",
        Count("view"),
        en=("Plays", "Video views", "Video plays"),
        de=("Wiedergaben", "Videoaufrufe", "Videowiedergaben"),
        unless=("three_second_views",),
    ),
    Column(
        "unique",
        LeftOut("counts people, which cannot be summed, or repeats other columns"),
        en=("Reach", "Reactions, comments and shares", "Other clicks", "60-second video views"),
        de=("Reichweite", "Erreichte Personen", "Interaktionen", "Weitere Klicks"),
    ),
    Column("flag", LeftOut("contains yes or no"), en=("Is share",), de=("Geteilter Beitrag",)),
)
COLUMNS = translated(_COLUMNS, TRANSLATIONS)

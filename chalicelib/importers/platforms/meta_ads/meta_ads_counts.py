"""The counts and costs in a row of Ads Manager.

Unique counts, subsets of another column and averages are missing here on purpose: reach, for
example, cannot be summed.
"""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import Column, Cost, Count, Currency, LeftOut

COUNTS = (
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions",),
        de=("Impressionen",),
    ),
    Column("views", Count("impression"), en=("Views",), de=("Aufrufe",), unless=("impressions",)),
    Column(
        "gross_impressions",
        LeftOut("includes invalid traffic"),
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
    ),
    Column(
        "clicks",
        Count("click"),
        en=("Clicks (all)", "Clicks"),
        de=("Klicks (alle)", "Klicks"),
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
            "sv": ("Spenderat belopp",),
            "da": ("Brugt beløb", "Forbrugt beløb"),
            "no": ("Beløp brukt",),
            "fi": ("Käytetty summa",),
            "tr": ("Harcanan tutar",),
            "ru": ("Сумма затрат", "Потраченная сумма"),
            "zh": ("花费金额", "已花費金額"),
        },
    ),
    Column(
        "currency",
        Currency(),
        en=("Currency",),
        de=("Währung",),
    ),
)

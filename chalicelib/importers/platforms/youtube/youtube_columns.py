"""The columns of YouTube Studio's files, without soft hyphens."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, Net, Sign, When
from chalicelib.importers.reports.translations import read_translations, translated

TRANSLATIONS = read_translations(Path(__file__).with_name("studio_headings.tsv"))
"""The languages besides English and German."""

_NOT_OURS = LeftOut("revenue, not cost")
_NO_COUNT = LeftOut("times, averages and shares are not counts of engagements")

# In the alphabetical order of the fields, which is their order in event ids.
DIMENSIONS = (
    Column("age", Key("age"), en=("Viewer age",), de=("Alter der Zuschauer",)),
    Column("content_type", Key("content_type"), en=("Content type",), de=("Inhaltstyp",)),
    Column("country", Key("country"), en=("Geography",), de=("Geografie", "Region")),
    Column("device", Key("device"), en=("Device type",), de=("Gerätetyp",)),
    Column("gender", Key("gender"), en=("Viewer gender",), de=("Geschlecht der Zuschauer",)),
    Column("subscribed", Key("subscribed"), en=("Subscription status",), de=("Abostatus",)),
    Column("system", Key("system"), en=("Operating system",), de=("Betriebssystem",)),
    Column("traffic_source", Key("traffic_source"), en=("Traffic source",), de=("Zugriffsquelle",)),
    Column(
        "video",
        Key("video", sets="content_id"),
        en=("Content", "Video", "Videos"),
        de=("Video", "Videos", "Inhalte"),
    ),
)
METRICS = (
    Column("views", Count("view"), en=("Views",), de=("Aufrufe",)),
    Column("impressions", Count("impression"), en=("Impressions",), de=("Impressionen",)),
    Column("likes", Count("like"), en=("Likes",), de=("Likes", '"Mag ich"-Bewertungen')),
    Column("shares", Count("share"), en=("Shares",), de=("Geteilt", "Geteilte Inhalte")),
    Column(
        "comments",
        Count("comment"),
        en=("Comments added", "Comments"),
        de=("Hinzugefügte Kommentare",),
    ),
    Column("gained", Count("follow"), en=("Subscribers gained",), de=("Gewonnene Abonnenten",)),
    Column("lost", Count("unfollow"), en=("Subscribers lost",), de=("Verlorene Abonnenten",)),
    Column(
        "subscribers",
        Net("follow", "unfollow"),
        en=("Subscribers",),
        de=("Abonnenten",),
        unless=("gained", "lost"),
    ),
)
TYPICAL = (
    Column("title", Sign(), en=("Video title",), de=("Videotitel",)),
    Column(
        "published",
        LeftOut("the day of publication is not the day of a view"),
        en=("Video publish time",),
        de=("Veröffentlichungszeitpunkt des Videos",),
    ),
    Column("watch_time", _NO_COUNT, en=("Watch time (hours)",), de=("Wiedergabezeit (Stunden)",)),
    Column(
        "view_duration",
        _NO_COUNT,
        en=("Average view duration",),
        de=("Durchschnittliche Wiedergabedauer",),
    ),
    Column(
        "thumbnail_rate",
        _NO_COUNT,
        en=("Impressions click-through rate (%)",),
        de=("Klickrate der Impressionen (%)",),
    ),
    Column("view_share", _NO_COUNT, en=("Views (%)",), de=("Aufrufe (%)",)),
    Column(
        "watch_time_share",
        _NO_COUNT,
        en=("Watch time (hours) (%)",),
        de=("Wiedergabezeit (Stunden) (%)",),
    ),
    Column(
        "viewed_share",
        _NO_COUNT,
        en=("Average percentage viewed (%)",),
        de=("Durchschnittliche Wiedergabe in Prozent (%)",),
    ),
)
_COLUMNS = (
    Column("day", When("day"), en=("Date",), de=("Datum",)),
    *DIMENSIONS,
    *METRICS,
    *TYPICAL,
    Column(
        "views_or_impressions",
        LeftOut("this heading means both views and impressions in its language"),
    ),
    Column("duration", Sign(), en=("Duration",), de=("Dauer",)),
    Column("revenue", _NOT_OURS, en=("Estimated revenue",), de=("Geschätzter Umsatz",)),
)
COLUMNS = translated(_COLUMNS, TRANSLATIONS)

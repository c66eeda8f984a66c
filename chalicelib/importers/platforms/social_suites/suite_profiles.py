"""Profiles in the exports of suites: one row per profile and day."""

from __future__ import annotations

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.platforms.social_suites.suite_columns import (
    COUNTS,
    PAID_PARTS,
    in_no_language,
    network,
    sign,
)
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.parts import paid_parts
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    NET_FOLLOWERS,
    Audience,
    Column,
    Count,
    Key,
    LeftOut,
    When,
    vocabulary_of,
)
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected

HITS = 5
"""Added to the number of columns found: each suite has its own names for follower changes."""

_DAY = Column("day", When("day"), en=("Date",), de=("Datum",), more={"es": ("Fecha",)})
_PROFILE = Column(
    "profile",
    Key("profile", names=False),
    en=("Profile", "Profile Name", "Account", "Brand"),
    de=("Profil", "Konto"),
)
_PUBLISHED = Column(
    "published",
    LeftOut("counts the account's own posts"),
    en=("Published Posts", "Published Posts (Total)", "Posts"),
)
_TWICE = (
    "An export from the network itself and the suite's export of posts count the same engagements "
    "again. Import only one of them."
)
_UNVERIFIED = "The headings come from public code, not from a real export."

SPROUT_COLUMNS = (
    _DAY,
    network("Network"),
    _PROFILE,
    Column("audience", Audience(), en=("Audience", "Followers")),
    Column("gained", Count("follow"), en=("Audience Gained", "Followers Gained")),
    Column("lost", Count("unfollow"), en=("Audience Lost", "Followers Lost")),
    Column(
        "net",
        NET_FOLLOWERS,
        en=("Net Audience Growth", "Net Follower Growth"),
    ),
    _PUBLISHED,
    sign("post_id", "Post ID"),
    *COUNTS,
)

METRICOOL_COLUMNS = in_no_language(
    (
        _DAY,
        network("Network", "Social Network", "Platform"),
        _PROFILE,
        Column("audience", Audience(), en=("Followers",), more={"es": ("Seguidores",)}),
        Column(
            "gained",
            Count("follow"),
            en=("Gained followers",),
            more={"es": ("Seguidores ganados",)},
        ),
        Column(
            "lost",
            Count("unfollow"),
            en=("Lost followers",),
            more={"es": ("Seguidores perdidos",)},
        ),
        _PUBLISHED,
        *COUNTS,
    )
)


def _reject(source: Source, options: Options) -> Reading:
    """Reject a file without a network column. Exports of a single network have none."""
    raise ExportRejected(
        "no_channel",
        "the file does not name its network. Set the channel in a mapping: "
        '{"columns": {"Date": "day", "Gained followers": "follow", "Impressions": '
        '"impression"}, "constants": {"channel": "instagram"}}',
    )


class _MetricoolProfiles(TableReport):
    """Profiles by day. Lost followers are negative numbers in the file."""

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change:
        """Remove the sign of lost followers and subtract the paid part from totals."""
        position = columns.positions["lost"]
        less_paid = paid_parts(PAID_PARTS, columns, numbers)

        def change(cells: Cells) -> Cells:
            changed = list(less_paid(cells) if less_paid else cells)
            changed[position] = changed[position].strip().lstrip("-−")
            return changed

        return change


SPROUT_PROFILES = TableReport(
    platform="sprout_social",
    channel="sprout_social",
    report="sprout-social-profiles",
    columns=SPROUT_COLUMNS,
    holds_people=True,
    needs=("day", "network"),
    needs_one_of=("gained", "lost", "net"),
    lacks=("post_id",),
    marks=(
        *("Net Audience Growth", "Audience Gained", "Audience Lost"),
        together(fields=("network",), any_of=("gained", "lost", "net")),
    ),
    hits=HITS,
    title="Sprout Social: profiles of several networks by day",
    where="Reports → Profile Performance → Share → Download → .csv",
    looks_for="Date, Network, and Audience Gained, Audience Lost or Net Audience Growth",
    paid_parts=PAID_PARTS,
    rejected=(
        ("unknown_type", "rows of a network that is not one of these channels"),
        ("missing_value", "rows without a network"),
        ("undecidable_format", "the dates could be day/month or month/day"),
    ),
    remarks=(
        "The paid parts of impressions and video views are subtracted from the totals and counted "
        "as paid.",
        "If the file has net growth instead of gained and lost followers, only the number of "
        "followers is imported, not the follows.",
        _TWICE,
        _UNVERIFIED,
    ),
)

METRICOOL_PROFILES = _MetricoolProfiles(
    platform="metricool",
    channel="metricool",
    report="metricool-profiles",
    columns=METRICOOL_COLUMNS,
    holds_people=True,
    needs=("day", "gained", "lost"),
    marks=(together(fields=("gained", "lost")), together("Gained followers", "Lost followers")),
    hits=HITS,
    title="Metricool: profiles by day",
    where="Analytics → a network → Evolution → Export CSV",
    looks_for="Date, Gained followers and Lost followers (Seguidores ganados, perdidos)",
    rejected=(
        ("no_channel", "a file without a network column; set the channel in a mapping"),
        ("unknown_type", "rows of a network that is not one of these channels"),
        (
            "undecidable_format",
            "the dates could be day/month or month/day, or the file contains both 1.200 and 1,200",
        ),
    ),
    remarks=(_TWICE, _UNVERIFIED),
)

_METRICOOL = METRICOOL_PROFILES.importer()
_VOCABULARY = vocabulary_of(METRICOOL_COLUMNS)


def _recognise_metricool(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, _VOCABULARY, METRICOOL_PROFILES.accepts)
    if head is not None and "network" not in head.columns:
        return claim_to(head, METRICOOL_PROFILES.all_marks, _reject, hits=HITS)
    return _METRICOOL.recognise(glimpse)


PROFILES = (
    SPROUT_PROFILES.importer(),
    Importer("metricool", _METRICOOL.declaration, _recognise_metricool, _METRICOOL.marks),
)

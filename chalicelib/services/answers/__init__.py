"""Answers to questions, from a stored fit alone: effect times counts in the range of days.

Pure standard library; one fit document in, the contract's shape out.
"""

from chalicelib.services.answers.channels_roi import roi, roi_rows
from chalicelib.services.answers.classical_attribution import attribution, attribution_rows
from chalicelib.services.answers.daily_parts import (
    DECOMPOSITION_COLUMNS,
    decomposition,
    decomposition_rows,
)
from chalicelib.services.answers.engagement_equivalence import equivalence, equivalence_rows
from chalicelib.services.answers.engagement_types import (
    ENGAGEMENT_COLUMNS,
    engagement_rows,
    engagements,
)

__all__ = [
    "DECOMPOSITION_COLUMNS",
    "ENGAGEMENT_COLUMNS",
    "attribution",
    "attribution_rows",
    "decomposition",
    "decomposition_rows",
    "engagement_rows",
    "engagements",
    "equivalence",
    "equivalence_rows",
    "roi",
    "roi_rows",
]

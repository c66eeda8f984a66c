"""Answers to questions, from a stored fit alone: effects times counts in a range of days.

One module for each answer, with its shape and the table that it becomes as CSV.
"""

from chalicelib.services.answers.channels_roi import ROI_TABLE, roi, roi_rows
from chalicelib.services.answers.classical_attribution import (
    attribution,
    attribution_rows,
    attribution_table,
)
from chalicelib.services.answers.daily_parts import (
    decomposition,
    decomposition_table,
)
from chalicelib.services.answers.engagement_equivalence import (
    EQUIVALENCE_TABLE,
    equivalence,
    equivalence_rows,
)
from chalicelib.services.answers.engagement_types import (
    ENGAGEMENTS_TABLE,
    engagement_rows,
    engagements,
)

__all__ = [
    "ENGAGEMENTS_TABLE",
    "EQUIVALENCE_TABLE",
    "ROI_TABLE",
    "attribution",
    "attribution_rows",
    "attribution_table",
    "decomposition",
    "decomposition_table",
    "engagement_rows",
    "engagements",
    "equivalence",
    "equivalence_rows",
    "roi",
    "roi_rows",
]

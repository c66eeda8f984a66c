"""Answers computed from a stored fit alone: effects times counts in a range of days.

Each answer has its own module, with its shape and its CSV table.
"""

from chalicelib.services.answers.budget_plans import (
    PLAN_TABLE,
    BudgetPlan,
    PlanAsked,
    plan_budget,
)
from chalicelib.services.answers.channel_curves import (
    CURVES_TABLE,
    ResponseCurveAnswer,
    curve_rows,
    response_curves,
)
from chalicelib.services.answers.channels_roi import ROI_TABLE, Roi, roi, roi_rows
from chalicelib.services.answers.classical_attribution import (
    Attribution,
    attribution,
    attribution_rows,
    attribution_table,
)
from chalicelib.services.answers.daily_parts import (
    Decomposition,
    decomposition,
    decomposition_table,
)
from chalicelib.services.answers.design_questions import DesignAsked
from chalicelib.services.answers.design_shapes import DesignedTest
from chalicelib.services.answers.engagement_equivalence import (
    EQUIVALENCE_TABLE,
    EQUIVALENCES_TABLE,
    Equivalence,
    Equivalences,
    equivalence,
    equivalence_rows,
    equivalences,
)
from chalicelib.services.answers.engagement_types import (
    ENGAGEMENTS_TABLE,
    Engagements,
    engagement_rows,
    engagements,
)
from chalicelib.services.answers.experiment_designs import design_experiment
from chalicelib.services.answers.follower_values import (
    AUDIENCES_TABLE,
    Audiences,
    audience_rows,
    audiences,
)
from chalicelib.services.answers.read_switchbacks import read_switchback
from chalicelib.services.answers.share_spread import virality, virality_rows
from chalicelib.services.answers.share_spread_shapes import VIRALITY_TABLE, Virality
from chalicelib.services.answers.switchback_questions import SwitchbackAsked
from chalicelib.services.answers.switchback_shapes import SwitchbackResult
from chalicelib.services.answers.through_search import (
    SEARCH_EFFECTS_TABLE,
    SearchEffects,
    search_effect_rows,
    search_effects,
)

__all__ = [
    "AUDIENCES_TABLE",
    "CURVES_TABLE",
    "ENGAGEMENTS_TABLE",
    "EQUIVALENCES_TABLE",
    "EQUIVALENCE_TABLE",
    "PLAN_TABLE",
    "ROI_TABLE",
    "SEARCH_EFFECTS_TABLE",
    "VIRALITY_TABLE",
    "Attribution",
    "Audiences",
    "BudgetPlan",
    "Decomposition",
    "DesignAsked",
    "DesignedTest",
    "Engagements",
    "Equivalence",
    "Equivalences",
    "PlanAsked",
    "ResponseCurveAnswer",
    "Roi",
    "SearchEffects",
    "SwitchbackAsked",
    "SwitchbackResult",
    "Virality",
    "attribution",
    "attribution_rows",
    "attribution_table",
    "audience_rows",
    "audiences",
    "curve_rows",
    "decomposition",
    "decomposition_table",
    "design_experiment",
    "engagement_rows",
    "engagements",
    "equivalence",
    "equivalence_rows",
    "equivalences",
    "plan_budget",
    "read_switchback",
    "response_curves",
    "roi",
    "roi_rows",
    "search_effect_rows",
    "search_effects",
    "virality",
    "virality_rows",
]

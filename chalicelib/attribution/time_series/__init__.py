"""Effects from daily or weekly totals by a structural time series (`time_series`).

================  ==============================================================================
from_totals       which engagement types the totals may speak for, and what they say
averaged_models   the fit: effects averaged over models
averaged_effects  effects of candidate responses, averaged over decays and shapes
averaging         Gibbs sampling over decays, shapes and variances
priors            priors of decays and shapes: engagement types of one brand resemble each other
saturation        diminishing returns: shapes of the response
baseline          all that moves conversions besides engagements
structural        a level that wanders, and columns beside it, by generalised least squares
seasons, shocks   weekly and yearly patterns; outliers, runs of days, shifts of the level
demand            marketing that follows demand, read as a sign of it
covariates        annotations and controls as columns
timeline          steps that were observed, with annotations and controls
resolution        days or weeks: at which step totals are compared
joint_runs        days on which several channels rise together, as in a promotion
same_day          traces of demand that moves marketing and sales on the same day
late_effects      whether effects come weeks later
late_fit          effects with a late part, averaged with those without one
influence         how much of an estimate depends on a single day
totals_doubts     the warnings of an estimate from totals
================  ==============================================================================
"""

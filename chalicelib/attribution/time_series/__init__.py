"""Effects from daily or weekly totals by a structural time series (`time_series`).

================  ==============================================================================
from_totals       choice of the engagement types that totals can estimate, and their estimates
averaged_models   the fit: effects averaged over models
averaged_effects  effects of candidate responses, averaged over decays and shapes
averaging         Gibbs sampling over decays, shapes and variances
priors            priors of decays and shapes: engagement types of one brand resemble each other
saturation        diminishing returns: shapes of the response
baseline          everything that moves conversions besides engagements
structural        a wandering level and additional columns, by generalised least squares
seasons, shocks   weekly and yearly patterns; outliers, runs of days, shifts of the level
demand            marketing that follows demand, used as a measurement of it
covariates        annotations and controls as columns
timeline          observed steps, with annotations and controls
resolution        days or weeks: the step at which totals are compared
joint_runs        days on which several channels rise together, as in a promotion
beside            the effect of a step on the way, with its causes beside it
same_day          traces of demand that moves marketing and sales on the same day
late_effects      the probability that effects come weeks later
late_fit          effects with a late part, averaged with those without one
influence         how much of an estimate depends on a single day
totals_doubts     the warnings of an estimate from totals
================  ==============================================================================
"""

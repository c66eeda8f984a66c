"""Pure statistics: arrays in, frozen dataclasses out. No AWS, no HTTP, no clock, no pydantic.

================  =============================================================================
estimates         the methods asked in order: an estimate or reasons for every engagement type
within_user/      effects from people who engage at some times and not at others
regions/          effects from totals by region, all regions in one panel
time_series/      effects from daily or weekly totals
partial_identity  the answers of a panel of the identified and of the totals, combined
experiments/      holdouts and geo tests, and how they are combined with the models
paths/            path models, for comparison: credit, never an effect
observations      what the estimators are given about one goal
coverage          days for which the sources have data; days that types have in common
draft             estimates of one goal while the methods fill them in
adstock           how an effect fades: the grid of decays, and the part inside the window
decays            how long effects last, learnt from all engagement types of a brand together
hierarchy         what is believed of half-lives beforehand: types of a channel, channels of a brand
spread            how uncertain an average over candidate models is
decomposition     conversions per day in parts, and a summary of the regression, by statsmodels
descendants       what an engagement brings with all its descendants
sensitivity       how strong a hidden cause would have to be: E-values, robustness values
ratio             what one engagement is worth in another: Fieller's set, two one-sided tests
power             how much more data an open question needs; minimum detectable effects
student           Student's distribution without scipy
summaries         tables of the final regressions, in the layout of statsmodels
================  =============================================================================

`within_user`, `regions` and `time_series` do not import each other, except that a panel of
regions uses the baseline, the averaging and the resolution of `time_series`.
"""

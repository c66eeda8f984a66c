"""Pure statistics: arrays in, frozen dataclasses out. No AWS, no HTTP, no clock, no pydantic.

================  =============================================================================
estimates         runs the methods in order: an estimate or reasons for every engagement type
within_user/      effects from people who engage at some times and not at others
regions/          effects from totals by region, all regions in one panel
time_series/      effects from daily or weekly totals
partial_identity  combines the estimates of a panel of identified people and of the totals
experiments/      holdouts and geo tests, and their combination with the models
paths/            path models, for comparison: credit, never an effect
response_curves/  what more or less spend would bring, in draws
plans/            where the next euro goes, and what a test is worth
audience/         what following a page causes, and what followers are worth
search/           what engagements do through search visits, and what shown stars do
virality/         how many further shares a share brings, from recorded parents
dialogue/         mood, response times, alarms and share of voice, from single messages
observations      the input of the estimators for one goal
coverage          days for which sources have data; common days of types
draft             estimates of one goal while the methods fill them in
arrays            types of arrays
adstock           fading effects: the grid of decays, and the part inside the window
decays            half-lives, estimated from all engagement types of a brand together
hierarchy         the prior of half-lives: types of a channel, channels of a brand
spread            the variance of an average over candidate models
decomposition     conversions per day in parts, and a summary of the regression, by statsmodels
descendants       the effect of an engagement with all its descendants
sensitivity       strength of a hidden cause that would explain an effect: E-value, robustness
ratio             the ratio of two effects: Fieller's set, two one-sided tests
power             the data that an open question needs; minimum detectable effects
student           Student's distribution without scipy
summaries         tables of the final regressions, in the layout of statsmodels
================  =============================================================================

`within_user`, `regions` and `time_series` do not import each other, except that a panel of
regions uses the baseline, the averaging and the resolution of `time_series`. Response curves use
its chains. `search` fits the model of `time_series` to other outcomes.
"""

"""Pure statistics: arrays in, frozen dataclasses out. No AWS, no HTTP, no clock, no pydantic.

=============  ================================================================================
adstock        how an effect fades: the grid of decays and what falls inside the window
decays         how long effects last, learnt from all kinds of a brand together
observations   what is known about one goal
coverage       days for which the sources have data; days that types have in common
panel          the person-day panel, a chunk at a time
panel_columns  what its columns are: adstocks, leads, late blocks, tenures
panel_sums     sums over the columns without forming them
projection     person and day effects taken out of it, by sums that add up over people
pooling        strata weighted by their noise, with one slope of response
panel_effects  effects at one slope of response, averaged over decays and late effects
late_blocks    effects of people that come one to four weeks later
leads          causes that change over time within a person, seen by later engagements
once_only      goals that a person reaches once: what was only brought forward
bots           accounts that engage as no person does
within_user    effects from people who engage at some times and not at others
panel_doubts   the warnings of an estimate from a panel
timing         traces of hidden causes in when engagements happen
spread         how uncertain an average over candidate models is
time_series    effects from totals, by a structural time series
structural     a level that wanders, and columns beside it, by generalised least squares
resolution     days or weeks: at which step totals are compared
timeline       steps that were observed, with annotations and controls
covariates     annotations and controls as columns
joint_runs     days on which several channels rise together, as in a promotion
same_day       traces of demand that moves marketing and sales on the same day
decomposition  conversions per day in parts, and a summary of the regression, by statsmodels
influence      how much of an estimate hangs on a single day
late_effects   traces in totals of effects that come weeks later
doubts         the warnings of an estimate from totals
seasons        weekly and yearly patterns
shocks         days on which something else happened, and shifts of the level
background     all that moves conversions besides engagements
demand         marketing that follows demand, read as a sign of it
saturation     diminishing returns: shapes of the response
beliefs        what is believed about decays and shapes before the data
averaging      effects averaged over decays, shapes and variances
draft          estimates of one goal while methods fill them in
from_people    what identified journeys answer
partial_identity  the answers of a panel of the identified and of the totals, combined
region_series  totals of one goal by region
from_regions   what totals by region answer
geo_panel      effects from totals by region, in one fit with shared decays
day_effects    what all regions share on a day, taken out of them
region_backgrounds  what moves the conversions of each region besides marketing
region_spread  how far effects differ between regions
regional_demand  traces of demand inside single regions
region_doubts  the warnings of an estimate from regions
from_totals    what daily totals answer
estimates      the methods asked in order: an estimate or reasons for every kind
sensitivity    how strong a hidden cause would have to be: E-values, robustness values
experiments    what every experiment measures: incremental conversions with an interval
holdouts       the difference of two groups of people, some of whom convert several times
geo_tests      tests by region: synthetic control with placebos over regions
synthetic_control  the weights of untreated regions
calibration    estimates and experiments combined by precision; contradictions told
paths          journeys as paths, those that end in a conversion and those that do not
classical      first, last, linear, position-based, time decay: for comparison, never as ROI
markov         removal effects of Markov chains of order 1 to 4
shapley        Shapley values over the sets of kinds on paths
ratio          what one engagement is worth in another: Fieller's set, two one-sided tests
settling       how much more data an open question needs; what could have been shown
student        Student's distribution without scipy
=============  ================================================================================
"""

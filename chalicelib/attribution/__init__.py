"""Pure statistics: arrays in, frozen dataclasses out. No AWS, no HTTP, no clock, no pydantic.

=============  ================================================================================
adstock        how an effect fades: the grid of decays and what falls inside the window
decays         how long effects last, learnt from all kinds of a brand together
panel          person-days reduced to sums that add up over people (moments, scores)
within_user    effects from people who engage at some times and not at others
time_series    effects from daily totals, by a structural time series
estimates      which method answers for which kind, and refusals with their reasons
ratio          what one engagement is worth in another: Fieller's set, two one-sided tests
=============  ================================================================================
"""

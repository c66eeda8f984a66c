"""Pure statistics: arrays in, frozen dataclasses out. No AWS, no HTTP, no clock, no pydantic.

=============  ================================================================================
adstock        how an effect fades: the grid of decays and what falls inside the window
decays         how long effects last, learnt from all kinds of a brand together
observations   what is known about one goal
panel          the person-day panel, a chunk at a time
projection     person and day effects taken out of it, by sums that add up over people
within_user    effects from people who engage at some times and not at others
time_series    effects from daily totals, by a structural time series
estimates      which method answers for which kind, and refusals with their reasons
paths          journeys as paths, those that end in a conversion and those that do not
classical      first, last, linear, position-based, time decay: for comparison, never as ROI
markov         removal effects of Markov chains of order 1 to 4
shapley        Shapley values over the sets of kinds on paths
ratio          what one engagement is worth in another: Fieller's set, two one-sided tests
=============  ================================================================================
"""

"""Response curves: what more or less spend on a channel would bring, in draws.

==============  ================================================================================
spending        spend of a channel: today's, the range seen, and how it varies over days
bend_prior      prior of decays and bends: bends of one brand resemble each other
curve_states    joint states of decays, bends and returns, from the chains of `time_series`
alike_returns   returns of one brand resemble each other
curve_document  their stored form
curves          the draws of every channel with cost, and the reasons of those without
==============  ================================================================================

`plans` reads the stored draws without numpy.
"""

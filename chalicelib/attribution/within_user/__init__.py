"""Effects from people who engage at some times and not at others (`within_user`).

=============  ================================================================================
from_people    choice of the engagement types that the panel can estimate, and their estimates
regression     the fit: averaged over slopes of response, with clustered errors
panel          the person-day panel, a chunk at a time
panel_columns  its columns: adstocks, leads, late blocks, tenures, follows
panel_sums     sums over the columns without building them
projection     person and day effects projected out, by sums that add up over people
pooling        strata weighted by their noise, with one slope of response
panel_effects  effects at one slope of response, averaged over decays and late effects
late_blocks    effects that come one to four weeks later
leads          causes that change over time within a person, detected by later engagements
once_only      goals that a person reaches once: conversions that were only brought forward
bots           accounts that engage far more than people
timing         traces of hidden causes in the timing of engagements
panel_doubts   the warnings of an estimate from a panel
=============  ================================================================================
"""

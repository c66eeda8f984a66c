"""Effects from people who engage at some times and not at others (`within_user`).

=============  ================================================================================
from_people    which engagement types the panel may speak for, and what it says
regression     the fit: slopes of response averaged, clustered errors
panel          the person-day panel, a chunk at a time
panel_columns  what its columns are: adstocks, leads, late blocks, tenures
panel_sums     sums over the columns without forming them
projection     person and day effects taken out, by sums that add up over people
pooling        strata weighted by their noise, with one slope of response
panel_effects  effects at one slope of response, averaged over decays and late effects
late_blocks    effects that come one to four weeks later
leads          causes that change over time within a person, seen by later engagements
once_only      goals that a person reaches once: what was only brought forward
bots           accounts that engage as no person does
timing         traces of hidden causes in when engagements happen
panel_doubts   the warnings of an estimate from a panel
=============  ================================================================================
"""

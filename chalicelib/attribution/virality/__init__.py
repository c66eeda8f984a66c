"""How many further shares a share brings: from recorded parents, never from totals.

==================  ===========================================================================
estimated           a number with its interval (pure standard library)
shares              the input: one row per share event
share_edges         the usable edges: who shared what after whom
share_clock         a clock that runs slowly at hours with few shares
offspring           the mean number of children by age, and its variance per parent
sharing_delays      the time until a child comes, from shares of different ages
reproduction        R with its interval, for a set of shares
missing_parents     an upper bound of R if some children do not name their parent
credibility         factors of groups (people, contents), shrunk; whether they can be told apart
person_factors      people whose shares bring more than the average share
content_sizes       contents: their R, and the final size of those that still spread
amplification       shares in the end per share from outside
share_growth        growth per day and the arithmetic ceiling, which totals also have
share_doubts        comparisons behind the warnings
share_value         the value of a share with all it brings (pure standard library)
virality_estimate   runs them in order: `estimate_virality`
==================  ===========================================================================
"""

"""Path models, for comparison: credit for the touches before a conversion, never an effect.

========  =====================================================================================
journeys  paths of people, with and without a conversion at the end
rules     first, last, linear, position-based, time decay
markov    removal effects of Markov chains of order 1 to 4
shapley   Shapley values over the sets of engagement types on paths
========  =====================================================================================
"""

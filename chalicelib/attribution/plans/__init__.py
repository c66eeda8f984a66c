"""Plans: where the next euro goes, from stored draws of response curves.

Pure standard library, so that the API plans without numpy.

================  ============================================================================
planned_channels  a channel of a plan: its draws, its limits, and its response to spend
allocation        the best division of a budget in expectation, within the limits
stored_curves     channels of a plan from the stored form of response curves
plan_decision     move, stay, or test first: the gain, its chance, and the next euro
worth_of_tests    what an experiment on a channel is worth before the decision
================  ============================================================================
"""

"""Holdouts and geo tests, and their combination with the models.

=================  ============================================================================
measured_lift      the result of every experiment: incremental conversions with an interval
holdouts           the difference of two groups of people, some of whom convert several times
geo_tests          tests by region: synthetic control with placebos over regions
synthetic_control  the weights of untreated regions
calibration        estimates and experiments combined by precision; contradictions reported
=================  ============================================================================
"""

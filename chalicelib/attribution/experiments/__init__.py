"""Holdouts, geo tests and switchbacks, their design, and their combination with the models.

==================  ===========================================================================
measured_lift       the result of every experiment: incremental conversions with an interval
holdouts            the difference of two groups of people, some of whom convert several times
geo_tests           tests by region: synthetic control with placebos over regions
synthetic_control   the weights of untreated regions
holdout_design      the size of a holdout before it begins
geo_design          regions to treat, and the effect that a geo test would show
switchback          a channel on and off in random blocks of days: its design and its analysis
switchback_reading  the analysis of a finished switchback, no surer than pseudo-tests before it
switchback_design   the effect that a switchback would find, from pseudo-tests in the past
calibration         estimates and experiments combined by precision; contradictions reported
==================  ===========================================================================
"""

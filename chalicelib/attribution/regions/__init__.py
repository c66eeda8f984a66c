"""Effects from totals by region: all regions in one panel.

================  =============================================================================
from_regions      choice of the engagement types for the geo panel, and their estimates
geo_panel         the fit, with effects and decays shared by the regions
region_series     totals of one goal by region
region_baselines  the baseline of each region
day_effects       common effects of days on all regions, projected out
region_spread     differences of effects between regions
regional_demand   traces of demand inside single regions
region_doubts     the warnings of an estimate from regions
================  =============================================================================
"""

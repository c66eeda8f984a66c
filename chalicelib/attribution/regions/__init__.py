"""Effects from totals by region: all regions in one panel.

================  =============================================================================
from_regions      which engagement types the regions may speak for, and what they say
geo_panel         the fit, with effects and decays shared by the regions
region_series     totals of one goal by region
region_baselines  what moves the conversions of each region besides marketing
day_effects       what all regions share on a day, taken out of them
region_spread     how far effects differ between regions
regional_demand   traces of demand inside single regions
region_doubts     the warnings of an estimate from regions
================  =============================================================================
"""

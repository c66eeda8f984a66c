"""What engagements do through search, and what shown stars do.

================  =============================================================================
search_effects    visits per engagement, the worth of a visit, and the bound of the path
search_visits     the model of totals with search visits as the outcome
beside_visits     the model of totals with search visits beside the causes
star_changes      changes of the stars that a platform shows, and what they do to sales
search_document   the results as JSON
search_paths      bounds, instruments and verdicts from that JSON, without numpy
================  =============================================================================
"""

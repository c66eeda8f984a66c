"""What engagements do through search, and what shown stars do.

=============  ==================================================================================
path_bounds    visits per engagement, the worth of a visit, and the bound of the path
search_visits  the models of totals with search visits as the outcome, or beside the causes
star_changes   changes of the stars that a platform shows, and what they do to sales
search_paths   bounds, instruments and verdicts from stored numbers, without numpy
=============  ==================================================================================
"""

"""Single values: from text in a cell or JSON to numbers, days, ids and ratings.

=================  =============================================================================
cells              empty cells, damaged ids
numerals, dates    one number format and one day order per file
languages          decimal marks, months and labels of totals in each language
values             values of JSON with unverified types
event_identity     event ids that are the same in every export of the same object
stars, counters    ratings of reviews; lifetime counters of posts
=================  =============================================================================
"""

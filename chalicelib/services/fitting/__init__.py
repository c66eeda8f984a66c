"""Fits: from stored events to the input of the estimators and the fit document.

==================  ===========================================================================
fits                request, run and store fits
fit_windows         the days that a fit reads, and earlier events that reach into them
fit_parts           a fit of more events than one function can read: read in parts, then merged
packing             the columns of a part as bytes
event_columns       events in columns, a few tens of bytes each
declared_columns    declarations of columns, from which appending and packing follow
windows             first and last day of a fit without a given window
source_coverage     days for which each source has data: declared, or inferred from its series
holes               days of a series that look like missing data, not zeros
surroundings        coverage, annotations and controls
holidays            public holidays of a country as annotations
region_counts       counts by region and day
region_days         the series of the regions of one goal
edges               parents and children of engagements
share_rows          shares one by one, with their parents
product_rows        what was bought, reviewed and found by search, by content
follower_rows       the followers of each page
audience_documents  what followers are worth, in the document
spread_documents    how shares spread, in the document
search_documents    what engagements do through search, and shown stars, in the document
goal_observations   from columns to the arrays of one goal
estimation          from columns to a document; calls the estimators
user_identity       whether a `user_id` is a person or a device, and the resulting warnings
credits             results of path models, stored for comparison
day_parts           the parts of a goal's conversions per day
fit_documents       the parts of the JSON document
==================  ===========================================================================
"""

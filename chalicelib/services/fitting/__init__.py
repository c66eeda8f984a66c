"""From events to a fit: what is read, what the estimators are given, and the document that is kept.

=================  ============================================================================
fits               requesting, running and keeping fits
fit_windows        which days a fit reads, and what reaches into them from before
fit_parts          a fit of more events than one function can read: read in parts, then merged
packing            the columns of a part as bytes
event_columns      events in columns, a few tens of bytes each
declared_columns   a column is declared once: appending and packing follow from it
windows            first and last day of a fit without a given window
source_coverage    days for which each source has data: declared, or inferred from its series
holes              days of a series that look like missing data, not zeros
surroundings       coverage, annotations and controls beside the events
holidays           public holidays of a country as annotations
region_counts      counts by region and day
region_days        the series of the regions of one goal
edges              which engagements brought which others
goal_observations  from columns to the arrays of one goal
estimation         from columns to a document: the estimators are called here
user_identity      what a `user_id` is, and the warnings that follow
credits            what path models say, kept for comparison
day_parts          the parts of a goal's conversions per day
fit_documents      the document's parts, JSON-able
=================  ============================================================================
"""

"""Tables: finding a header, matching headings to fields, reading rows.

===========================  ===================================================================
headings, generic_headings   headings and the fields they mean
heading_tables               headings of fields in several languages, in a table
marks                        headings that identify a platform
header_search, table_heads   where the header is, and what is above it
table_records, tables        records as they are in the file; one outcome per row
further_tables               tables below the first one
unread                       columns that are not read, and their sums
===========================  ===================================================================
"""

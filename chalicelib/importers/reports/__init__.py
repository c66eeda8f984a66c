"""A table report, declared: its columns, its dates, its totals, its rows.

===============  ===============================================================================
report           a report that is recognised and read as it is declared
declared_report  what a platform declares of it
opening          from a header to outcomes of rows; report_checks: why a table is refused
report_columns   what a column is, and what it becomes; read_columns: which of a header are read
channel_column   reports of several channels
translations     the headings of a platform in further languages
layout           where the columns are, decided before the first row; report_layout decides it
report_dating    when a row happened; grain: whether dates begin weeks or months
row_subjects     what a row is about: a campaign, a post, an ad
damaged_ids      ids that a spreadsheet rounded, and the same ids in links
sums, parts      cells -> numbers; columns that are parts of others
totals_rows      rows that repeat what other rows say; breakdowns: the columns that split them
subtotals        rows that are sums of other rows; merged_platforms: rows of another platform
shown_cells      what a refusal shows of a row that may hold people
report_rows      a row -> its outcome; report_events: numbers -> events
sheets           reports that are several sheets of one workbook
successive       several tables of one kind in one file
stacked          several tables below each other, with titles
payment_tables   payments and orders: a sale, a refund, or neither
===============  ===============================================================================
"""

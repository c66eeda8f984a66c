"""Declared table reports: columns, hooks, totals.

===============  ===============================================================================
report           a report that is recognised and read by its declaration
declared_report  the declaration and its hooks
opening          from a header to outcomes of rows; report_checks: why a table is rejected
report_columns   what a column is and becomes; read_columns: which columns of a header are read
usual_columns    the headings of a platform, and what fields mean in most reports
channel_column   reports of several channels
translations     the headings of a platform in further languages
report_plan      the declaration as a row plan; declared_subjects: the subjects of rows
grain            whether dates are days, or first days of weeks or months
damaged_ids      ids that a spreadsheet rounded, and the full ids in links
parts            columns that are parts of others; breakdowns: columns that split a report
merged_platforms  rows of another platform
shown_cells      what a rejection shows of a row that may contain people
sheets           reports of several sheets of one workbook
successive       several tables of one type in one file
stacked          several tables below each other, with titles
payment_tables   payments and orders: a sale, a refund, or neither
===============  ===============================================================================
"""

"""A table report, declared: its columns, its hooks, its totals.

===============  ===============================================================================
report           a report that is recognised and read as it is declared
declared_report  what a platform declares of it
opening          from a header to outcomes of rows; report_checks: why a table is refused
report_columns   what a column is, and what it becomes; read_columns: which of a header are read
channel_column   reports of several channels
translations     the headings of a platform in further languages
report_plan      the declaration as a plan of rows; declared_subjects: what rows are about
grain            whether dates begin weeks or months
damaged_ids      ids that a spreadsheet rounded, and the same ids in links
parts            columns that are parts of others; breakdowns: columns that split a report
merged_platforms  rows of another platform
shown_cells      what a rejection shows of a row that may hold people
sheets           reports that are several sheets of one workbook
successive       several tables of one kind in one file
stacked          several tables below each other, with titles
payment_tables   payments and orders: a sale, a refund, or neither
===============  ===============================================================================
"""

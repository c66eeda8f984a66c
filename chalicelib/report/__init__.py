"""Answers for people: sentences, tables and charts from the answers of one fit.

Pure: answers in (as `services.answers` or the HTTP API return them), text or bytes out. Does not
know files, the service or the clock. The command line prints and writes what it returns.

================  ==============================================================================
findings          the answers that a report shows together
number_words      numbers, intervals, money and days in words
sentences         the result, a comparison, a verdict in sentences
remarks           reasons and warnings with their titles, next to the number they belong to
plain_tables      columns of text, for the terminal
terminal_report   the whole report as text
svg_marks         the parts of charts
forest_chart      estimates with intervals on one axis
day_chart         actual, baseline and incremental conversions per day
coverage_chart    the days for which each source has data
html_report       the one-page report
html_parts        its escaped texts, facts and remarks
plan_section      its section on the budget, and tests in words
plan_notes        the plan or design as lines of text, for the terminal
report.css        its style sheet
xlsx_report       the same as a workbook
================  ==============================================================================
"""

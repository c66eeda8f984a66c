"""The row engine: converts rows of declared reports and of mapped files to events.

=============  =================================================================================
row_plan       decided before the first row: columns -> metrics, money, dates, subject
row_engine     a row -> its outcome; no state changes before the outcome is known
row_subjects   the subject of a row, settled once for all of its rows
row_dating     the date of a row
row_sales      the conversions and refunds of a row
row_events     the numbers of a row -> events
number_cells   cells -> numbers, each converted once
totals_rows    rows that repeat the numbers of other rows
subtotals      rows that are sums of other rows
=============  =================================================================================
"""

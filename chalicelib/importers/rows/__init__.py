"""How a row becomes events: one engine, for reports that are declared and files that are mapped.

=============  =================================================================================
row_plan       what is decided before the first row: columns -> metrics, money, dates, subject
row_engine     a row -> its outcome; nothing changes before the outcome is known
row_subjects   what a row is about, settled once for all of its rows
row_dating     when a row happened
row_sales      the conversions and refunds of a row
row_events     the numbers of a row -> events
number_cells   cells -> numbers, each converted once
totals_rows    rows that repeat what other rows say
subtotals      rows that are sums of other rows
=============  =================================================================================
"""

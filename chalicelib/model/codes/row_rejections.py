"""Rejections of a row of a file; codes that also apply to whole files are in `file_rejections`."""

from __future__ import annotations

from chalicelib.model.codes.entries import Rejection

ROWS = (
    Rejection(
        "conflicting_records",
        "Contradictory records",
        "Two records of one extraction contradict each other.",
        "Run the extraction again and import its whole output.",
        ("row",),
    ),
    Rejection(
        "cut_off",
        "Line too long",
        "The line is too long to be a row and was cut off.",
        "Export the report again; a line break or a quotation mark may be missing.",
        ("row",),
    ),
    Rejection(
        "damaged_id",
        "Id damaged by a spreadsheet",
        "A spreadsheet has rounded an id, as in 1.22158E+17, so that it is no longer unique.",
        "Download the report again and upload it without saving it in a spreadsheet.",
        ("row",),
    ),
    Rejection(
        "formula_cell",
        "Formula instead of a value",
        "A cell contains a formula instead of its result.",
        "Save the sheet with values instead of formulas.",
        ("row",),
    ),
    Rejection(
        "invalid_date",
        "Invalid date",
        "A cell that must contain a day or a time does not contain one.",
        "Correct the cell; if all rows have this problem, set the date format in a mapping.",
        ("row",),
    ),
    Rejection(
        "invalid_number",
        "Invalid number",
        "A cell that must contain a number does not contain one in the file's number format.",
        "Correct the cell; if all rows have this problem, set the decimal mark in a mapping.",
        ("row",),
    ),
    Rejection(
        "malformed_record",
        "Incomplete record",
        "The record is not complete JSON or XML, or lacks a required part.",
        "Export the file again; it may have been cut off.",
        ("row",),
    ),
    Rejection(
        "missing_value",
        "Empty cell",
        "A required cell is empty.",
        "Export the report with this column filled in.",
        ("row",),
    ),
    Rejection(
        "negative",
        "Negative number",
        "A count or an amount is below zero.",
        "Correct the cell; for refunds, import a report that marks refunds.",
        ("row",),
    ),
    Rejection(
        "not_whole",
        "Not a whole number",
        "A count is not a whole number.",
        "Correct the cell; counts must be whole numbers.",
        ("row",),
    ),
    Rejection(
        "repeated_id",
        "Duplicate id",
        "An earlier row has the same id.",
        "Remove one of the rows, or map another column as the id.",
        ("row",),
    ),
    Rejection(
        "told_twice",
        "Same row in two tables",
        "An earlier table of the same file has the same numbers for the same day.",
        "Ignore it if the two tables agree; otherwise upload only the correct table.",
        ("row",),
    ),
    Rejection(
        "unclosed_quote",
        "Unclosed quotation mark",
        "A quotation mark is not closed, so that rows run into each other.",
        "Export the report again, or close the quotation mark.",
        ("row",),
    ),
    Rejection(
        "undecidable_time",
        "Time zone unknown",
        "The row has a time of day without a time zone.",
        "Set the time zone in a mapping, or export times with an offset.",
        ("row",),
    ),
    Rejection(
        "unknown_type",
        "Unknown value in a cell",
        "The cell for channel, type, paid or consent has an unknown value.",
        "Map the column to another field, or use one of the values that the message lists.",
        ("row",),
    ),
    Rejection(
        "unreadable_text",
        "Unreadable characters",
        "The row contains bytes that are not text in the file's encoding.",
        "Download the report again and upload it without opening and saving it first.",
        ("row",),
    ),
    Rejection(
        "value_without_order",
        "Money without an order",
        "The row has an amount for a day without orders.",
        "Export the orders themselves instead of daily sums.",
        ("row",),
    ),
    Rejection(
        "wrong_cell_count",
        "Too few or too many cells",
        "The row has fewer or more cells than the header.",
        "Correct the row; a text with a comma may lack quotation marks.",
        ("row",),
    ),
)

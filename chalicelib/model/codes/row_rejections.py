"""The rejections: why a row of a file is not imported; what is true of files is with the files."""

from __future__ import annotations

from chalicelib.model.codes.entries import Rejection

ROWS = (
    Rejection(
        "conflicting_records",
        "Contradictory records",
        "Records of one extraction say different things about the same thing.",
        "Run the extraction again, and import its whole output.",
        ("row",),
    ),
    Rejection(
        "cut_off",
        "Line too long",
        "A line is far too long to be a row, and was cut.",
        "Export the report again; a line break or a quotation mark may be missing.",
        ("row",),
    ),
    Rejection(
        "damaged_id",
        "Id damaged by a spreadsheet",
        "An id was destroyed by a spreadsheet, as 1.22158E+17: many ids look like it.",
        "Download the report again, and upload it without saving it in a spreadsheet.",
        ("row",),
    ),
    Rejection(
        "formula_cell",
        "Formula instead of a value",
        "A cell holds a formula and not the number or the name that it stands for.",
        "Save the sheet with values instead of formulas.",
        ("row",),
    ),
    Rejection(
        "invalid_date",
        "Not a date",
        "A cell that must hold a day or a time holds none.",
        "Correct the cell; if all rows have this, a mapping can say how dates are written.",
        ("row",),
    ),
    Rejection(
        "invalid_number",
        "Not a number",
        "A cell that must hold a number holds none in the file's number format.",
        "Correct the cell; if all rows have this, a mapping can say how numbers are written.",
        ("row",),
    ),
    Rejection(
        "malformed_record",
        "Incomplete record",
        "The record is not whole JSON or XML, or lacks what every such record has.",
        "Export the file again; it may have been cut off.",
        ("row",),
    ),
    Rejection(
        "missing_value",
        "Cell empty",
        "A cell that the row needs is empty.",
        "Export the report with this column filled in.",
        ("row",),
    ),
    Rejection(
        "negative",
        "Negative number",
        "A count or an amount is below zero.",
        "Correct the cell; a refund needs a report that marks refunds.",
        ("row",),
    ),
    Rejection(
        "not_whole",
        "Not a whole number",
        "A count is not a whole number.",
        "Correct the cell; counts are whole numbers.",
        ("row",),
    ),
    Rejection(
        "repeated_id",
        "Id occurs twice",
        "An earlier row has the same id.",
        "Remove one of the rows, or map another column as the id.",
        ("row",),
    ),
    Rejection(
        "told_twice",
        "Same row in two tables",
        "An earlier table of the same file has the same thing on the same day.",
        "Nothing, if the two tables say the same; otherwise upload only the table that is right.",
        ("row",),
    ),
    Rejection(
        "unclosed_quote",
        "Quotation mark not closed",
        "A quotation mark is never closed, so that rows run into each other.",
        "Export the report again, or close the quotation mark.",
        ("row",),
    ),
    Rejection(
        "undecidable_time",
        "Time zone unknown",
        "The row has a time of day without the zone that it is meant in.",
        "Name the time zone in a mapping, or export times with their offset.",
        ("row",),
    ),
    Rejection(
        "unknown_type",
        "Unknown word",
        "The cell for the channel, the type, paid or consent has an unknown word.",
        "Map the column as something else, or use one of the words that the message lists.",
        ("row",),
    ),
    Rejection(
        "unreadable_text",
        "Characters unreadable",
        "The row holds bytes that are no text in the file's encoding.",
        "Download the report again, and upload it without opening and saving it.",
        ("row",),
    ),
    Rejection(
        "value_without_order",
        "Money without an order",
        "There is money on a day without an order that it could belong to.",
        "Export the orders themselves; this sum belongs to no order of the day.",
        ("row",),
    ),
    Rejection(
        "wrong_cell_count",
        "Too few or too many cells",
        "The row has fewer or more cells than the header.",
        "Correct the row; a quotation mark may be missing around a text with a comma.",
        ("row",),
    ),
)

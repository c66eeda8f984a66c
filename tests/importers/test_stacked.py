"""Classification of records as titles, headers and rows in files of several tables."""

from chalicelib.importers.reports.stacked import Stack, tables_in


def kinds(*records: list[str]) -> list[str]:
    stack = Stack(lambda cells: cells[0].startswith("#"))
    return [stack.place(line, cells) for line, cells in enumerate(records, start=1)]


def test_a_blank_line_ends_a_table_and_a_header_begins_one() -> None:
    assert kinds(["a", "b"], ["x", "1"], [""], ["c", "d"], ["y", "2"]) == [
        *("header", "row", "blank", "header", "row"),
    ]


def test_rows_with_numbers_after_a_blank_line_continue_the_table() -> None:
    assert kinds(["a", "b"], ["x", "1"], [], ["y", "1,200.5"], ["z", "3 %"]) == [
        *("header", "row", "blank", "row", "row"),
    ]


def test_a_line_of_one_cell_between_tables_is_a_title() -> None:
    assert kinds(["Pages"], ["a", "b"], ["x", "1"], [], ["Visits"], ["c", "d"]) == [
        *("title", "header", "row", "blank", "title", "header"),
    ]


def test_a_marked_line_is_a_title_unless_it_contains_numbers_of_a_table() -> None:
    assert kinds(["# Report, all", " of it"], ["a", "b"], ["#1 hit", "7"], ["# More", "x"]) == [
        *("title", "header", "row", "title"),
    ]


def test_tables_have_the_right_lines_even_if_cells_contain_line_breaks() -> None:
    first, second = tables_in('T\na,b\n"x\ny",1\n\nc,d\nz,2\n"v\nw",3\n', ",")

    assert (first.line, first.last_line, first.above) == (2, 4, ("T",))
    assert (second.line, second.last_line, second.rows) == (6, 9, [["z", "2"], ["v\nw", "3"]])


def test_a_quotation_mark_that_is_never_closed_ends_the_last_table() -> None:
    assert [table.header for table in tables_in('a,b\n1,2\n\n"c,d\n3,4', ",")] == [("a", "b")]

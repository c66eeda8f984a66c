"""Excel workbooks as rows of text.

=======================  =======================================================================
workbooks                both formats behind one interface
xlsx, xls                Excel 2007 and later; Excel 97 to 2003
sheet_xml, sheet_cells   the XML of .xlsx in constant memory
typed_cells              numbers, days and truth values as text
merged_cells             merged cells repeat their value in every row
=======================  =======================================================================
"""

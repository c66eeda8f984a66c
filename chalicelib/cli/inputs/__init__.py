"""The files that a user passes to a command: found, recognised, converted, compared.

===============  ===============================================================================
found_files      folders, zip archives and standard input -> single files
file_options     options for single files, such as ``--mapping shop.csv=shop.json``
conversions      an export -> valid events; shared with the command `convert`
cost_tables      a table of costs (`--costs`) -> a mapping
admitted_lines   the events of all files, without duplicates
inventory        what the files contain, for the command `doctor`
overlaps         files that count the same engagements or conversions of the same days
gathering        all of it together: what `estimate` and `doctor` read
===============  ===============================================================================
"""

"""Which importer reads a file, and what to say when none does.

=============================  =================================================================
declarations                   what an importer says about itself; docs/exports.md is made of it
recognition, importer_choice   an importer's claim to a file; which claim wins
glimpses                       the beginning of a file, as importers see it
other_platforms, other_tables  headings of platforms and tables that are not read
unknown_files, file_kinds      messages for files that no importer reads
=============================  =================================================================
"""

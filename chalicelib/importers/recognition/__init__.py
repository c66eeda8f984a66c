"""Decide which importer reads a file, and explain when none does.

=============================  =================================================================
declarations                   an importer's description of itself; docs/exports.md uses it
recognition, importer_choice   an importer's claim to a file; the choice between claims
glimpses                       the beginning of a file, as importers see it
other_platforms, other_tables  headings of platforms and tables that are not read
unknown_files, file_kinds      messages about files that no importer reads
=============================  =================================================================
"""

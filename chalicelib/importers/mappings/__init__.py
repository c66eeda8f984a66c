"""Files without an importer, read with a mapping that the user writes.

================================  ==============================================================
mapping, mapping_fields           the mapping itself, and the fields it may use
mapping_checks                    what a mapping must contain
proposals, meanings               a mapping to start from, guessed from the headings
mapped                            the generic importer
mapped_columns, mapped_words      where the named columns are; words in cells
mapped_dates, mapped_dating       days, times and periods of rows
mapped_plan, mapped_subjects      the mapping as a row plan; the subject of a row
================================  ==============================================================
"""

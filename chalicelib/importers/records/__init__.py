"""Records in JSON, XML and HTML: one outcome per record.

======================  ========================================================================
json_documents, shapes  JSON as one document, an array or lines
markup                  XML, element by element
record_fields           fields of records, with their types checked
records                 the reading loop
unread_keys             keys that are not read, and the sums of their metrics
======================  ========================================================================
"""

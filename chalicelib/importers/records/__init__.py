"""Records in JSON, XML and HTML: one outcome per record.

======================  ========================================================================
json_documents, shapes  JSON as one document, an array or lines
markup                  XML, element by element
record_fields           fields of records, with their types checked
records                 the loop over records
record_report           a report of JSON records, recognized by its keys
unread_keys             unread keys, and the sums of their metrics
======================  ========================================================================
"""

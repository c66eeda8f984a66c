"""The whole service in one process, for one machine: SQLite, plain files, threads.

===============  ================================================================================
database         one SQLite file: one writing connection, group commits, errors by name
database_rows    items as rows with checksums, and the checksum of each partition
flushing         flushes the entries of directories to disk
commits          number of commits, recorded outside of the database
sqlite_table     the table that stores use
versioned_files  objects as plain files, named by the database
file_objects     objects of a tenant
queues           messages for imports and fits
feed             derives day totals of changed partitions
uploads          signed URLs for files
machine          the state in one data directory: all of the above
checking         checks a directory for damage
backups          copies a directory, also while it is served
conversion       converts data directories from before SQLite
housekeeping     deletes expired data
jobs             continues unfinished imports and fits after a start
server           HTTP/1.1 on 127.0.0.1 with cheroot; passes bodies on before they are read
incoming         the body of a request, piece by piece, with a size limit
paced_sockets    sockets that disconnect clients that send too slowly
strict_headers   rejects headers that two readers could understand in different ways
exchanges        requests and responses
gateway          Chalice's routing behind the server, instead of API Gateway
event_sources    what starts functions in AWS: queues, the schedule
in_flight        counts the requests in progress
installation     the state directory of an installation, and its root secret
secret_mark      checks that a directory is served with the root secret that it was written with
home_keys        API keys of the command line, for a service without a data directory
service          all of it together: start, wait until idle, stop
===============  ================================================================================

This package imports nothing when it is imported; the caller that starts a service passes `app`.
"""

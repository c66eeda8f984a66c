"""The whole service in one process, for one machine: SQLite, plain files, threads.

==============  =================================================================================
database        one SQLite file: one connection that writes, commits in groups, outages by name
rows            items as rows with checksums, and what a partition knows of its rows
flushing        directories whose entries are on the disk
commits         how many commits there were, outside of the database
sqlite_table    the table that stores use
files           objects as plain files that the database names
file_objects    a tenant's objects
queues          messages to imports and fits
feed            day totals of what has changed
uploads         signed URLs for files
machine         all of these for one data directory
checking        whether a directory is as it was left
backups         a copy of a directory, while it is served
housekeeping    what has expired is removed
jobs            unfinished imports and fits, which continue after a start
server          HTTP/1.1 on 127.0.0.1 by cheroot; bodies are handed over before they are read
incoming        the body of a request: piece by piece, bounded
paced_sockets   sockets that give up a client which sends too slowly
strict_headers  headers that no two readers understand in two ways
exchanges       what a request and an answer are
gateway         Chalice's routing behind that server; what a gateway itself has to answer
sources         what invokes functions in AWS: queues, the schedule
in_flight       the requests at hand
installation    the state directory of an installation, and its root secret
secret_mark     whether the root secret is the one that a directory was written under
adopting        API keys of the command line, for a service that keeps nothing
service         all of it together: start, wait until idle, stop
==============  =================================================================================

Importing this package costs nothing; the caller that starts a service passes `app`.
"""

"""The whole service on an embedded AWS, in one process (and Java's, if asked for), for one machine.

==============  =================================================================================
aws             DynamoDB, S3, SQS and Secrets Manager in this process behind a boto3 session
resources       the table, bucket and queues that the service expects to find
server          HTTP/1.1 on 127.0.0.1: framing, limits, keep-alive
gateway         Chalice's routing behind that server; what a gateway itself has to answer
sources         what invokes functions in AWS: queues, the schedule
stream          the same for the table's changes
changes         those of MiniStack's table, by its stream
change_log      those of a table that is kept elsewhere, noted before each write
engine          which engine keeps the table of a directory
journal         every write to MiniStack's table, in order, in one file
dynamodb_local  Amazon's DynamoDB Local as a process that ends with this one
tables          the table of a service, with either
files           files that are replaced in one step
state           all that `serve --data` keeps over a restart
installation    the state directory: the root secret and the API keys made on the command line
service         all of it together: start, wait until idle, stop
==============  =================================================================================

Importing this package costs nothing; `app` is handed in by whoever starts a service.
"""

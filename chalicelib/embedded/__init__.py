"""The whole service on an embedded AWS, in one process, for one machine.

============  ===================================================================================
aws           DynamoDB, S3, SQS and Secrets Manager in this process behind a boto3 session
resources     the table, bucket and queues that the service expects to find
server        HTTP/1.1 on 127.0.0.1: framing, limits, keep-alive
gateway       Chalice's routing behind that server; what a gateway itself has to answer
sources       what invokes functions in AWS: queues, the schedule
stream        the same for the table's stream
journal       every write to the table, in order, in one file
state         all that `serve --data` keeps over a restart
installation  the state directory: the root secret and the API keys made on the command line
service       all of it together: start, wait until idle, stop
============  ===================================================================================

Importing this package costs nothing; `app` is handed in by whoever starts a service.
"""

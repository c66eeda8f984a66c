"""Storage in DynamoDB and S3: one table and one bucket.

`table_keys` builds the keys. One module per kind of item defines its attributes. `writer` writes
batches without losing an item. `tenant_store` binds all stores to one tenant. Callers pass the
clients in. This package has no HTTP code, creates no clients and does not decide what may be
stored.
"""

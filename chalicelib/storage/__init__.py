"""DynamoDB and S3: how things are kept.

One table, one bucket. `keys` says where an item lies, one module per kind of item says what is in
it, `writer` writes without losing, `tenant_store` binds all of it to one tenant. Clients are handed
in; nothing here knows HTTP, makes a client or decides what may be stored.
"""

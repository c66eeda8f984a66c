"""What `convert` writes for every look-alike of the tests, kept in `converted.json`.

    python -m tests.goldens.converted

renews the file. A changed line of it names the look-alike and what changed about it.
"""

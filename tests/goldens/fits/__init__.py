"""The fit document of a small form of many worlds, one file each.

    python -m tests.goldens.fits

renews the files.
"""

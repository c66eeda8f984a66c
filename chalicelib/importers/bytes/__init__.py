"""From bytes to lines of text: archives, compression, encodings.

==================  ============================================================================
archives, members   zip archives, their limits, and which members are read
gzipped             gzip streams
decoding, lines     encodings; decoded lines of streams larger than memory
delimited           lines split at a delimiter
rations             a limit on what a parser may read before it returns something
==================  ============================================================================
"""

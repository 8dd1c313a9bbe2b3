"""Layout detection by PP-DocLayoutV3 as a small HTTP service.

The service answers with what the model saw and decides nothing: thresholds,
overlaps and reading order are the caller's. README.md describes the protocol.
"""

"""Lets schemathesis send documents: half of all raw bodies are a real one, the rest is noise."""

import os
from pathlib import Path

import schemathesis

DOCUMENT = Path(os.environ["FUZZ_DOCUMENT"]).read_bytes()


@schemathesis.serializer("application/pdf", "image/png")
def raw(ctx, value):
    noise = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    return DOCUMENT if len(noise) % 2 == 0 else noise

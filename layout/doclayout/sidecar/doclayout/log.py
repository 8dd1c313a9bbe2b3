"""One JSON object a line on stderr, for whoever started the service."""

import json
import sys
import threading
import time

_lock = threading.Lock()


def log(level: str, msg: str, **fields) -> None:
    """Write a line. msg is constant; what varies goes into fields."""
    record = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": level, "msg": msg, **fields}
    line = json.dumps(record, ensure_ascii=False, default=str)
    with _lock:
        print(line, file=sys.stderr, flush=True)

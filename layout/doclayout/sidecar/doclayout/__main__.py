"""Command line of the layout service."""

import argparse
import os
import re
import signal
import sys
import threading

from .log import log
from .service import Service, listen

# Seconds that pages on their way have left when the service is told to stop.
DRAIN = 5


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="doclayout", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:8100", help="HOST:PORT or unix:PATH (default: %(default)s)")
    parser.add_argument("--model", default="PaddlePaddle/PP-DocLayoutV3_safetensors", help="hub id or folder (default: %(default)s)")
    parser.add_argument("--onnx", metavar="FILE", help="use this ONNX file instead")
    parser.add_argument("--device", choices=["auto", "cuda", "cpu"], default="auto")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="what matrices are multiplied in (default: %(default)s)")
    parser.add_argument("--max-batch", type=int, default=8, help="pages a batch (default: %(default)s)")
    parser.add_argument("--max-wait", type=float, default=0.005, help="seconds that a page waits for others (default: %(default)s)")
    parser.add_argument("--max-queue", type=int, default=32, help="pages admitted at a time (default: %(default)s)")
    parser.add_argument("--max-pixels", type=int, default=100_000_000, help="of a page (default: %(default)s)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin ends: when the parent dies")
    parser.add_argument("--stand-in", action="store_true", help="boxes around dark bands, without a model: for tests")
    parser.add_argument("--stand-in-delay", type=float, default=0.0, metavar="SECONDS", help="time that a batch takes at least")
    args = parser.parse_args(argv)
    if not re.fullmatch(r"unix:.+|[^:]*:\d{1,5}", args.listen):
        parser.error("--listen must be HOST:PORT or unix:PATH")
    for name in ("max_batch", "max_queue", "max_pixels"):
        if getattr(args, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    return args


def loader(args: argparse.Namespace):
    """How to load the model. Only the libraries of the one that is asked for are needed."""

    def load():
        if args.stand_in:
            from .standin import StandIn

            return StandIn(args.stand_in_delay)
        if args.onnx:
            from .onnx import Onnx

            return Onnx(args.onnx, args.device)
        from .pytorch import PyTorch

        return PyTorch(args.model, args.device, args.dtype)

    return load


def exit_with_stdin() -> None:
    """End the process when stdin ends, whatever the other threads do."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    try:
        log("info", "parent is gone")  # fails when stderr went with it
    finally:
        os._exit(0)


def main() -> None:
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    args = arguments()
    if args.exit_with_stdin:
        threading.Thread(target=exit_with_stdin, name="parent", daemon=True).start()
    service = Service(loader(args), args.max_queue, args.max_batch, args.max_wait, args.max_pixels)
    server = listen(args.listen, service)
    # shutdown waits for serve_forever, which runs in the thread that gets the signal.
    stop = threading.Thread(target=server.shutdown, name="stop")
    signal.signal(signal.SIGTERM, lambda *_: stop.ident is None and stop.start())
    signal.signal(signal.SIGINT, lambda *_: stop.ident is None and stop.start())
    log("info", "layout service listens", address=args.listen)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    service.drain(DRAIN)
    log("info", "layout service ends")
    os._exit(0)  # a model that is still being loaded, or runs, is not waited for


if __name__ == "__main__":
    main()

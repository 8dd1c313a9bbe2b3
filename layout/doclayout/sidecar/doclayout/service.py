"""The HTTP side: POST /v1/layout and GET /health."""

import json
import os
import select
import socket
import socketserver
import stat
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .batcher import Batcher, Job
from .log import log
from .page import Refusal, decode

# Seconds that a connection may be silent; longer than clients keep idle ones.
SILENCE = 60

# How often a waiting request looks whether its client is still there, in seconds.
LOOK = 0.25


class Service:
    """What all requests share: the model, once it is loaded, and the places."""

    def __init__(self, load, max_queue: int, max_batch: int, max_wait: float, max_pixels: int):
        self.max_pixels = max_pixels
        self.model = None
        self.status, self.reason = "loading", None
        self._max_queue = max_queue
        self._places = threading.BoundedSemaphore(max_queue)
        self._load, self._max_batch, self._max_wait = load, max_batch, max_wait
        threading.Thread(target=self._start, name="loader", daemon=True).start()

    def _start(self) -> None:
        begin = time.monotonic()
        try:
            model = self._load()
        except Exception as error:
            self.status, self.reason = "failed", f"{type(error).__name__}: {error}"[:500]
            log("error", "layout model cannot be loaded", reason=self.reason)
            return
        self._batcher = Batcher(model.infer, self._max_batch, self._max_wait)
        self.model, self.status = model, "ready"
        log("info", "layout model ready", model=model.name, device=model.device, seconds=round(time.monotonic() - begin, 1))

    def health(self) -> dict:
        model = self.model
        return {
            "status": self.status,
            "model": model and model.name,
            "device": model and model.device,
            "reason": self.reason,
        }

    def enter(self) -> None:
        """Take a place, before the body is read: they bound the memory that pages take."""
        if self.status != "ready":
            raise Refusal(503, self.status, f"the layout model is {self.status}")
        if not self._places.acquire(blocking=False):
            raise Refusal(503, "queue_full", "too many pages are waiting")

    def leave(self) -> None:
        self._places.release()

    def drain(self, seconds: float) -> None:
        """Admit nothing more and wait for what was admitted."""
        self.status = "stopping"
        deadline = time.monotonic() + seconds
        for _ in range(self._max_queue):
            if not self._places.acquire(timeout=max(0.0, deadline - time.monotonic())):
                return

    def detect(self, page, gone) -> dict:
        """Take a page through the model; gone() says that nobody waits for it any more."""
        job = self._batcher.submit(self.model.prepare(page))
        self._wait(job, gone)
        boxes = self.model.boxes(job.output, page.width, page.height)
        return {
            "model": self.model.name,
            "width": page.width,
            "height": page.height,
            "boxes": [box.to_json() for box in boxes if box.finite()],
        }

    @staticmethod
    def _wait(job: Job, gone) -> None:
        while not job.done.wait(LOOK):
            if gone():
                job.abandoned = True
                raise ConnectionAbortedError
        if job.error is not None:
            raise Refusal(500, "model_failed", "the layout model failed on this page")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "doclayout", ""
    timeout = SILENCE
    wbufsize = -1  # head and body leave in one piece
    service: Service

    def do_GET(self) -> None:
        if self.path != "/health":
            return self._answer(404, {"error": {"code": "not_found", "message": "there is POST /v1/layout and GET /health"}})
        self._answer(200, self.service.health())

    def do_POST(self) -> None:
        try:
            if self.path != "/v1/layout":
                self.close_connection = True  # its body is not read
                raise Refusal(404, "not_found", "there is POST /v1/layout and GET /health")
            self._answer(200, self._layout())
        except Refusal as refusal:
            self._refuse(refusal)
        except (ConnectionError, TimeoutError):  # the client left, or stalled
            self.close_connection = True
        except Exception as error:
            log("error", "request failed", error=repr(error)[:500])
            self._refuse(Refusal(500, "internal", "a defect of the layout service: see its log"))

    def _layout(self) -> dict:
        length = self._length()
        try:
            self.service.enter()
        except Refusal:
            self._skip(length)
            raise
        try:
            body = self._body(length)
            page = decode(body, self.headers.get("Content-Type", ""), self.headers, self.service.max_pixels)
            return self.service.detect(page, self._gone)
        finally:
            self.service.leave()

    def _length(self) -> int:
        text = self.headers.get("Content-Length", "")
        if not (text.isascii() and text.isdigit()):
            self.close_connection = True
            raise Refusal(411, "length_required", "send Content-Length")
        # No encoding is larger than the raw pixels, give or take its head.
        limit = 3 * self.service.max_pixels + 65536
        if len(text) > 18 or int(text) > limit:
            self.close_connection = True
            raise Refusal(413, "too_large", f"the body is larger than the limit of {limit} bytes")
        return int(text)

    def _body(self, length: int) -> bytearray:
        body = bytearray(length)
        view, got = memoryview(body), 0
        while got < length:
            n = self.rfile.readinto(view[got:])
            if not n:
                raise ConnectionAbortedError
            got += n
        return body

    def _skip(self, length: int) -> None:
        """Read a body and forget it: closing at once could lose the answer on its way."""
        while length > 0:
            n = len(self.rfile.read(min(length, 65536)))
            if n == 0:
                raise ConnectionAbortedError
            length -= n

    def _gone(self) -> bool:
        """Whether the client closed the connection. Clients do not pipeline: what can be read is the end."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _refuse(self, refusal: Refusal) -> None:
        self._answer(refusal.status, {"error": {"code": refusal.code, "message": refusal.message}})

    def _answer(self, status: int, value: dict) -> None:
        body = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status == 503:
                self.send_header("Retry-After", "1")
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, *_) -> None:
        """Requests are the client's to log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's asks the name service
        self.server_name, self.server_port = "localhost", 0

    def handle_error(self, request, client_address) -> None:
        log("warn", "connection failed")


class _UnixServer(_Server):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        path = self.server_address
        if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode):
            os.unlink(path)  # left by a run that was killed
        super().server_bind()
        os.chmod(path, 0o600)


def listen(address: str, service: Service) -> ThreadingHTTPServer:
    """Listen on unix:PATH or HOST:PORT."""
    handler = type("BoundHandler", (Handler,), {"service": service})
    if address.startswith("unix:"):
        return _UnixServer(address.removeprefix("unix:"), handler)
    host, _, port = address.rpartition(":")
    return _Server((host or "127.0.0.1", int(port)), handler)

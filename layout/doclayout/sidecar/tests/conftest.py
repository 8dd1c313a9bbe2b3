import http.client
import json
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from doclayout.service import Service, listen  # noqa: E402
from doclayout.standin import StandIn  # noqa: E402


class Client:
    """Requests to a service that runs in this process, each on a connection of its own."""

    def __init__(self, service, port):
        self.service, self.port = service, port

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response, json.loads(response.read())
        finally:
            connection.close()

    def post(self, body, **headers):
        return self.request("POST", "/v1/layout", body, {k.replace("_", "-"): v for k, v in headers.items()})

    def post_rgb(self, page):
        return self.post(bytes(page.pixels), Content_Type="application/x-rgb", X_Width=str(page.width), X_Height=str(page.height))


@pytest.fixture
def serve():
    """serve(load, **limits) -> Client."""
    servers = []

    def start(load=StandIn, ready=True, **limits):
        service = Service(load, **{"max_queue": 8, "max_batch": 4, "max_wait": 0.005, "max_pixels": 1_000_000, **limits})
        server = listen("127.0.0.1:0", service)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        for t in threading.enumerate():
            if ready and t.name == "loader":
                t.join(120)
        return Client(service, server.server_address[1])

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()

"""The service around the stand-in model: needs nothing but Python and pytest."""

import io
import socket
import threading
import time

import pytest

from doclayout.page import Page
from doclayout.standin import StandIn


def bands(width, height, *tops):
    """A white page with a black band of five rows at each top."""
    rgb = bytearray(b"\xff" * (3 * width * height))
    for y in tops:
        rgb[3 * width * y : 3 * width * (y + 5)] = bytes(3 * width * 5)
    return Page(width, height, rgb)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Slow(StandIn):
    """Holds every batch until it is let go, and remembers their sizes."""

    def __init__(self):
        super().__init__()
        self.go, self.entered, self.batches = threading.Event(), threading.Event(), []

    def infer(self, inputs):
        self.batches.append(len(inputs))
        self.entered.set()
        assert self.go.wait(30)
        return inputs


def test_answer(serve):
    client = serve()
    response, answer = client.post_rgb(bands(40, 100, 20, 60))
    assert response.status == 200
    assert answer == {
        "model": "stand-in",
        "width": 40,
        "height": 100,
        "boxes": [
            {"class_id": 22, "score": 0.9, "bbox": [0.0, 20.0, 40.0, 25.0], "order": 0, "polygon": None},
            {"class_id": 22, "score": 0.9, "bbox": [0.0, 60.0, 40.0, 65.0], "order": 1, "polygon": None},
        ],
    }
    _, health = client.request("GET", "/health")
    assert health == {"status": "ready", "model": "stand-in", "device": "cpu", "reason": None}


def test_empty_page(serve):
    assert serve().post_rgb(bands(40, 100))[1]["boxes"] == []


def test_gray(serve):
    client, page = serve(), bands(40, 100, 20)
    sides = {"X_Width": "40", "X_Height": "100"}
    response, answer = client.post(bytes(page.pixels[::3]), Content_Type="application/x-gray", **sides)
    assert (response.status, answer) == (200, client.post_rgb(page)[1])
    assert client.post(bytes(page.pixels), Content_Type="application/x-gray", **sides)[0].status == 400


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures(serve, kind):
    image = pytest.importorskip("PIL.Image")
    page = bands(48, 96, 16)
    body = io.BytesIO()
    image.frombytes("RGB", (48, 96), bytes(page.pixels)).convert("L").save(body, kind)
    response, answer = serve().post(body.getvalue(), Content_Type=f"image/{kind.lower()}")
    assert (response.status, answer["width"], answer["height"], len(answer["boxes"])) == (200, 48, 96, 1)


RGB = "application/x-rgb"


@pytest.mark.parametrize(
    "body, headers, status, code",
    [
        (b"", {"Content_Type": RGB}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "1", "X_Height": "2"}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "-1", "X_Height": "-1"}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "0", "X_Height": "1"}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "1e0", "X_Height": "1"}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "9" * 5000, "X_Height": "1"}, 400, "bad_image"),
        (b"abc", {"Content_Type": RGB, "X_Width": "1001", "X_Height": "1000"}, 413, "too_many_pixels"),
        (b"abc", {"Content_Type": "application/pdf"}, 415, "unsupported_media"),
        (b"abc", {}, 415, "unsupported_media"),
        (b"x" * 3_100_000, {"Content_Type": RGB, "X_Width": "1", "X_Height": "1"}, 413, "too_large"),
    ],
)
def test_refusals(serve, body, headers, status, code):
    client = serve()
    try:
        response, answer = client.post(body, **headers)
    except (BrokenPipeError, ConnectionResetError):
        assert code == "too_large"  # closed while the body was on its way
    else:
        assert (response.status, answer["error"]["code"]) == (status, code)
        assert answer["error"]["message"]
    assert client.post_rgb(bands(40, 100, 20))[0].status == 200  # its place was given back


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_damaged_pictures(serve, body):
    pytest.importorskip("PIL")
    response, answer = serve().post(body, Content_Type="image/png")
    assert (response.status, answer["error"]["code"]) == (400, "bad_image")


def test_large_picture_is_not_decoded(serve):
    image = pytest.importorskip("PIL.Image")
    body = io.BytesIO()
    image.new("1", (30_000, 30_000)).save(body, "PNG")
    assert serve().post(body.getvalue(), Content_Type="image/png")[0].status in (400, 413)


@pytest.mark.parametrize("method, path", [("GET", "/"), ("POST", "/"), ("GET", "/v1/layout")])
def test_unknown_route(serve, method, path):
    assert serve().request(method, path, b"" if method == "POST" else None)[0].status == 404


@pytest.mark.parametrize("head", [b"", b"Content-Length: -1\r\n", b"Content-Length: x\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_no_length(serve, head):
    client = serve()
    with socket.create_connection(("127.0.0.1", client.port), timeout=30) as s:
        s.sendall(b"POST /v1/layout HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")
        assert s.makefile("rb").readline().startswith(b"HTTP/1.1 411 ")


def test_connection_is_kept(serve):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", serve().port, timeout=30)
    page = bands(40, 100, 20)
    headers = {"Content-Type": RGB, "X-Width": "40", "X-Height": "100"}
    for _ in range(3):
        connection.request("POST", "/v1/layout", bytes(page.pixels), headers)
        kept = connection.sock
        assert connection.getresponse().read()
        assert connection.sock is kept
    connection.close()


def test_waiting_pages_share_a_batch(serve):
    model = Slow()
    client = serve(lambda: model, max_wait=0.2)
    answers = []
    first = threading.Thread(target=lambda: answers.append(client.post_rgb(bands(40, 100, 20))))
    first.start()
    assert model.entered.wait(30)
    others = [threading.Thread(target=lambda: answers.append(client.post_rgb(bands(40, 100, 20)))) for _ in range(5)]
    for t in others:
        t.start()
    until(lambda: client.service._batcher._waiting.qsize() == 5)
    model.go.set()
    for t in [first, *others]:
        t.join(30)
    assert [response.status for response, _ in answers] == [200] * 6
    assert model.batches == [1, 4, 1]


def test_full_queue(serve):
    model = Slow()
    client = serve(lambda: model, max_queue=1)
    answers = []
    first = threading.Thread(target=lambda: answers.append(client.post_rgb(bands(40, 100, 20))))
    first.start()
    assert model.entered.wait(30)
    response, answer = client.post_rgb(bands(40, 100, 20))
    assert (response.status, response.headers["Retry-After"], answer["error"]["code"]) == (503, "1", "queue_full")
    model.go.set()
    first.join(30)
    assert answers[0][0].status == 200
    assert client.post_rgb(bands(40, 100, 20))[0].status == 200


def test_client_that_left_is_not_served(serve):
    model = Slow()
    client = serve(lambda: model, max_queue=2, max_batch=1)
    first = threading.Thread(target=lambda: client.post_rgb(bands(40, 100, 20)))
    first.start()
    assert model.entered.wait(30)
    page = bands(40, 100, 20)
    s = socket.create_connection(("127.0.0.1", client.port), timeout=30)
    s.sendall(b"POST /v1/layout HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-rgb\r\nX-Width: 40\r\nX-Height: 100\r\nContent-Length: 12000\r\n\r\n" + page.pixels)
    until(lambda: client.service._batcher._waiting.qsize() == 1)
    s.close()
    # Its place is free again, though the model still holds the first page.
    until(lambda: client.service._places._value == 1)
    model.go.set()
    first.join(30)
    assert client.post_rgb(page)[0].status == 200
    assert model.batches == [1, 1]


def test_a_page_does_not_fail_its_neighbours(serve):
    class Picky(StandIn):
        def infer(self, inputs):
            if any(len(boxes) == 2 for boxes in inputs):
                raise ValueError("two bands")
            return inputs

    client = serve(Picky, max_wait=0.5)
    pages = [bands(40, 100, 20), bands(40, 100, 20, 50), bands(40, 100)]
    statuses = [0] * 3

    def post(i):
        statuses[i] = client.post_rgb(pages[i])[0].status

    threads = [threading.Thread(target=post, args=(i,)) for i in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert statuses == [200, 500, 200]


def test_model_that_cannot_be_loaded(serve):
    def load():
        raise OSError("no such checkpoint")

    client = serve(load)
    _, health = client.request("GET", "/health")
    assert (health["status"], health["reason"]) == ("failed", "OSError: no such checkpoint")
    response, answer = client.post_rgb(bands(40, 100))
    assert (response.status, answer["error"]["code"]) == (503, "failed")


def test_model_that_is_loading(serve):
    go = threading.Event()

    def load():
        assert go.wait(30)
        return StandIn()

    client = serve(load, ready=False)
    assert client.request("GET", "/health")[1]["status"] == "loading"
    assert client.post_rgb(bands(40, 100))[0].status == 503
    go.set()
    until(lambda: client.request("GET", "/health")[1]["status"] == "ready")
    assert client.post_rgb(bands(40, 100))[0].status == 200

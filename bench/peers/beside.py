"""Latency of one-page requests to a running gateway, idle and beside eight 500-page documents that are read
as streams, of first pages, and of /health meanwhile. Usage: beside.py http://HOST:PORT [SECONDS]"""

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

host = urllib.parse.urlsplit(sys.argv[1]).netloc
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 15.0
BOUNDARY = "----beside"


def upload(pages):
    """The body of a request with a PDF of so many pages."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "make_pdf.py"), str(pages), file.name], check=True)
        data = open(file.name, "rb").read()
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


uploads = {pages: upload(pages) for pages in (1, 200, 500)}


def post(path, pages):
    connection = http.client.HTTPConnection(host, timeout=600)
    connection.request("POST", path, uploads[pages], {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    return connection, answer


def events(answer):
    """The number of pages so far, after each line of a stream."""
    pages = 0
    while line := answer.readline():
        pages += line.startswith(b"event: page")
        yield pages


def one_page():
    start = time.time()
    connection, answer = post("/api/ocr/document", 1)
    answer.read()
    connection.close()
    return time.time() - start


def first_page(pages):
    start = time.time()
    connection, answer = post("/api/ocr/document/stream", pages)
    assert any(events(answer))
    connection.close()  # cancels the rest
    return time.time() - start


def health():
    start = time.time()
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/health")
    connection.getresponse().read()
    connection.close()
    return time.time() - start


def show(what, times):
    at = lambda share: 1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]
    print(f"{what:34} n {len(times):4}  p50 {at(0.5):5.0f}  p95 {at(0.95):5.0f}  p99 {at(0.99):5.0f} ms", flush=True)


one_page()  # the first of all warms up
show("one page, idle", [one_page() for _ in range(20)])
show("first page of 1, idle", [first_page(1) for _ in range(10)])
show("first page of 200, idle", [first_page(200) for _ in range(10)])

over, read, checks = threading.Event(), [], []


def long_document():
    connection, answer = post("/api/ocr/document/stream", 500)
    pages = 0
    for pages in events(answer):
        if over.is_set():
            break
    read.append(pages)
    connection.close()


def look():
    while not over.wait(0.05):
        checks.append(health())


others = [threading.Thread(target=long_document) for _ in range(8)]
start = time.time()
for thread in others:
    thread.start()
time.sleep(1.5)  # until they run evenly
others.append(threading.Thread(target=look))
others[-1].start()
small = []
while time.time() - start < seconds:
    small.append(one_page())
    time.sleep(0.05)
wall = time.time() - start
over.set()
for thread in others:
    thread.join()
show("one page, beside eight documents", small)
show("/health meanwhile", checks)
print(f"eight documents: {sum(read) / wall:.1f} pages/s, {min(read)} to {max(read)} pages each")

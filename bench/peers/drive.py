"""Sends one document to a peer's server, C requests at a time, N in all, and prints what `ocr-gateway bench` prints
of ours; CPU and memory (RSS) are of the server and its children. Usage: drive.py glmocr|mineru URL PID C N PAGES FILE [VLLM]"""

import concurrent.futures
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

peer, url, pid, clients, requests, pages, path = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7]), sys.argv[7]
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
BOUNDARY = "----drive"


def usage():
    """CPU seconds, those of ended children too, and resident bytes of the tree."""
    stats = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as f:
                stats[int(name)] = f.read().rsplit(")", 1)[1].split()
        except OSError:
            pass  # ended meanwhile
    tree, ticks, rss = {pid}, 0, 0
    while more := {p for p, fields in stats.items() if int(fields[1]) in tree} - tree:
        tree |= more
    for fields in (stats[p] for p in tree if p in stats):
        ticks += sum(map(int, fields[11:15]))
        rss += int(fields[21]) * PAGE
    return ticks / TICK, rss


peak, done = 0, threading.Event()


def watch():
    global peak
    while not done.wait(0.2):
        peak = max(peak, usage()[1])


def ask(body, content_type):
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.netloc, timeout=600)
    connection.request("POST", target.path, body, {"Content-Type": content_type})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200, (answer.status, text[:500])
    return json.loads(text)


def glmocr(_):
    answer = ask(json.dumps({"images": ["file://" + os.path.abspath(path)]}), "application/json")
    return sum(len(page) for page in answer["json_result"])


def mineru(_):
    fields = {"backend": "vlm-http-client", "server_url": sys.argv[8], "return_content_list": "true"}
    form = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    form += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    with open(path, "rb") as f:
        body = form.encode() + f.read() + f"\r\n--{BOUNDARY}--\r\n".encode()
    results = ask(body, f"multipart/form-data; boundary={BOUNDARY}")["results"]
    return sum(len(json.loads(result["content_list"])) for result in results.values())


watcher = threading.Thread(target=watch)
watcher.start()
cpu, start = usage()[0], time.time()
with concurrent.futures.ThreadPoolExecutor(clients) as pool:
    regions = sum(pool.map({"glmocr": glmocr, "mineru": mineru}[peer], range(requests)))
wall, cpu = time.time() - start, usage()[0] - cpu
done.set()
watcher.join()
total = requests * pages
print(f"documents  {requests} read, {clients} at a time, {regions} regions of {8 * total}")
print(f"time       {wall:.1f} s, {total / wall:.2f} pages/s")
print(f"server     {cpu / total:.4f} CPU-s a page, peak memory {peak >> 20} MiB")

"""Sends one document to the SDK's server, C requests at a time, N in all, and prints what
`ocr-gateway bench` prints of ours. Usage: drive_glmocr.py URL PID C N PAGES FILE"""

import concurrent.futures
import json
import os
import sys
import threading
import time
import urllib.request

url, pid, clients, requests, pages, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6]
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def usage():
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK, int(fields[21]) * PAGE


peak, done = 0, threading.Event()


def watch():
    global peak
    while not done.wait(0.05):
        peak = max(peak, usage()[1])


def one(_):
    body = json.dumps({"images": ["file://" + os.path.abspath(path)]}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return sum(len(page) for page in json.load(answer)["json_result"])


watcher = threading.Thread(target=watch)
watcher.start()
cpu, start = usage()[0], time.time()
with concurrent.futures.ThreadPoolExecutor(clients) as pool:
    regions = sum(pool.map(one, range(requests)))
wall, cpu = time.time() - start, usage()[0] - cpu
done.set()
watcher.join()
total = requests * pages
print(f"documents  {requests} read, {clients} at a time, {regions} regions of {8 * total}")
print(f"time       {wall:.1f} s, {total / wall:.2f} pages/s")
print(f"server     {cpu / total:.4f} CPU-s a page, peak memory {peak >> 20} MiB")

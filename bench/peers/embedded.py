#!/usr/bin/env python3
"""The embedded engine beside others, in turn on the same images and on the same scan: processor time, pages a second,
memory, and how long the first page of the scan takes.

  python3 bench/peers/embedded.py --ours before=BINARY --ours after=BINARY [--tesseract PROGRAM] [--rapidocr PYTHON]
      [--openvino PYTHON] [--scan PAGES] [--first TIMES] [--rapidocr-every N] IMAGE…

Each program reads a few images a call (--at-once), one after the other, so that other work on the machine meets all of
them. Starting a program is part of what it costs; rapidocr (a Python with rapidocr and onnxruntime, or openvino) starts
once a call, too, and reads each Nth image, since it takes longest. The scan is the JPEG files among the images, again and
again: ours read it as one PDF, the others as files. The load is that of the machine at the end, in processes.
Run it where models/ and lib/ are. Python's standard library only."""
import argparse
import http.client
import os
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

RAPIDOCR = """import sys
from rapidocr import EngineType, RapidOCR
engine = EngineType(sys.argv[1])
read = RapidOCR(params={step + ".engine_type": engine for step in ("Det", "Cls", "Rec")})
for f in sys.argv[2:]: read(f)
"""
BOUNDARY = "----embedded"


def measure(command, env):
    """Processor seconds, seconds and peak MB of the largest process of a command's whole tree."""
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execvpe(command[0], command, env)
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024, status


def jpeg_size(data):
    """Width, height and color components of a JPEG."""
    at = 2
    while True:
        marker, length = struct.unpack(">xBH", data[at:at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width, components = struct.unpack(">HHB", data[at + 5:at + 10])
            return width, height, components
        at += 2 + length


def write_scan(path, images):
    """A PDF with a JPEG image on each page, at 150 dpi."""
    objects, pages = [], []

    def add(body):
        objects.append(body)
        return len(objects)

    drawn = {}
    for image in images:
        if image not in drawn:
            with open(image, "rb") as f:
                data = f.read()
            width, height, components = jpeg_size(data)
            space = b"/DeviceGray" if components == 1 else b"/DeviceRGB"
            drawn[image] = width, height, add(b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream"
                                              % (width, height, space, len(data), data))
        width, height, picture = drawn[image]
        w, h = width * 72 / 150, height * 72 / 150
        content = b"%.2f 0 0 %.2f 0 0 cm /I Do" % (w, h)
        content = add(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        pages.append(add(b"<</Type/Page/Parent PAGES 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>" % (w, h, content, picture)))
    tree = add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % p for p in pages)))
    root = add(b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    with open(path, "wb") as f:
        f.write(b"%PDF-1.5\n")
        starts = []
        for i, body in enumerate(objects):
            starts.append(f.tell())
            f.write(b"%d 0 obj\n%s\nendobj\n" % (i + 1, body.replace(b"/Parent PAGES", b"/Parent %d" % tree) if i + 1 in pages else body))
        table = f.tell()
        f.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % at for at in starts))
        f.write(b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, table))


def first_pages(binary, scan, times, port, env):
    """Seconds until a running server has answered the first page of the scan, as a stream."""
    with open(scan, "rb") as f:
        body = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'.encode()
                + f.read() + f"\r\n--{BOUNDARY}--\r\n".encode())
    server = subprocess.Popen([binary, "serve", "--port", str(port), "--engine", "embedded"], env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = []
    try:
        await_ready(server, port)
        while len(took) < times:
            begin = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request("POST", "/api/ocr/document/stream", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
            pages = 0
            for line in connection.getresponse():  # to its end, so that no run meets the one before
                if line.startswith(b"event: page."):
                    pages += 1
                    if pages == 1:
                        took.append(time.monotonic() - begin)
            if pages == 0:
                sys.exit(f"{binary} answered no page of the scan")
            connection.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return took


def await_ready(server, port):
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("the server ended before it was ready: is the port free, and are models/ and lib/ here?")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(.1)
    sys.exit("the server was not ready within a minute")


def arguments():
    args = argparse.ArgumentParser()
    args.add_argument("--ours", action="append", default=[], metavar="NAME=BINARY")
    args.add_argument("--tesseract")
    args.add_argument("--rapidocr", metavar="PYTHON")
    args.add_argument("--openvino", metavar="PYTHON")
    args.add_argument("--at-once", type=int, default=5)
    args.add_argument("--rapidocr-every", type=int, default=1, metavar="N")
    args.add_argument("--scan", type=int, default=0, metavar="PAGES")
    args.add_argument("--first", type=int, default=0, metavar="TIMES")
    args.add_argument("--port", type=int, default=18530)
    args.add_argument("images", nargs="+")
    return args.parse_args()


def programs(args, out):
    """How each program is called for some files, and whether it is one that reads each Nth only."""
    tools = {}
    for ours in args.ours:
        name, binary = ours.split("=", 1)
        tools[name] = lambda files, binary=binary: [binary, "ocr", *files, "-o", out], False
    if args.tesseract:
        listed = os.path.join(out, "images")

        def tesseract(files):
            with open(listed, "w") as f:
                f.write("\n".join(map(os.path.abspath, files)) + "\n")
            return [args.tesseract, listed, os.path.join(out, "text")]

        tools["Tesseract, one thread"] = tesseract, False
    for engine, python in ("onnxruntime", args.rapidocr), ("openvino", args.openvino):
        if python:
            tools["rapidocr, " + engine] = lambda files, engine=engine, python=python: [python, "-c", RAPIDOCR, engine, *files], True
    return tools


def compare(title, unit, runs):
    """Measures calls in turn and prints a table. runs has lists of (command, pages, environment) by program."""
    sums = {name: [0.0, 0.0, 0.0, 0] for name in runs}
    for at in range(max(map(len, runs.values()))):
        for name, calls in runs.items():
            if at >= len(calls):
                continue
            command, pages, env = calls[at]
            cpu, wall, peak, status = measure(command(), env)
            if status != 0:
                print(f"{name} ended with {status}", file=sys.stderr)
            total = sums[name]
            total[0], total[1], total[2], total[3] = total[0] + cpu, total[1] + wall, max(total[2], peak), total[3] + pages
    print(f"{title}, load {os.getloadavg()[0]:.0f}:\n\n| program | {unit}s | CPU-s a {unit} | {unit}s/s | largest process, MB |\n|---|---|---|---|---|")
    for name, (cpu, wall, peak, pages) in sums.items():
        print(f"| {name} | {pages} | {cpu / pages:.2f} | {pages / wall:.2f} | {peak:.0f} |")
    print(flush=True)


def main():
    args = arguments()
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    with tempfile.TemporaryDirectory() as out:
        tools, runs = programs(args, out), {}
        for name, (command, seldom) in tools.items():
            images = args.images[::args.rapidocr_every] if seldom else args.images
            some = [images[at:at + args.at_once] for at in range(0, len(images), args.at_once)]
            runs[name] = [(lambda files=files, command=command: command(files), len(files), env) for files in some]
        compare("Images", "image", runs)
        jpegs = [f for f in args.images if f.lower().endswith((".jpg", ".jpeg"))]
        if not jpegs or not args.scan:
            return
        pages = [jpegs[i % len(jpegs)] for i in range(args.scan)]
        scan = os.path.join(out, "scan.pdf")
        write_scan(scan, pages)
        ours = [o.split("=", 1) for o in args.ours]
        runs = {name: [(lambda binary=binary: [binary, "ocr", scan, "-o", out], len(pages), env)] for name, binary in ours}
        if args.tesseract:
            runs["Tesseract, one thread"] = [(lambda: tools["Tesseract, one thread"][0](pages), len(pages), env)]
        compare("One scan", "page", runs)
        for name, binary in ours if args.first else []:
            took = sorted(first_pages(binary, scan, args.first, args.port, env))
            print(f"First page of the scan, {name}, load {os.getloadavg()[0]:.0f}: median {statistics.median(took):.2f} s of {len(took)}, "
                  f"least {took[0]:.2f}, most {took[-1]:.2f}")


if __name__ == "__main__":
    main()

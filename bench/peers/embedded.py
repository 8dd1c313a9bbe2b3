#!/usr/bin/env python3
"""The embedded engine beside others, on the same images, in turn: processor time, pages a second, memory.

  python3 bench/peers/embedded.py --ours before=BINARY --ours after=BINARY [--tesseract PROGRAM] [--rapidocr PYTHON] IMAGE…

Each program reads a few images a call (--at-once), one after the other, so that other work on the machine meets all of
them. Starting a program is part of what it costs; rapidocr (a Python with rapidocr and onnxruntime) starts once a call, too.
Run it where models/ and lib/ are. Python's standard library only."""
import argparse
import os
import sys
import tempfile
import time

RAPIDOCR = "import sys\nfrom rapidocr import RapidOCR\nread = RapidOCR()\nfor f in sys.argv[1:]: read(f)\n"


def measure(command, env):
    """Processor seconds, seconds and peak MB of a command's whole tree."""
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execvpe(command[0], command, env)
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024, status


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--ours", action="append", default=[], metavar="NAME=BINARY")
    args.add_argument("--tesseract")
    args.add_argument("--rapidocr", metavar="PYTHON")
    args.add_argument("--at-once", type=int, default=5)
    args.add_argument("images", nargs="+")
    args = args.parse_args()
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    with tempfile.TemporaryDirectory() as out:
        tools = {}
        for ours in args.ours:
            name, binary = ours.split("=", 1)
            tools[name] = lambda files, binary=binary: [binary, "ocr", *files, "-o", out]
        if args.tesseract:
            listed = os.path.join(out, "images")

            def tesseract(files):
                with open(listed, "w") as f:
                    f.write("\n".join(map(os.path.abspath, files)) + "\n")
                return [args.tesseract, listed, os.path.join(out, "text")]

            tools["Tesseract, one thread"] = tesseract
        if args.rapidocr:
            tools["rapidocr"] = lambda files: [args.rapidocr, "-c", RAPIDOCR, *files]
        sums = {name: [0.0, 0.0, 0.0] for name in tools}
        for at in range(0, len(args.images), args.at_once):
            files = args.images[at:at + args.at_once]
            for name, command in tools.items():
                cpu, wall, peak, status = measure(command(files), env)
                if status != 0:
                    print(f"{name} ended with {status} on {files}", file=sys.stderr)
                total = sums[name]
                total[0], total[1], total[2] = total[0] + cpu, total[1] + wall, max(total[2], peak)
        n = len(args.images)
        print("| program | CPU-s an image | images/s | largest process, MB |\n|---|---|---|---|")
        for name, (cpu, wall, peak) in sums.items():
            print(f"| {name} | {cpu / n:.2f} | {n / wall:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()

"""Runs one tool over PDFs in a process of its own and says what it cost.

Usage: digital.py WORK TOOL FILE… [1-N]: TOOL is off, verified (ocr-gateway's text_layer) or a peer; of the peers
only pymupdf4llm takes N.
"""
import os
import pathlib
import re
import sys
import time


def liteparse(path, _):
    from liteparse import LiteParse
    return LiteParse(ocr_enabled=False, output_format="markdown", quiet=True).parse(path).text


def pdf_inspector(path, _):
    import pdf_inspector
    return pdf_inspector.process_pdf(path).markdown


def docling_rs(path, _):
    from docling_rs import DocumentConverter
    return DocumentConverter(do_ocr=False, text_layer_only=True).convert(path).document.export_to_markdown()


def pymupdf4llm(path, first):
    import pymupdf4llm
    return pymupdf4llm.to_markdown(path, use_ocr=False, show_progress=False, pages=list(range(first)) if first else None)


PEERS = {"liteparse": liteparse, "pdf-inspector": pdf_inspector, "docling-rs": docling_rs, "pymupdf4llm": pymupdf4llm}


def peer(tool, out, files, first):
    for path in files:
        try:
            text = PEERS[tool](path, first) or ""
        except Exception as e:  # one document of a peer's is no reason to lose the others
            print(f"{tool}: {path}: {e}", file=sys.stderr)
            text = ""
        (out / (pathlib.Path(path).stem + ".md")).write_text(text)


def pages_of(files):
    import pypdfium2
    return sum(len(pypdfium2.PdfDocument(f)) for f in files)


def main():
    work, tool, files = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    pages = files.pop() if re.fullmatch(r"1-\d+", files[-1]) else ""
    first = int(pages[2:] or 0)
    out = work / tool
    out.mkdir(exist_ok=True)
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        if tool in PEERS:
            peer(tool, out, files, first)
            os._exit(0)
        program = [str(work / "ocr-gateway"), "ocr", "--engine", "embedded", "--log-level", "error", "--text-layer", tool, "-o", str(out)]
        os.execv(program[0], program + (["--pages", pages] if pages else []) + files)
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - start
    count = first or pages_of(files)
    cpu = used.ru_utime + used.ru_stime
    failed = "" if status == 0 else f", exit {os.waitstatus_to_exitcode(status)}"
    print(f"{tool:14} {cpu / count:8.4f} CPU-s a page {count / wall:8.2f} pages/s {used.ru_maxrss / 1024:6.0f} MiB, {count} pages, "
          f"load {os.getloadavg()[0]:.0f}{failed}", flush=True)


main()

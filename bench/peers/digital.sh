#!/usr/bin/env bash
# The gateway beside programs that take the text of PDFs as it is, in one run on one machine: a manual of
# 400 pages made by script, then other PDFs, each tool in one process of its own: processor seconds, pages a
# second and the largest process. What each made of a document goes to $WORK/TOOL/NAME.md.
# Usage: [WORK=FOLDER] [ROUNDS=N] bench/peers/digital.sh FILE…   Everything goes to WORK, build/digital.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${WORK:-$root/build/digital}
mkdir -p "$work"
work=$(cd "$work" && pwd)
files=$(realpath "$@")
cd "$root"
python3 -c 'import ensurepip' 2> /dev/null || { echo "python3-venv is missing" >&2; exit 1; }
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet liteparse==2.18.0 pdf-inspector==1.25.2 docling-rs==2.52.7 pymupdf4llm==1.28.2 pypdfium2==5.15.2
go build -o "$work/" ./cmd/ocr-gateway
[ -f "$work/manual.pdf" ] || go test ./textlayer/attack -run Manual -args -manual "$work/manual.pdf" > /dev/null

for round in $(seq "${ROUNDS:-1}"); do
	echo "== the manual, round $round"
	for tool in verified liteparse pdf-inspector docling-rs; do
		"$work/venv/bin/python" bench/peers/digital.py "$work" $tool "$work/manual.pdf"
	done
	for tool in off pymupdf4llm; do # of these ten pages say as much as all
		"$work/venv/bin/python" bench/peers/digital.py "$work" $tool "$work/manual.pdf" 1-10
	done
	echo "== $# documents, round $round"
	for tool in off verified liteparse pdf-inspector docling-rs pymupdf4llm; do
		"$work/venv/bin/python" bench/peers/digital.py "$work" $tool $files
	done
done

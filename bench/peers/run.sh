#!/usr/bin/env bash
# The gateway beside the official GLM-OCR SDK server and MinerU's, in one run on one machine:
# the same fake vLLM, the same 50-page PDF, eight regions a page, no layout model. MinerU asks
# the model for the layout too, nine calls a page; its fake answers every call with eight boxes. It gets
# four documents at once at most: each takes 1.5 GiB.
# Usage: [WORK=FOLDER] bench/peers/run.sh [LATENCY…]   (default: 200ms 20ms). Everything goes to WORK, build/peers.
set -euo pipefail
# What no package of the peers brings: on Debian curl and python3-venv, and libgl1 and libglib2.0-0 for their OpenCV.
command -v curl > /dev/null || { echo "curl is missing" >&2; exit 1; }
python3 -c 'import ensurepip' 2> /dev/null || { echo "python3-venv is missing" >&2; exit 1; }
cd "$(dirname "$0")/../.."
work=${WORK:-build/peers}
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/python" -c 'import glmocr, flask' 2>/dev/null || "$work/venv/bin/pip" install --quiet 'glmocr[server]==0.1.5'
[ -x "$work/mineru/bin/python" ] || python3 -m venv "$work/mineru"
[ -x "$work/mineru/bin/mineru-api" ] || "$work/mineru/bin/pip" install --quiet 'mineru==3.4.5'
go build -o "$work/" ./cmd/ocr-gateway ./engine/enginetest/fakevllm ./bench/peers/layoutstub
python3 bench/peers/make_pdf.py 50 "$work/50.pdf"

fake=18300 layout=18301 peer=18302 ours=18303 boxed=18304
sdk=$work/venv/lib/python3*/site-packages/glmocr/config.yaml
sed -e '/^  maas:/,/enabled:/s/enabled: true/enabled: false/' -e "s/api_port: 8080/api_port: $fake/" -e 's/max_workers: 32/max_workers: 64/' $sdk > "$work/glm.yaml"
boxes=$(for top in 050 160 270 380 490 600 710 820; do
	echo "<|box_start|>050 $top 950 $((10#$top + 90))<|box_end|><|ref_start|>text<|ref_end|><|rotate_up|>"
done)

started=()
stop() { for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done; wait; started=(); }
trap stop EXIT
start() { "$@" > "$work/$(basename "$1").log" 2>&1 & started+=($!); }
await() { for _ in $(seq 300); do curl -sf "$1" > /dev/null && return; sleep 0.1; done; echo "no answer from $1" >&2; exit 1; }

[ $# -gt 0 ] || set -- 200ms 20ms
for latency; do
	start "$work/fakevllm" --listen 127.0.0.1:$fake --latency "$latency" --slots 64
	start "$work/fakevllm" --listen 127.0.0.1:$boxed --latency "$latency" --slots 64 --text "$boxes"
	start "$work/layoutstub" --listen 127.0.0.1:$layout
	await http://127.0.0.1:$fake/health
	for clients in 1 4 16; do
		requests=$((clients > 4 ? clients : 2 * clients))
		echo "== $latency a call, $clients documents at once"
		echo "-- glmocr 0.1.5 server"
		start "$work/venv/bin/python" bench/peers/glmocr_server.py "$work/glm.yaml" $peer
		pid=${started[-1]}
		await http://127.0.0.1:$peer/health
		"$work/venv/bin/python" bench/peers/drive.py glmocr http://127.0.0.1:$peer/glmocr/parse "$pid" "$clients" "$requests" 50 "$work/50.pdf"
		kill "$pid"; wait "$pid" 2>/dev/null || true
		echo "-- MinerU 3.4.5, vlm-http-client"
		MINERU_API_MAX_CONCURRENT_REQUESTS=$((clients < 4 ? clients : 4)) MINERU_LOG_LEVEL=ERROR MINERU_API_OUTPUT_ROOT=$work/mineru.out start "$work/mineru/bin/mineru-api" --port $peer
		pid=${started[-1]}
		await http://127.0.0.1:$peer/health
		python3 bench/peers/drive.py mineru http://127.0.0.1:$peer/file_parse "$pid" "$clients" "$requests" 50 "$work/50.pdf" http://127.0.0.1:$boxed
		kill "$pid"; wait "$pid" 2>/dev/null || true
		echo "-- ocr-gateway"
		OCR_LAYOUT_URL=http://127.0.0.1:$layout OCR_LOG_LEVEL=warn start "$work/ocr-gateway" serve --port $ours --vllm-endpoint http://127.0.0.1:$fake
		pid=${started[-1]}
		await http://127.0.0.1:$ours/readyz
		"$work/ocr-gateway" bench --url http://127.0.0.1:$ours --pid "$pid" -c "$clients" -n "$requests" "$work/50.pdf"
		kill "$pid"; wait "$pid" 2>/dev/null || true
	done
	stop
done

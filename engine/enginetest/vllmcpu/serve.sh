#!/bin/bash
# Keeps vLLM with the scripted checkpoint running on a port until SIGTERM: serve.sh FOLDER PORT.
# When it ends it is started again, as a container platform does. VLLM_API_KEY is its key,
# FOLDER/vllm.pid has its process and FOLDER/vllm.log what it wrote.
set -euo pipefail
cd "$1"
port=$2
export HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
export VLLM_CPU_KVCACHE_SPACE=1 OMP_NUM_THREADS=2 PATH="$PWD/venv/bin:$PATH" # in GiB; the compiler's tools
grace=30 # seconds that it has to end before it is killed

start() {
	rm -f vllm.pid
	# In a session, and so a process group, of its own: its children can be killed with it.
	# One speculative token, as in production: a chunk of the answer is then not a token.
	setsid venv/bin/vllm serve "$PWD/checkpoint" --host 127.0.0.1 --port "$port" --served-model-name glm-ocr \
		--enforce-eager --max-model-len 16384 --max-num-seqs 4 --limit-mm-per-prompt '{"image":1,"video":0}' \
		--speculative-config '{"method":"mtp","num_speculative_tokens":1}' >> vllm.log 2>&1 &
	server=$!
	echo "$server" > vllm.pid
}

# ended waits for the server's end, or kills it after the grace, and for its children's.
ended() {
	for ((i = 0; i < 10 * grace; i++)); do
		kill -0 "$server" 2> /dev/null || break
		sleep 0.1
	done
	kill -KILL -- "-$server" 2> /dev/null || true
}

stop() {
	trap '' TERM INT
	kill -TERM "$server" 2> /dev/null || true
	ended
	rm -f vllm.pid
	exit 0
}

: > vllm.log
start
trap stop TERM INT
while true; do
	wait "$server" || true
	ended
	echo "serve.sh: starting again at $(date +%T)" >> vllm.log
	start
done

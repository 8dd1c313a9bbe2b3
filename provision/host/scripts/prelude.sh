# Begins every script that is run over SSH. Before it: dir=…
set -euo pipefail
[ ! -f "$dir/run/environment" ] || . "$dir/run/environment"
export HF_HOME=$dir/hf PATH=$dir/python/bin:$PATH DEBIAN_FRONTEND=noninteractive
# One script at a time: that of an interrupted run may still be running.
if [ -d "$dir/run" ]; then
	exec 9> "$dir/run/script.lock"
	flock -w 900 9 || { echo "another run's script is still at work on this host" >&2; exit 75; }
fi
retry() { # times, command…: pauses double
	local left=$1 pause=2
	shift
	until "$@" 9>&-; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep "$pause"
		pause=$((pause * 2))
	done
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

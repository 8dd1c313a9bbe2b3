# Prints what the host is, as name=value lines.
# A folder of root's, such as /opt, is made for the user who logged in.
[ -d "$dir" ] || mkdir -p "$dir" 2>/dev/null || { as_root mkdir -p "$dir" && as_root chown "$(id -u):$(id -g)" "$dir"; } || true
mkdir -p "$dir"/{bin,etc,logs,run} && chmod 700 "$dir/etc" "$dir/run"
[ -w "$dir" ] || { echo "$dir cannot be written by $(id -un)" >&2; exit 1; }
echo "arch=$(uname -m)"
echo "os=$(. /etc/os-release; echo "$PRETTY_NAME")"
echo "glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)"
echo "cpus=$(nproc)"
echo "memory_mb=$(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo)"
echo "disk_gb=$(df -BG --output=avail "$dir" | tail -1 | tr -dc 0-9)"
echo "used_gb=$(du -sBG "$dir" 2>/dev/null | cut -f1 | tr -dc 0-9)"
echo "python=$(python3 --version 2>/dev/null | cut -d' ' -f2)"
if command -v nvidia-smi >/dev/null; then
	nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits | sed 's/^/gpu=/'
fi

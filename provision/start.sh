# The main process of a pod: a way in by SSH, then the supervisor, for ever.
# Everything that is kept lies on the volume; the rest is made anew at each start.
# From the order: PUBLIC_KEY, GATEWAY_DIR.
set -u
dir=$GATEWAY_DIR
say() { echo "ocr-gateway: $*"; }

mkdir -p "$dir"/{bin,etc,logs,run,ssh} && chmod 700 "$dir/ssh" "$dir/etc" "$dir/run"

for pause in 2 5 10 20 40 60 0; do
	[ -x /usr/sbin/sshd ] && break
	say "installing openssh-server"
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server && break
	say "that failed, trying again in $pause s"
	sleep "$pause"
done

# Host key: made once, so that it can be pinned over stops and starts.
key=$dir/ssh/ssh_host_ed25519_key
[ ! -f "$key" ] || chmod 600 "$key"
ssh-keygen -y -P '' -f "$key" > /dev/null 2>&1 || { rm -f "$key"; ssh-keygen -q -t ed25519 -N '' -C "" -f "$key"; } # also one cut short

mkdir -p /root/.ssh /run/sshd && chmod 700 /root/.ssh
printf '%s\n' "$PUBLIC_KEY" > /root/.ssh/authorized_keys
chmod 600 /root/.ssh/authorized_keys

# What sshd does not hand on: where the container's programs and libraries are.
export -p | grep -E '^declare -x (PATH|LD_LIBRARY_PATH|CUDA_[A-Z_]*|NVIDIA_[A-Z_]*)=' > "$dir/run/environment"

(
	while :; do
		/usr/sbin/sshd -D -e -f /dev/null -p 22 -h "$key" \
			-o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o PermitRootLogin=prohibit-password \
			-o AuthorizedKeysFile=/root/.ssh/authorized_keys -o Subsystem="sftp internal-sftp" \
			-o ClientAliveInterval=15 -o ClientAliveCountMax=4 -o MaxStartups=100 -o MaxSessions=100
		say "sshd ended with code $?, starting it again"
		sleep 1
	done
) &
say "host key $(ssh-keygen -y -P '' -f "$key" | cut -d' ' -f1,2)"

export PATH=$dir/python/bin:$PATH # where vLLM is when the image has none
log=$dir/logs/supervise.log
child=
# A stop lets the gateway drain, as far as the cloud waits for that.
trap '[ -z "$child" ] || { kill -TERM "$child"; wait "$child"; }; exit 0' TERM
while :; do
	if [ -x "$dir/bin/ocr-gateway" ] && [ -s "$dir/etc/supervise.json" ]; then
		[ ! -f "$log" ] || [ "$(stat -c %s "$log")" -lt 16777216 ] || mv "$log" "$log.1"
		"$dir/bin/ocr-gateway" supervise --config "$dir/etc/supervise.json" > >(tee -a "$log") 2>&1 &
		child=$!
		wait "$child"
		child=
		say "the supervisor ended, starting it again"
	fi
	sleep 1
done

# Stops what runs on a machine that is not a pod (task=stop), or takes away what
# was put there (task=uninstall). From the caller: task; pid of the supervisor, perhaps stale;
# library and encoder_file, the names of what lies beside the program and the models.
unit=/etc/systemd/system/ocr-gateway.service

# It is told once: a second signal would kill the programs instead of letting them finish.
stop() {
	if [ -f "$unit" ] && grep -qF "$dir/bin/ocr-gateway supervise" "$unit"; then
		as_root systemctl disable --quiet --now ocr-gateway.service
	elif [ -n "$pid" ] && [[ $(tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline") == *" supervise "* ]]; then
		kill -TERM "$pid"
	fi
}

# Only what a run has made: the folder may hold other things.
uninstall() {
	if [ -f "$unit" ] && grep -qF "$dir/bin/ocr-gateway supervise" "$unit"; then
		as_root rm -f "$unit"
		as_root systemctl daemon-reload
	fi
	[ -d "$dir" ] || return 0
	cd "$dir"
	[ ! -d cache/gopath ] || chmod -R u+w cache/gopath # Go writes it read-only
	[ ! -f python/complete ] || rm -rf python
	rm -rf state/ocr-gateway/jobs-* hf/hub hf/xet hf/*--*.files cache/vllm cache/gopath cache/go-build src/go.mod src/go.sum
	[ ! -f run/built ] || rm -rf src
	rm -f bin/ocr-gateway{,.new} "bin/$library" "models/$encoder_file" etc/{supervise.json,config.yaml,secrets.env,cloud.env} logs/{vllm,gateway,supervise}.log*
	rm -f run/{status.json,environment,constraints.txt,download,built,source.tar.gz,page.png,pages.pdf,script.lock} run/status.json.*
	for folder in bin etc logs run hf cache src models state/ocr-gateway state; do rmdir "$folder" 2>/dev/null || true; done
	cd /
	rmdir "$dir" 2>/dev/null || as_root rmdir "$dir" 2>/dev/null || true
	[ ! -d "$dir" ] || echo "left=$(ls -A "$dir" | tr '\n' ' ')"
}

"$task"

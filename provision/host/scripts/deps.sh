# Installs what the host lacks (task=install), or says what it has (task=check).
# From the caller: task, layout (1 or 0), from_source (1 or 0), the pins, encoder_file.
# Exit codes of install say which part failed: 11 system, 12 environment,
# 13 vLLM, 14 transformers, 15 layout.
python=$dir/python/bin/python
complete=$dir/python/complete # made last

version() { "$python" -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$1" 2>/dev/null || true; }

# The real import takes seconds and proves what the sidecar needs.
layout_works() { "$python" -c 'import cv2, numpy, PIL, torch, torchvision; from transformers import PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ImageProcessor' 2>&1; }

# at_least HAVE WANT
at_least() { [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$2" ]; }

# Packages of the image must stay as they are: others are fitted to them.
keep() { "$python" -m pip list --format=freeze 2>/dev/null | grep -iE '^(torch|torchvision|torchaudio|numpy|vllm|transformers|xformers|triton)==' > "$dir/run/constraints.txt" || true; }

check() {
	[ -x "$python" ] && [ -f "$complete" ] || return 0
	echo "site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	echo "vllm=$(version vllm)"
	echo "transformers=$(version transformers)"
	echo "transformers_from=$("$python" -c 'import importlib.metadata as m; print(m.distribution("transformers").read_text("direct_url.json") or "")' 2>/dev/null || true)"
	echo "hf=$(command -v hf || true)"
	[ ! -f "$dir/models/$encoder_file" ] || echo encoder=ok
	[ "$layout" = 0 ] || if why=$(layout_works); then echo layout=ok; else echo "layout=$(tail -1 <<< "$why")"; fi
}

# An environment on the volume that sees the image's packages, also where the
# image's Python is itself an environment, whose packages its children do not see.
make_environment() {
	local bare=()
	if ! python3 -c 'import ensurepip' 2>/dev/null; then
		if python3 -m pip --version >/dev/null 2>&1; then
			bare=(--without-pip)
		else
			retry 3 as_root apt-get update -qq || exit 11
			retry 3 as_root apt-get install -oDPkg::Lock::Timeout=300 -y -qq --no-install-recommends python3-venv python3-pip || exit 11
		fi
	fi
	rm -rf "$dir/python"
	python3 -m venv --system-site-packages "${bare[@]}" "$dir/python" || exit 12
	python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sep="\n")' |
		sort -u > "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/image.pth"
	touch "$complete"
}

# libjpeg-turbo, to where the gateway looks for it: on the volume, because what
# apt-get installs is gone when a pod is stopped, and without root.
bring_encoder() {
	local part=$dir/run/encoder
	rm -rf "$part" && mkdir -p "$part" "$dir/models"
	echo "$encoder_pin" > "$part/requirements.txt"
	retry 3 "$python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
		--implementation=cp --python-version=311 --platform=manylinux2014_x86_64 --target "$part" -r "$part/requirements.txt" &&
		mv "$part"/turbojpeg.libs/libturbojpeg-*.so* "$dir/models/$encoder_file" &&
		rm -rf "$part"
}

install() {
	as_root dpkg --configure -a 9>&- || true # what an interrupted run has left
	if [ ! -x "$python" ] || [ ! -f "$complete" ]; then
		make_environment
	fi
	[ -f "$dir/models/$encoder_file" ] || bring_encoder ||
		echo "warning=the JPEG encoder libjpeg-turbo could not be installed: the gateway takes twice the CPU time for a page"
	if ! at_least "$(version vllm)" "$vllm_least"; then
		retry 3 "$python" -m pip install -q --disable-pip-version-check "vllm==$vllm_pin" || exit 13
	fi
	if [ "$from_source" = 1 ]; then
		retry 3 "$python" -m pip install -q --disable-pip-version-check "https://github.com/huggingface/transformers/archive/refs/heads/main.zip" || exit 14
	elif ! at_least "$(version transformers)" "$transformers_least"; then
		retry 3 "$python" -m pip install -q --disable-pip-version-check --upgrade "transformers==$transformers_pin" || exit 14
	fi
	command -v hf >/dev/null || retry 3 "$python" -m pip install -q --disable-pip-version-check 'huggingface_hub>=1' || exit 14
	if [ "$layout" = 1 ] && ! layout_works >/dev/null; then
		keep
		retry 3 "$python" -m pip install -q --disable-pip-version-check -c "$dir/run/constraints.txt" torch torchvision "opencv-python-headless" numpy pillow || exit 15
		layout_works || exit 15
	fi
}

"$task"

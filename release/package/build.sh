#!/usr/bin/env bash
# Writes the packages of a version into FOLDER: for each architecture .deb, .rpm, a tarball
# and the bill of materials; and checksums of all. Program, lib/ and models/ must be there,
# those of another architecture than this machine's in build/ARCH.
#
#   build.sh VERSION FOLDER ARCH...
set -euo pipefail
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0 # later ones need modules that not every proxy has

version=${1#v} out=$2
[[ $version =~ ^[0-9]+\. ]] || version=0.0.0+${version//[^A-Za-z0-9.]/.}
host=$(env -u GOFLAGS go env GOHOSTARCH)
export VERSION=$version

rm -rf "$out" && mkdir -p "$out"
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
bin/ocr-gateway completion bash >"$files/completion.bash"
bin/ocr-gateway completion zsh >"$files/completion.zsh"
chmod 644 "$files"/*
export COMPLETIONS=$files

for ARCH in "${@:3}"; do
	PARTS=.
	[ "$ARCH" = "$host" ] || PARTS=build/$ARCH
	chmod -R u=rwX,go=rX "$PARTS"/{lib,models} # the service has a user of its own, whatever the umask was here
	# The newest C library that anything asks for.
	GLIBC=$(find "$PARTS/bin/ocr-gateway" "$PARTS/lib" "$PARTS/models" -type f -exec grep -aohE 'GLIBC_2\.[0-9]+' {} + | sort -uV | tail -1 | cut -d_ -f2)
	export ARCH PARTS GLIBC
	# models/ has the JPEG encoder for amd64.
	if [ "$ARCH" = amd64 ]; then grep -v turbojpeg release/package/nfpm.yaml; else cat release/package/nfpm.yaml; fi >"$files/nfpm.yaml"
	for kind in deb rpm; do
		env -u GOFLAGS CGO_ENABLED=0 go run "$nfpm" package --config "$files/nfpm.yaml" --packager "$kind" --target "$out" >/dev/null
	done
	name=ocr-gateway-$version-linux-$ARCH
	tar -cz -f "$out/$name.tar.gz" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --transform "s,^$PARTS/bin/,,;s,^$PARTS/,,;s,^,$name/," \
		"$PARTS/bin/ocr-gateway" "$PARTS/lib" "$PARTS/models" config.yaml LICENSE README.md docs deploy
	go run ./release/licenses -arch "$ARCH" -program "$PARTS/bin/ocr-gateway" -cache "$(go env GOMODCACHE)" -version "$version" -o "$out/$name.cdx.json"
done
(cd "$out" && sha256sum -- * >SHA256SUMS)
(cd "$out" && ls -l | awk 'NR > 1 {printf "release: %6.1f MB  %s\n", $5 / 1e6, $9}')

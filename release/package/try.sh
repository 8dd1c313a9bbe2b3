#!/usr/bin/env bash
# Lives the life of the .deb in FOLDER in a bare Debian: installed, used, upgraded, purged.
# Root is needed, and debootstrap.
#
#   try.sh FOLDER
set -euo pipefail
out=$1 root=$(mktemp -d)
deb=$(ls "$out"/*_"$(dpkg --print-architecture)".deb)
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT

echo "try: a bare Debian"
debootstrap --variant=minbase bookworm "$root" >/dev/null
mount -t proc proc "$root/proc"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive HOME=/root "$@"; }
failed() { echo "try: $1" >&2; exit 1; }

echo "try: install"
cp "$deb" testdata/sample.png "$root/root/"
inside apt-get update -qq
inside apt-get install -qq -y --no-install-recommends "/root/$(basename "$deb")" >/dev/null
inside ocr-gateway --version
inside ocr-gateway doctor
inside ocr-gateway ocr /root/sample.png --format txt | grep -q 'Harbour Street Bindery' || failed "it does not read the sample"
inside test -s /usr/share/man/man1/ocr-gateway.1.gz -o -s /usr/share/man/man1/ocr-gateway.1 || failed "there is no manual page"

echo "try: start and stop"
chroot "$root" env -i PATH=/usr/bin HOME=/root ocr-gateway serve --config /etc/ocr-gateway/config.yaml --port 18299 2>"$root/log" & server=$! # not inside: its pid is needed
for _ in $(seq 300); do
	inside ocr-gateway healthcheck --url http://127.0.0.1:18299/readyz 2>/dev/null && break
	kill -0 "$server" 2>/dev/null || { cat "$root/log" >&2; failed "it does not serve"; }
	sleep 0.2
done
inside ocr-gateway healthcheck --url http://127.0.0.1:18299/readyz || failed "it is not ready"
kill "$server" && wait "$server" || failed "it does not stop well"

echo "try: upgrade, with settings of the operator's"
echo '# ours' >>"$root/etc/ocr-gateway/config.yaml"
dpkg-deb -R "$deb" "$root/root/next"
sed -i 's/^Version: .*/&.next/' "$root/root/next/DEBIAN/control"
echo '# theirs' >>"$root/root/next/etc/ocr-gateway/config.yaml"
(cd "$root/root/next" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | xargs md5sum >DEBIAN/md5sums)
dpkg-deb -b -Zgzip -z1 "$root/root/next" "$root/root/next.deb" >/dev/null
inside dpkg -i --force-confold /root/next.deb >/dev/null
tail -n 1 "$root/etc/ocr-gateway/config.yaml" | grep -q ours || failed "the operator's settings are gone"
inside ocr-gateway ocr /root/sample.png --format txt | grep -q Bindery || failed "it does not read after the upgrade"

echo "try: remove and purge"
inside dpkg -r ocr-gateway >/dev/null
test -e "$root/etc/ocr-gateway/config.yaml" || failed "removal takes the settings"
inside dpkg -P ocr-gateway >/dev/null
left=$(find "$root" -xdev -path "$root/proc" -prune -o -path "$root/root" -prune -o -name '*ocr-gateway*' -print | grep -v /var/lib/apt || true)
[ -z "$left" ] || failed "left behind: $left"
if [ "$(dpkg --print-architecture)" = amd64 ] && command -v qemu-aarch64-static >/dev/null && ls "$out"/*_arm64.deb >/dev/null 2>&1; then
	echo "try: the program in the package for arm64, under qemu"
	dpkg-deb -x "$out"/*_arm64.deb "$root/root/arm64"
	cp -r "$root/root/arm64/usr/lib/ocr-gateway" build/arm64/installed
	release/arm64/emulate.sh build/arm64/installed/ocr-gateway --version || failed "it does not start"
	rm -rf build/arm64/installed
fi
echo "try: ok"

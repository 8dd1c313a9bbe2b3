#!/usr/bin/env bash
# Unpacks into FOLDER what the program needs of the distribution, and nothing else: no shell,
# no package manager. apt checks the signatures of what it downloads.
#
#   base.sh ARCH FOLDER [PACKAGE...]
set -euo pipefail
arch=$1 into=$2
packages=(libc6 libgcc-s1 libstdc++6 ca-certificates "${@:3}")
[ "$arch" = amd64 ] || packages+=(libturbojpeg0) # models/ has it for amd64 alone

for tool in apt-get dpkg-deb; do
	command -v "$tool" >/dev/null || { echo "image: the image is made of Debian's packages: run this on Debian or Ubuntu, which have $tool" >&2; exit 1; }
done
part=$PWD/$into.part
rm -rf "$part"
mkdir -p "$part"/{debs,root,apt/lists/partial,apt/cache/archives/partial}
apt=(apt-get -qq -o APT::Sandbox::User=root)
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
	# The packages of another architecture are listed here alone, not in the system.
	apt+=(-o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State::Lists="$part/apt/lists" -o Dir::Cache="$part/apt/cache")
	"${apt[@]}" update
fi
(cd "$part/debs" && "${apt[@]}" download "${packages[@]}") || {
	echo "image: the packages could not be fetched: run apt-get update, then try again" >&2
	exit 1
}
root=$part/root
for deb in "$part"/debs/*.deb; do
	dpkg-deb -x "$deb" "$root"
	# Where scanners look for what is installed in images without dpkg.
	mkdir -p "$root/var/lib/dpkg/status.d"
	dpkg-deb -f "$deb" >"$root/var/lib/dpkg/status.d/$(dpkg-deb -f "$deb" Package)"
done
mkdir -p "$root"/{etc/ssl/certs,tmp}
chmod 1777 "$root/tmp"
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
rm -rf "$root"/usr/lib/*/gconv "$root"/usr/share/{man,lintian,gdb,ca-certificates} "$root"/usr/sbin "$root"/etc/ca-certificates
find "$root/usr/share/doc" -type f ! -name copyright -delete
echo 'root:x:0:0::/:/nonexistent
ocr:x:10001:10001::/var/lib/ocr-gateway:/nonexistent' >"$root/etc/passwd"
echo 'root:x:0:
ocr:x:10001:' >"$root/etc/group"
rm -rf "$into"
mv "$root" "$into"
rm -rf "$part"

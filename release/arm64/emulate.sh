#!/usr/bin/env bash
# Runs an arm64 program on a machine of another architecture: qemu runs it and all that it
# starts, over Debian's libraries for arm64, with build/arm64/lib and models in the place of
# this machine's. It has namespaces of its own, so that nothing stays of that.
#
#   emulate.sh PROGRAM [ARGUMENT...]
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
export top base=$top/build/image-base-arm64
QEMU=$(command -v qemu-aarch64-static) || { echo "arm64: qemu is needed: apt-get install qemu-user-static" >&2; exit 1; }
export QEMU

# shellcheck disable=SC2016 # for the inner shell
exec unshare --user --map-root-user --mount --propagation private bash -euc '
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
elf="\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
mask="\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
# F: qemu is opened now, since it is not there any more when the root is another.
printf %s ":arm64:M::$elf:$mask:$QEMU:F" >/proc/sys/fs/binfmt_misc/register
here=$PWD
mount -t tmpfs tmpfs /mnt
mkdir /mnt/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$base,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
mkdir -p proc sys dev host ".$top"
for dir in proc sys dev tmp; do mount --rbind "/$dir" "$dir"; done
mount --bind "$top" ".$top"
for dir in lib models; do mount --bind "$top/build/arm64/$dir" ".$top/$dir"; done
# qemu shows the file of this machine, in which ONNX Runtime finds no processor.
for i in $(seq 0 $(($(nproc) - 1))); do
	printf "processor\t: %d\nFeatures\t: fp asimd aes pmull sha1 sha2 crc32 cpuid\nCPU implementer\t: 0x41\n" "$i"
	printf "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n"
done >/mnt/cpuinfo
mount --bind /mnt/cpuinfo proc/cpuinfo
pivot_root . host
cd "$here"
exec "$@"' - "$@"

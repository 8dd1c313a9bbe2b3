#!/usr/bin/env bash
# Fetches into FOLDER the packages of the layout program, for Debian's Python 3.11 on x86_64:
# several GB, most of them CUDA's libraries.
#
#   python.sh FOLDER
set -euo pipefail
into=$1 wanted=layout/doclayout/sidecar/requirements.txt
if cmp -s "$wanted" "$into/.requirements"; then exit 0; fi

platforms=()
for minor in $(seq 5 36); do platforms+=(--platform "manylinux_2_${minor}_x86_64"); done # Debian 12 has glibc 2.36
rm -rf "$into"
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --only-binary=:all: \
	--implementation cp --python-version 3.11 "${platforms[@]}" --platform manylinux2014_x86_64 --target "$into" --requirement "$wanted"
# Nothing of the packages' own programs and tests is used.
rm -rf "$into"/bin
find "$into" -type d \( -name tests -o -name test \) -path '*/torch/*' -prune -exec rm -rf {} +
cp "$wanted" "$into/.requirements"

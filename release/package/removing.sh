#!/bin/sh
# Before removal, not before an upgrade. $1 is remove (deb), or how many will be left (rpm).
set -e
[ -d /run/systemd/system ] || exit 0
if [ "$1" = remove ] || [ "$1" = 0 ]; then
	systemctl disable --now ocr-gateway.service || true
fi

#!/bin/sh
# Before removal, not before an upgrade. $1 is remove (deb), or how many will be left (rpm).
# Whether a deb's service is enabled is a setting of the operator's, which stays until purge.
set -e
[ -d /run/systemd/system ] || exit 0
if [ "$1" = remove ]; then
	systemctl stop ocr-gateway.service || true
elif [ "$1" = 0 ]; then
	systemctl disable --now ocr-gateway.service || true
fi

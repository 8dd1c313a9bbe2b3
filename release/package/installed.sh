#!/bin/sh
# After installation and upgrade. $1 is configure (deb), or how many are installed (rpm);
# $2 of a deb is the version before.
set -e
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ "$1" = 1 ] || { [ "$1" = configure ] && [ -z "$2" ]; }; then
	systemctl enable --now ocr-gateway.service || true
else
	systemctl try-restart ocr-gateway.service || true
fi

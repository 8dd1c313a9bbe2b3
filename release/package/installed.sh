#!/bin/sh
# After installation and upgrade. $1 is configure (deb), or how many are installed (rpm);
# $2 of a deb is the version before, also where that was removed and not purged.
set -e
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ "$1" = 1 ] || { [ "$1" = configure ] && [ -z "$2" ]; }; then
	systemctl enable --now ocr-gateway.service || true
elif [ "$1" = configure ] && systemctl is-enabled --quiet ocr-gateway.service; then
	systemctl restart ocr-gateway.service || true
else
	systemctl try-restart ocr-gateway.service || true
fi

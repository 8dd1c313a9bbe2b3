#!/bin/sh
# After removal. $1 is purge when a deb's settings go, too.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/ocr-gateway /var/lib/private/ocr-gateway /var/cache/ocr-gateway /var/cache/private/ocr-gateway
	rm -f /etc/systemd/system/multi-user.target.wants/ocr-gateway.service
fi
[ ! -d /run/systemd/system ] || systemctl daemon-reload

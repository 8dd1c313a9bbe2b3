# Starts the supervisor on a machine that is not a pod, and lets it start at boot
# where there is systemd. From the caller: dir.
if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ]; then
	cat > /etc/systemd/system/ocr-gateway.service <<-UNIT
		[Unit]
		Description=ocr-gateway: vLLM and the OCR API
		After=network-online.target
		Wants=network-online.target
		[Service]
		Environment="PATH=${PATH//%/%%}"
		ExecStart=$dir/bin/ocr-gateway supervise --config $dir/etc/supervise.json
		Restart=always
		KillMode=mixed
		TimeoutStopSec=120
		StandardError=append:$dir/logs/supervise.log
		[Install]
		WantedBy=multi-user.target
	UNIT
	systemctl daemon-reload
	systemctl enable --quiet --now ocr-gateway.service
else
	setsid nohup "$dir/bin/ocr-gateway" supervise --config "$dir/etc/supervise.json" >> "$dir/logs/supervise.log" 2>&1 < /dev/null 9>&- &
fi

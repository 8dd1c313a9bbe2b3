package podtest_test

import (
	"bufio"
	"context"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

var _ runpodtest.Start = (*podtest.Pods)(nil).Start

func TestBanner(t *testing.T) {
	pods := podtest.New(t)
	begin := time.Now()
	c, err := pods.Start(t.Context(), runpodtest.Spec{
		Pod: "p1", Entrypoint: []string{"/bin/bash", "-c"},
		Cmd: []string{`apt-get install -y openssh-server; mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e`},
		Log: func(l string) { t.Log(l) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("started", time.Since(begin))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		conn, err := c.Dial(ctx, 22)
		if err != nil {
			continue
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		t.Log(strings.TrimSpace(line), err, time.Since(begin))
		conn.Close()
		break
	}
	t.Log(pods.Calls())
}

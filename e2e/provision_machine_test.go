package e2e_test

import (
	"bufio"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ocr-gateway/e2e/program"
	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

// TestProvisionOnAMachineOfOnesOwn needs no cloud: any machine with sshd and a GPU.
func TestProvisionOnAMachineOfOnesOwn(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	host, machine := c.machine(filepath.Join(c.home, ".ssh", "id_ed25519"))

	if _, stderr, code := c.run("--host", host); code == program.ExitOK || !strings.Contains(stderr, "host key") {
		t.Errorf("an unknown host key was taken: code %d: %s", code, stderr)
	}
	card, progress := c.must("--host", host, "--host-key", machine.HostKey)
	if !strings.Contains(card, "NVIDIA L4") || c.fake.Count("create") != 0 {
		t.Errorf("%s\n%s", progress, card)
	}
	// As if a run had been killed between writing the settings and saying so.
	visit := c.command("--host", host, "--ssh")
	visit.Stdin = strings.NewReader("touch /opt/ocr-gateway/etc/config.yaml\n")
	if out, err := visit.CombinedOutput(); err != nil {
		t.Fatalf("the shell says %v: %s", err, out)
	}
	again, _ := c.must("--host", host) // the key that was given stays pinned
	if strings.Contains(again, "shown once") {
		t.Error("the second run made a new key")
	}
	visit = c.command("--host", host, "--ssh")
	visit.Stdin = strings.NewReader(`cd /opt/ocr-gateway
find etc -type f -newerct "$(sed -n 's/.*"config_read": *"\([^"]*\)".*/later: \1/p' run/status.json | cut -c8-)"
`)
	if out, err := visit.Output(); err != nil || strings.Contains(string(out), "config.yaml") {
		t.Errorf("the supervisor was not told of the settings: %v: %s", err, out)
	}
}

// A machine keeps its ports from run to run, its card leads to them and to nothing
// else, and it can be stopped, started again and cleared.
func TestMachineIsKeptStoppedAndCleared(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	key := filepath.Join(c.home, "my key")
	host, machine := c.machine(key)
	at := []string{"--host", host, "--ssh-key", key}
	with := func(args ...string) []string { return append(slices.Clone(at), args...) }
	c.must(with("--host-key", machine.HostKey, "--api-port", "18117", "--vllm-port", "18000")...)
	card, _ := c.must(at...) // the ports are not named again
	if strings.Contains(card, "8007") || !strings.Contains(card, "on 127.0.0.1:18000") {
		t.Errorf("the card forgot the ports:\n%s", card)
	}
	flags := "--host " + host + " --ssh-key '" + key + "'"
	for _, want := range []string{
		"ssh -i '" + key + "' -p ", "http://127.0.0.1:18117/api/ocr/batch", "provision --tunnel " + flags,
		"provision --show-key " + flags, "provision --stop " + flags, "provision --uninstall " + flags,
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	tunnel := c.command(with("--tunnel")...)
	out, err := tunnel.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tunnel.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "127.0.0.1:18117") {
		t.Errorf("the tunnel says %q, %v", line, err)
	}
	c.pasteAll(card)
	_ = tunnel.Process.Signal(syscall.SIGINT)
	if err := tunnel.Wait(); err != nil {
		t.Errorf("the tunnel ended with %v", err)
	}

	inside := func(script string) string { return c.inside(script, with("--host-key", machine.HostKey)...) }
	const works = "pgrep -c 'ocr-gateway|fakevllm' || true\n"
	if n := inside(works); n == "0" {
		t.Fatal("nothing runs on the machine: the test looks in vain")
	}
	if stdout, _ := c.must(with("--stop")...); !strings.Contains(stdout, "start them again with: ocr-gateway provision "+flags) {
		t.Errorf("--stop says %s", stdout)
	}
	if n := inside(works); n != "0" {
		t.Errorf("%s programs run after the stop", n)
	}
	if again, _ := c.must(at...); strings.Contains(again, "shown once") || !strings.Contains(again, "18117") {
		t.Errorf("started again, the card is\n%s", again)
	}
	inside("touch /opt/ocr-gateway/bin/mine\n")
	if _, _, code := c.run(with("--uninstall")...); code == program.ExitOK {
		t.Error("it was cleared without an answer")
	}
	if stdout, _ := c.must(with("--uninstall", "--yes")...); !strings.Contains(stdout, "Removed") || !strings.Contains(stdout, "no run has made it: bin") {
		t.Errorf("--uninstall says %s", stdout)
	}
	if left := inside("cd /opt/ocr-gateway && find . -type f; " + works); left != "./bin/mine\n0" {
		t.Errorf("left on the machine:\n%s", left)
	}
	if files, _ := filepath.Glob(filepath.Join(c.home, ".local/state/ocr-gateway/deployments/*.json")); len(files) != 0 {
		t.Errorf("still known: %v", files)
	}
}

// Where there is systemd it is systemd that is asked, and its unit goes with the rest.
func TestMachineWithSystemd(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	c.pods.StandIn("systemctl", func(_ *podtest.Caller, call podtest.Call) podtest.Reply {
		script := map[string]string{"enable": startUnit, "disable": stopUnit}[call.Args[0]]
		return podtest.Reply{Exec: []string{"/bin/bash", "-c", script}}
	})
	host, machine := c.machine(filepath.Join(c.home, ".ssh", "id_ed25519"))
	inside := func(script string) string { return c.inside(script, "--host", host, "--host-key", machine.HostKey) }
	inside("mkdir -p /run/systemd/system /etc/systemd/system\n")
	c.must("--host", host, "--host-key", machine.HostKey)
	c.must("--host", host, "--stop")
	if !called(c.pods.Calls("systemctl"), "disable --quiet --now ocr-gateway.service") {
		t.Errorf("systemd was not asked: %v", c.pods.Calls("systemctl"))
	}
	c.must("--host", host, "--uninstall", "--yes")
	if left := inside("ls -d /etc/systemd/system/ocr-gateway.service /opt/ocr-gateway 2>/dev/null; true\n"); left != "" {
		t.Errorf("left on the machine: %s", left)
	}
	if calls := c.pods.Calls("systemctl"); calls[len(calls)-1].Args[0] != "daemon-reload" {
		t.Errorf("the last call is %v", calls[len(calls)-1].Args)
	}
}

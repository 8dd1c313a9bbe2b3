package podtest

import (
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/provision/podtest/inside"
)

// installSSH does what installing openssh-server leaves: the program and a host
// key. /run/sshd is not there in a container, since no service manager made it.
const installSSH = `
[ -x /usr/sbin/sshd ] || cp "$1" /usr/sbin/sshd
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
`

func aptGet(_ *pod, call Call) inside.Reply {
	if slices.Contains(call.Args, "install") && slices.Contains(call.Args, "openssh-server") {
		return script(installSSH, inside.HiddenSSHD)
	}
	return inside.Reply{}
}

// driver is the NVIDIA driver of every pod.
const driver = "580.95.05"

// memory is what nvidia-smi calls memory.total, in MiB, by a part of the name.
// The first that fits counts.
var memory = []struct {
	gpu string
	mib int
}{
	{"H200", 143771}, {"H100 NVL", 95830}, {"H100", 81559}, {"A100", 81920}, {"L40", 46068}, {"A40", 46068},
	{"A6000", 49140}, {"4090", 24564},
}

func nvidiaSMI(c *pod, call Call) inside.Reply {
	if c.spec.GPUs == 0 {
		return inside.Reply{Stdout: "No devices were found\n", Exit: 6}
	}
	mib := 24576
	for _, m := range memory {
		if strings.Contains(c.spec.GPU, m.gpu) {
			mib = m.mib
			break
		}
	}
	query := option(call.Args, "--query-gpu", "")
	if query == "" {
		return nvidiaTable(c, mib)
	}
	format := option(call.Args, "--format", "")
	unit := " MiB"
	if strings.Contains(format, "nounits") {
		unit = ""
	}
	var out strings.Builder
	if !strings.Contains(format, "noheader") {
		fmt.Fprintln(&out, strings.ReplaceAll(query, ",", ", "))
	}
	for i := range c.spec.GPUs {
		var row []string
		for name := range strings.SplitSeq(query, ",") {
			value, known := map[string]string{
				"index":          fmt.Sprint(i),
				"name":           c.spec.GPU,
				"uuid":           fmt.Sprintf("GPU-00000000-0000-0000-0000-%012d", i),
				"driver_version": driver,
				"memory.total":   fmt.Sprint(mib) + unit,
				"memory.used":    "0" + unit,
				"memory.free":    fmt.Sprint(mib) + unit,
			}[strings.TrimSpace(name)]
			if !known {
				return inside.Reply{Stdout: fmt.Sprintf("Field %q is not a valid field to query.\n", name), Exit: 2}
			}
			row = append(row, value)
		}
		fmt.Fprintln(&out, strings.Join(row, ", "))
	}
	return inside.Reply{Stdout: out.String()}
}

func nvidiaTable(c *pod, mib int) inside.Reply {
	var out strings.Builder
	fmt.Fprintf(&out, "| NVIDIA-SMI %s   Driver Version: %s   CUDA Version: 13.0 |\n", driver, driver)
	for i := range c.spec.GPUs {
		fmt.Fprintf(&out, "| %d  %s | 0MiB / %dMiB | 0%% Default |\n", i, c.spec.GPU, mib)
	}
	return inside.Reply{Stdout: out.String()}
}

// download leaves a model in the cache as hf does, and prints its folder.
const download = `
name=models--${1//\//--} revision=$2 to=$3
cache=${HF_HOME:-$HOME/.cache/huggingface}/hub/$name
if [ -z "$to" ]; then
	mkdir -p "$cache/refs" && printf %s "$revision" >"$cache/refs/main"
	to=$cache/snapshots/$revision
fi
mkdir -p "$to" && echo '{}' >"$to/config.json" && echo weights >"$to/model.safetensors"
echo "$to"
`

// revision is the commit that every model is at.
const revision = "0123456789abcdef0123456789abcdef01234567"

func hf(_ *pod, call Call) inside.Reply {
	args := operands(call.Args, "--revision", "--local-dir", "--cache-dir", "--token", "--include", "--exclude", "--max-workers")
	switch {
	case len(args) >= 2 && args[0] == "download":
		return script(download, args[1], option(call.Args, "--revision", revision), option(call.Args, "--local-dir", ""))
	case len(args) == 1 && args[0] == "version":
		return inside.Reply{Stdout: "huggingface_hub version: 1.0.0\n"}
	default:
		return inside.Reply{Stderr: "the stand-in knows `hf download` and `hf version`\n", Exit: 2}
	}
}

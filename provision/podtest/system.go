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

func aptGet(_ *Caller, call Call) Reply {
	if slices.Contains(call.Args, "install") && slices.Contains(call.Args, "openssh-server") {
		return script(installSSH, inside.HiddenSSHD)
	}
	return Reply{}
}

// driver is the NVIDIA driver of every pod.
const driver = "580.95.05"

// card is what nvidia-smi tells of a kind of GPU.
type card struct {
	gpu        string // a part of its name
	mib        int    // memory.total
	capability string // compute_cap
}

// cards are looked through in order; the last one fits every name.
var cards = []card{
	{"H200", 143771, "9.0"},
	{"H100 NVL", 95830, "9.0"},
	{"H100", 81559, "9.0"},
	{"A100", 81920, "8.0"},
	{"L40", 46068, "8.9"},
	{"A40", 46068, "8.6"},
	{"A6000", 49140, "8.6"},
	{"", 24564, "8.9"},
}

func nvidiaSMI(c *Caller, call Call) Reply {
	if c.Spec.GPUs == 0 {
		return Reply{Stdout: "No devices were found\n", Exit: 6}
	}
	kind := cards[slices.IndexFunc(cards, func(k card) bool { return strings.Contains(c.Spec.GPU, k.gpu) })]
	query := option(call.Args, "--query-gpu", "")
	if query == "" {
		return nvidiaTable(c, kind)
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
	for i := range c.Spec.GPUs {
		var row []string
		for name := range strings.SplitSeq(query, ",") {
			value, known := map[string]string{
				"index":          fmt.Sprint(i),
				"name":           c.Spec.GPU,
				"uuid":           fmt.Sprintf("GPU-00000000-0000-0000-0000-%012d", i),
				"driver_version": driver,
				"memory.total":   fmt.Sprint(kind.mib) + unit,
				"memory.used":    "0" + unit,
				"compute_cap":    kind.capability,
				"memory.free":    fmt.Sprint(kind.mib) + unit,
			}[strings.TrimSpace(name)]
			if !known {
				return Reply{Stdout: fmt.Sprintf("Field %q is not a valid field to query.\n", name), Exit: 2}
			}
			row = append(row, value)
		}
		fmt.Fprintln(&out, strings.Join(row, ", "))
	}
	return Reply{Stdout: out.String()}
}

func nvidiaTable(c *Caller, kind card) Reply {
	var out strings.Builder
	fmt.Fprintf(&out, "| NVIDIA-SMI %s   Driver Version: %s   CUDA Version: 13.0 |\n", driver, driver)
	for i := range c.Spec.GPUs {
		fmt.Fprintf(&out, "| %d  %s | 0MiB / %dMiB | 0%% Default |\n", i, c.Spec.GPU, kind.mib)
	}
	return Reply{Stdout: out.String()}
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

func hf(_ *Caller, call Call) Reply {
	args := operands(call.Args, "--revision", "--local-dir", "--cache-dir", "--token", "--include", "--exclude", "--max-workers")
	switch {
	case len(args) >= 2 && args[0] == "download":
		return script(download, args[1], option(call.Args, "--revision", revision), option(call.Args, "--local-dir", ""))
	case len(args) == 1 && args[0] == "version":
		return Reply{Stdout: "huggingface_hub version: 1.0.0\n"}
	default:
		return Reply{Stderr: "the stand-in knows `hf download` and `hf version`\n", Exit: 2}
	}
}

// Package inside is what podtest runs in the namespaces of a pod: the program
// that furnishes the pod and then becomes its main process, and the stand-ins
// for tools, which ask the test what to do.
package inside

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// Tools is the folder in a pod that holds podtest's own programs.
	Tools = "/opt/podtest"
	// Program is this program in a pod, to which the stand-ins are links.
	Program = Tools + "/podinit"
	// VLLM is the fake model server in a pod.
	VLLM = Tools + "/fakevllm"
	// HiddenSSHD is where the real sshd waits to be installed.
	HiddenSSHD = Tools + "/sshd"
	// Socket is where the test listens, an abstract name of the pod's network namespace.
	Socket = "@podtest"
)

// File descriptors that a pod's first program is started with.
const (
	SetupFD  = 3 // pipe to read a Setup from, as JSON
	StatusFD = 4 // pipe that takes the reason for a failure, and ends when the main process has begun
)

// Setup says how a pod is furnished and what runs in it.
type Setup struct {
	Hostname   string
	Args       []string // the main process
	Env        []string // its whole environment
	Volume     string   // folder of the machine, "" for none
	VolumePath string   // where the pod sees it
	VLLM       string   // file of the machine that becomes VLLM
	OpenSSH    string   // folder of the machine with an unpacked OpenSSH, used where it has no sshd itself
	HideSSHD   bool     // sshd is there only after it is installed
	StandIns   []string // names of tools
	Files      map[string]string
}

// Call is one call of a stand-in.
type Call struct {
	Pod     string   `json:"pod"`
	Tool    string   `json:"tool"`    // "apt-get"
	Program string   `json:"program"` // as it was called, perhaps with a path
	Args    []string `json:"args"`
	Dir     string   `json:"dir"`
	Env     []string `json:"env"`
}

// Reply says what a stand-in does, in this order.
type Reply struct {
	Stdout string        `json:"stdout"`
	Stderr string        `json:"stderr"`
	Wait   time.Duration `json:"wait"` // a pause
	Exec   []string      `json:"exec"` // the program that it becomes; none: it ends
	Env    []string      `json:"env"`  // beside its own, for Exec
	Exit   int           `json:"exit"`
	// DieAfter ends the stand-in and its program by Exit and LastWords that long
	// after the call. 0 means never.
	DieAfter  time.Duration `json:"die_after"`
	LastWords string        `json:"last_words"`
}

// Main is the whole program: a pod's first process under its own name, a
// stand-in under any other.
func Main() {
	if name := filepath.Base(os.Args[0]); name != filepath.Base(Program) {
		fmt.Fprintln(os.Stderr, standIn(name))
		os.Exit(120)
	}
	status := os.NewFile(StatusFD, "status")
	fmt.Fprint(status, begin())
	os.Exit(1)
}

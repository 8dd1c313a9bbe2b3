package runpodtest

import "time"

// Config is how a Fake behaves. The zero value is a RunPod of today that answers
// at once and whose containers are imaginary. Fields may be changed while it runs,
// through Fake.Change.
type Config struct {
	Key    string // the API key asked for; empty means any
	Start  Start  // starts containers; nil means imaginary ones, on whose ports nothing listens
	Folder string // of the pods' volumes; empty means one of its own, removed by Close

	GPUs    []GPU    // catalog; nil means GPUs()
	Volumes []Volume // network volumes
	Others  []string // names of pods of other people, running from the beginning; read by New only

	OlderBodies bool // the contract without entrypoint, cmd, minRamPerGpu and minVcpuCountPerGpu
	OlderLists  bool // lists without pagination
	PageSize    int  // of a list when the question does not say; 0 means 50
	PerMinute   int  // requests; 0 means 6000

	Provisioning time.Duration // how long a new pod is PROVISIONING
	Starting     time.Duration // how long any start is STARTING
	CrashPause   time.Duration // until a main process that ended is started again; 0 means 100 ms

	PortsLate       time.Duration // public ports are told so long after RUNNING
	PortsUntilPatch bool          // public ports are not told before a PATCH of the ports
	NoAddress       bool          // public ports and addresses stay null, as a community host's may
	StalePorts      int           // answers after each later start that still tell the ports from before
	StartRefusals   int           // so many starts to come find no free GPU
	StartNoGPU      bool          // starts come back with 0 GPUs

	TLS       bool          // the proxy speaks HTTPS, as RunPod's does; read by New only
	FirstByte time.Duration // the proxy's timeout, between bytes too; 0 means 100 s
	LogCut    int           // log streams break off after so many lines; 0 means never

	// Fault gives how a call fails; nil, and the zero Fault, mean not at all.
	Fault func(Call) Fault
	Now   func() time.Time // of times told and of quotas; nil means time.Now
}

// Call is one request that may be made to fail.
type Call struct {
	Op   string // create, list, get, patch, start, stop, restart, terminate, logs, catalog, billing, volume
	N    int    // how many with this Op there were, this one too
	Pod  string // id, where the path has one
	Body []byte
}

// Fault is one way to fail.
type Fault struct {
	After      bool   // the call does what it asks for, and fails to say so
	Status     int    // of the answer
	Body       string // with Status; empty means a problem that says no more
	RetryAfter int    // seconds, header with Status
	Hang       bool   // no answer, until the client leaves
	Reset      bool   // the connection ends without an answer
}

func (f Fault) fails() bool { return f.Status != 0 || f.Hang || f.Reset }

// FirstOf makes the first n calls of a kind fail with a fault.
func FirstOf(op string, n int, fault Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Op == op && c.N <= n {
			return fault
		}
		return Fault{}
	}
}

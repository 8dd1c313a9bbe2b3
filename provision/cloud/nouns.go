// Package cloud has the nouns of renting GPU hosts: what is offered, ordered and
// billed, and what a cloud answers when it refuses.
package cloud

import (
	"errors"
	"fmt"
	"time"
)

// What a caller can act on, matched by errors.Is.
var (
	ErrNoStock        = errors.New("no GPU of this kind is free")
	ErrGone           = errors.New("it does not exist (any more)")
	ErrNotNow         = errors.New("its state does not allow this now")
	ErrUnknownOutcome = errors.New("whether it was done is not known")
	ErrKey            = errors.New("the API key was refused")
	ErrBalance        = errors.New("the account's balance or spend limit does not allow it")
	ErrForbidden      = errors.New("this account may not use it")
	ErrRequest        = errors.New("the request breaks the API's contract")
	ErrLimited        = errors.New("the cloud limits this account's requests")
)

// Error is an answer of the cloud that is not a success.
type Error struct {
	Call      string   // what was asked, such as "create pod"
	Status    int      // HTTP status
	Detail    string   // the cloud's own words
	Fields    []string // of the request that its list of errors names, "gpu.id"; none where it has no list
	RequestID string   // for its support; may be empty
	Kind      error    // one of the sentinels, or nil
}

func (e *Error) Error() string {
	id := ""
	if e.RequestID != "" {
		id = ", request id " + e.RequestID
	}
	return fmt.Sprintf("%s: %s (HTTP %d%s)", e.Call, e.Detail, e.Status, id)
}

func (e *Error) Unwrap() error { return e.Kind }

// Tenure is whose data center a pod runs in.
type Tenure string

// The tenures, as --cloud takes them.
const (
	Secure    Tenure = "secure"    // data centers; a public address always
	Community Tenure = "community" // hosts of others: cheaper, a public address not certain
)

// Search says what kinds of GPU are looked for.
type Search struct {
	Count       int // GPUs in one pod
	Tenure      Tenure
	MinCUDA     string   // least CUDA version of the driver, "12.9"
	DataCenters []string // ids; none means any
	Countries   []string // two-letter codes; none means any
}

// Stock is how much of a GPU is free, by the cloud's own words.
type Stock string

// The stocks, most first. Empty means that the cloud does not say.
const (
	StockHigh   Stock = "high"
	StockMedium Stock = "medium"
	StockLow    Stock = "low"
	StockNone   Stock = "none"
)

// Offer is a kind of GPU at its price.
type Offer struct {
	GPU         string  `json:"gpu"`                // id that an order takes
	Name        string  `json:"name"`               // for people
	MemoryGB    int     `json:"memory_gb"`          // of one GPU
	PricePerGPU float64 `json:"price_per_gpu_hour"` // USD
	// ElsewherePerGPU is its price in the other tenure: that of community hosts
	// where secure ones are looked for, and the other way round. 0: it has none.
	ElsewherePerGPU float64 `json:"other_cloud_price_per_gpu_hour,omitempty"`

	Stock       Stock    `json:"stock,omitempty"`
	DataCenters []string `json:"data_centers,omitempty"`
}

// Rates are the prices of storage in USD for a GB and month.
type Rates struct {
	Disk          float64 // wiped at a stop, billed while running
	Volume        float64 // while running
	VolumeStopped float64
	NetworkVolume float64 // always
}

// Port is a port of a pod that is reachable from outside.
type Port struct {
	Number int
	HTTP   bool // through the cloud's TLS proxy; otherwise plain TCP on a public address
}

// Order is all that a pod is created from.
type Order struct {
	Name           string // unique: a pod whose creation's outcome is unknown is found by it
	Image          string
	GPU            string // Offer.GPU
	Count          int
	MinCUDA        string
	Tenure         Tenure
	DataCenters    []string
	DiskGB         int // wiped at each stop
	VolumeGB       int // kept until the pod is terminated; 0 means none
	NetworkVolume  string
	VolumePath     string // where either volume is mounted
	Ports          []Port
	Env            map[string]string // shown by the cloud to all who may see the pod: no secrets
	Entrypoint     []string
	Cmd            []string
	MinRAMGB       int // per GPU; 0 means no matter
	MinVCPUsPerGPU int // 0 means no matter
}

// PodState is where a pod is in its life.
type PodState string

// The states.
const (
	PodProvisioning PodState = "provisioning" // a machine is looked for
	PodStarting     PodState = "starting"     // the image is pulled, the container made
	PodRunning      PodState = "running"      // the container runs; services may not
	PodStopped      PodState = "stopped"      // no GPU; the volume is kept, and billed
	PodFailed       PodState = "failed"
	PodTerminated   PodState = "terminated"
)

// Pod is a rented host as the cloud sees it.
type Pod struct {
	ID            string
	Name          string
	State         PodState
	GPU           string
	GPUCount      int // as running: 0 when it came back without
	Image         string
	DataCenter    string
	Tenure        Tenure
	PricePerHour  float64 // USD now, storage not counted; 0 when stopped
	VolumeGB      int
	DiskGB        int
	NetworkVolume string
	Created       time.Time
	Started       time.Time // zero when it never was
	Uptime        time.Duration
	Ports         []Port          // as ordered
	Addresses     map[int]Address // of TCP ports, by inner port; those that have one yet
	Env           map[string]string
}

// Address is where a TCP port of a pod is reached. It changes at each start.
type Address struct {
	Host string
	Port int
}

// Volume is storage that outlives pods, in one data center.
type Volume struct {
	ID         string
	Name       string
	SizeGB     int
	DataCenter string
}

// LogSource is one of a pod's logs.
type LogSource string

// The sources.
const (
	LogContainer LogSource = "container" // what the main process writes
	LogSystem    LogSource = "system"    // image pull, container create
)

// LogLine is one line of a pod's log.
type LogLine struct {
	Time   time.Time
	Source LogSource
	Text   string
}

// Stopped is the pod as it would be billed when it is stopped.
func (p Pod) Stopped() Pod {
	p.State = PodStopped
	return p
}

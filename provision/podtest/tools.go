package podtest

import (
	"cmp"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"time"

	"ocr-gateway/provision/podtest/inside"
	"ocr-gateway/provision/runpodtest"
)

// Call is one call of a stand-in.
type Call = inside.Call

// Fault is how a tool fails.
type Fault struct {
	Times int    // calls that fail; 0 means all
	With  string // only calls one of whose arguments contains it; "" means every call
	Exit  int
	Text  string // to standard error
	// After lets the tool begin, and ends it that much later. 0 means that it
	// fails at once.
	After time.Duration
}

// armed is a fault with what is left of it.
type armed struct {
	Fault
	tool string
	left int
}

// Reply says what a stand-in does.
type Reply = inside.Reply

// Act says what a call does when it does not fail. It may be called from several
// goroutines at once.
type Act func(c *Caller, call Call) Reply

// Caller is the pod that a call comes from.
type Caller struct {
	Spec runpodtest.Spec
	pods *Pods
}

// StandIn puts a stand-in of the test's own in front of a tool, or in the place
// of podtest's, in pods started from now on.
func (p *Pods) StandIn(tool string, act Act) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acts[tool] = act
}

// stands are podtest's own stand-ins.
func stands() map[string]Act {
	return map[string]Act{
		"apt-get":    aptGet,
		"hf":         hf,
		"nvidia-smi": nvidiaSMI,
		"pip":        pip,
		"python3":    python,
		"uv":         uv,
		"vllm":       vllm,
	}
}

// otherNames are those that a tool is known by beside its own. Calls and faults
// go by its own.
var otherNames = map[string]string{"pip3": "pip", "python": "python3"}

// Fail makes a tool fail. `python3 -m pip` and `uv pip` are calls of pip too.
// Of several faults the first that fits a call is the one.
func (p *Pods) Fail(tool string, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &armed{Fault: f, tool: tool, left: f.Times})
}

// Heal takes all faults away.
func (p *Pods) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// Calls returns the calls of stand-ins so far, in order, of the tools named or
// of all. A call by way of another tool (`python3 -m pip`) is listed as both.
func (p *Pods) Calls(tools ...string) []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.calls), func(c Call) bool {
		return len(tools) > 0 && !slices.Contains(tools, c.Tool)
	})
}

// answer serves one stand-in. One that dies while it asks gets no answer.
func (c *pod) answer(conn net.Conn) {
	var call Call
	if err := json.NewDecoder(conn).Decode(&call); err != nil {
		return
	}
	call.Tool = cmp.Or(otherNames[call.Tool], call.Tool)
	caller := &Caller{Spec: c.spec, pods: c.pods}
	_ = json.NewEncoder(conn).Encode(caller.reply(call))
}

// reply notes a call and says what it does.
func (c *Caller) reply(call Call) Reply {
	act, fault := c.pods.note(call)
	switch {
	case act == nil:
		return Reply{Stderr: call.Tool + ": no such stand-in\n", Exit: 127}
	case fault == nil:
		return act(c, call)
	case fault.After == 0:
		return Reply{Stderr: fault.Text, Exit: fault.Exit}
	default:
		r := act(c, call)
		r.DieAfter, r.Exit, r.LastWords = fault.After, fault.Exit, fault.Text
		return r
	}
}

// note keeps a call, and spends the fault that meets it, nil when none does.
func (p *Pods) note(call Call) (Act, *armed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
	for _, f := range p.faults {
		if f.tool != call.Tool || f.Times > 0 && f.left == 0 {
			continue
		}
		if f.With == "" || slices.ContainsFunc(call.Args, func(a string) bool { return strings.Contains(a, f.With) }) {
			f.left--
			return p.acts[call.Tool], f
		}
	}
	return p.acts[call.Tool], nil
}

// script is a reply that runs bash.
func script(text string, args ...string) Reply {
	return Reply{Exec: append([]string{"/bin/bash", "-euo", "pipefail", "-c", text, "stand-in"}, args...)}
}

// operands are the arguments that are no options. Options in withValue take the
// argument behind them along.
func operands(args []string, withValue ...string) []string {
	var found []string
	for i := 0; i < len(args); i++ {
		switch {
		case slices.Contains(withValue, args[i]):
			i++
		case !strings.HasPrefix(args[i], "-"):
			found = append(found, args[i])
		}
	}
	return found
}

// option returns the value of an option, written --name value or --name=value.
func option(args []string, name, otherwise string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value
		}
		if arg == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return otherwise
}

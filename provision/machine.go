package provision

import (
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// hostForm is user@address[:port]; an IPv6 address stands in brackets.
var hostForm = regexp.MustCompile(`^([A-Za-z_][\w.-]*)@(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$`)

// PeekMachine returns the deployment on a machine that is not rented, without
// locking or saving it: a new one with these options, or the one that is known,
// with its own options but for the flags that are given now.
func (p *Provisioner) PeekMachine(host string, hostKeys []string, o deployment.Options, given []string) (*deployment.Deployment, error) {
	m := hostForm.FindStringSubmatch(host)
	if m == nil {
		return nil, fmt.Errorf("--host: %q is not user@address[:port]", host)
	}
	port := "22"
	if m[3] != "" {
		port = m[3][1:]
	}
	login := deployment.Login{User: m[1], Address: net.JoinHostPort(strings.Trim(m[2], "[]"), port), HostKeys: hostKeys}
	known, err := p.Store.Known()
	if err != nil {
		return nil, err
	}
	d := known.Machine(login.Address)
	if d == nil {
		d = deployment.NewDeployment(o)
	} else {
		d.Options = o.Keeping(d.Options, given)
		if len(hostKeys) == 0 {
			login.HostKeys = d.Login.HostKeys
		}
	}
	d.Login = login
	return d, d.Options.Validate()
}

// Machine returns the same deployment, locked and saved, for a run that builds.
func (p *Provisioner) Machine(host string, hostKeys []string, o deployment.Options, given []string) (*deployment.Deployment, func(), error) {
	d, err := p.PeekMachine(host, hostKeys, o, given)
	if err != nil {
		return nil, nil, err
	}
	unlock, err := p.Store.Claim(d)
	return d, unlock, err
}

// WriteMachinePlan says what a run would do on a machine, for people or as JSON.
func WriteMachinePlan(w io.Writer, o deployment.Options, host string, asJSON bool) error {
	if !hostForm.MatchString(host) {
		return errors.New("--host: it is not user@address[:port]")
	}
	run := plan.Plan{Candidates: []plan.Candidate{}, Options: o}
	run.Add(slices.DeleteFunc(plan.Steps(o), func(s plan.Step) bool { return s.Stage == "create" || s.Stage == "running" }))
	if asJSON {
		return run.WriteJSON(w)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Plan for %s (nothing is rented, nothing has been done)\n", host)
	run.WriteSteps(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

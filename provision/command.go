package provision

import (
	"fmt"
	"regexp"
	"strings"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
)

// Command is what is typed to do something with a deployment, such as
// "--tunnel": it names the deployment, and where its key and state lie here.
func (p *Provisioner) Command(d *deployment.Deployment, verb string) string {
	words := []string{"ocr-gateway provision"}
	if verb != "" {
		words = append(words, verb)
	}
	switch {
	case !d.Rented():
		words = append(words, "--host "+d.Login.User+"@"+d.Login.Address)
	case d.PodID != "":
		words = append(words, "--pod-id "+d.PodID)
	}
	return strings.Join(append(words, p.Flags...), " ")
}

// onPod is the same for a pod that may be no deployment's.
func (p *Provisioner) onPod(id, verb string) string {
	return p.Command(&deployment.Deployment{Options: deployment.DefaultOptions(), PodID: id}, verb)
}

// status is the command that shows all deployments on pods.
func (p *Provisioner) status() string {
	return strings.Join(append([]string{"ocr-gateway provision --status"}, p.Flags...), " ")
}

// Resume is the command that resumes a deployment.
func (p *Provisioner) Resume(d *deployment.Deployment) string {
	switch {
	case !d.Rented():
		return p.Command(d, "") + d.Options.Flags()
	case d.PodID != "":
		return p.Command(d, "")
	default:
		return p.Command(d, fmt.Sprintf("--gpu %q", d.Options.GPU))
	}
}

// plainWord needs no quotes.
var plainWord = regexp.MustCompile(`^[\w./:@-]+$`)

// Word makes one word for the shell of a text, without quotes where none are needed.
func Word(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return host.Quote(s)
}

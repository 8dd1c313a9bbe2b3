package config

import (
	"regexp"
	"slices"
	"strings"
)

// envName is the variable that sets a setting.
func envName(path string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// addEnvironment adds the variables that begin with OCR_.
func (l *loader) addEnvironment(environ []string) {
	byName := map[string]*key{}
	for _, k := range l.schema.order {
		byName[envName(k.path)] = k
	}
	values := layer{}
	for _, variable := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, envPrefix) || name == EnvFile || name == envTestset {
			continue
		}
		k, known := byName[name]
		if !known {
			if !serviceLink(name, text) {
				l.fail("environment: %s is not a setting%s", clip(name), l.schema.suggestVariable(name))
			}
			continue
		}
		if text == "" {
			continue
		}
		v, err := parseText(k.typ, text)
		if err != nil && k.secret {
			l.fail("environment: %s cannot be read", name) // the reason would show the secret
		} else if err != nil {
			l.fail("environment: %s %w", name, err)
		} else {
			values[k] = v
		}
	}
	l.put(values, func(k *key) string { return "environment, " + envName(k.path) })
}

// suggestVariable ends a message about an unknown variable. The prefix, which
// all have, says nothing about likeness.
func (s *schema) suggestVariable(name string) string {
	known := make([]string, 0, len(s.order))
	for _, k := range s.order {
		known = append(known, strings.TrimPrefix(envName(k.path), envPrefix))
	}
	near := nearest(clip(strings.TrimPrefix(name, envPrefix)), known, "_")
	return didYouMean(near, envPrefix)
}

var linkName = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// serviceLink reports whether a variable is one that Kubernetes sets in every
// container for a service whose name begins with "ocr": it is nobody's mistake.
func serviceLink(name, value string) bool {
	return linkName.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && (strings.HasPrefix(value, "tcp://") || strings.HasPrefix(value, "udp://"))
}

package schema

import (
	"errors"
	"regexp"
	"regexp/syntax"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ocr-gateway/extract/jsontree"
)

// home is the address under which a schema is compiled; nothing can be loaded
// from its scheme.
const home = "schema:///"

// compile makes the rules that found values are checked against. Nothing is loaded:
// the library's default would open file: references.
func compile(root *jsontree.Object) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	budget := maxPatternCost
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return boundedRegexp(s, &budget) })
	if err := c.AddResource(home, jsontree.Plain(root)); err != nil {
		return nil, invalid("the schema is not a valid JSON Schema").Because(err)
	}
	rules, err := c.Compile(home)
	if err != nil {
		if errors.Is(err, errPattern) || budget < 0 {
			return nil, invalid("the schema's patterns are too large").Because(err)
		}
		return nil, invalid("the schema is not a valid JSON Schema, or refers to another document").Because(err)
	}
	return rules, nil
}

// maxPatternCost limits all patterns of a schema together, in states of their automata
// times the number of times the library compiles each.
const maxPatternCost = 50_000

var errPattern = errors.New("pattern too large")

func boundedRegexp(s string, budget *int) (jsonschema.Regexp, error) {
	if *budget -= len(s) + 1; *budget < 0 {
		return nil, errPattern
	}
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if *budget -= cost(parsed); *budget < 0 {
		return nil, errPattern
	}
	return regexp.Compile(s)
}

// cost estimates the size of a pattern's program before it is made.
func cost(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n = min(n+cost(sub), maxPatternCost+1)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Max, re.Min, 1), maxPatternCost+1)
	}
	return n
}

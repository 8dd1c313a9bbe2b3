package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// What `make test-deploy` fetches: the sources of Kubernetes, which hold what its API server
// says of its resources, of KEDA and of Compose.
var (
	kubernetes = flag.String("kubernetes", "", "folder of k8s.io/kubernetes")
	keda       = flag.String("keda", "", "folder of github.com/kedacore/keda/v2")
	compose    = flag.String("compose", "", "folder of github.com/compose-spec/compose-go/v2")
)

func TestManifestsFitTheirSchemas(t *testing.T) {
	if *kubernetes == "" {
		t.Skip("run by make test-deploy, which fetches the schemas")
	}
	files, _ := filepath.Glob("kubernetes/*.yaml")
	more, _ := filepath.Glob("kubernetes/autoscaling/*.yaml")
	checked := 0
	for _, path := range append(files, more...) {
		if filepath.Base(path) == "kustomization.yaml" { // read by kubectl
			continue
		}
		for _, manifest := range documents(t, path) {
			if err := check(manifest); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			checked++
		}
	}
	if checked < 18 {
		t.Errorf("only %d manifests", checked)
	}
	for _, broken := range []string{
		`{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {}, template: {spec: {containers: [{name: a, imag: b}]}}}}`,
		`{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: eighty}]}}`,
		`{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec: {scaleTargetRef: {name: a}}}`,
		`{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec: {scaleTargetRef: {name: a}, trigers: [], triggers: []}}`,
		`{apiVersion: apps/v1, kind: Deplyment}`,
	} {
		var manifest map[string]any
		if err := yaml.Unmarshal([]byte(broken), &manifest); err != nil {
			t.Fatal(err)
		}
		if check(manifest) == nil {
			t.Errorf("%s is not refused", broken)
		}
	}
}

func TestComposeFilesFitTheirSchema(t *testing.T) {
	if *compose == "" {
		t.Skip("run by make test-deploy, which fetches the schema")
	}
	data, err := os.ReadFile(filepath.Join(*compose, "schema", "compose-spec.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"compose.yaml", "compose.vllm.yaml"} {
		if err := validate(data, "", documents(t, path)[0]); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// documents are those of a YAML file.
func documents(t *testing.T, path string) (all []map[string]any) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for decoder := yaml.NewDecoder(file); ; {
		var one map[string]any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, one)
	}
}

// check holds a manifest to what the API server publishes of its kind, or KEDA's definition.
func check(manifest map[string]any) error {
	version, kind := fmt.Sprint(manifest["apiVersion"]), fmt.Sprint(manifest["kind"])
	group, number, grouped := strings.Cut(version, "/")
	if group == "keda.sh" {
		return checkCustom(kind, manifest)
	}
	name := "api__" + version
	if grouped {
		name = "apis__" + group + "__" + number
		if strings.Contains(group, "networking") {
			name = "apis__networking.k8s.io__" + number
		}
	}
	data, err := os.ReadFile(filepath.Join(*kubernetes, "api/openapi-spec/v3", name+"_openapi.json"))
	if err != nil {
		return err
	}
	var spec struct {
		Components struct {
			Schemas map[string]struct {
				Kinds []struct{ Kind string } `json:"x-kubernetes-group-version-kind"`
			}
		}
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		return err
	}
	for at, schema := range spec.Components.Schemas {
		if len(schema.Kinds) == 1 && schema.Kinds[0].Kind == kind {
			return validate(data, "#/components/schemas/"+at, manifest)
		}
	}
	return fmt.Errorf("%s has no %s", version, kind)
}

// checkCustom holds a resource of KEDA's to its definition.
func checkCustom(kind string, manifest map[string]any) error {
	data, err := os.ReadFile(filepath.Join(*keda, "config/crd/bases", "keda.sh_"+strings.ToLower(kind)+"s.yaml"))
	if err != nil {
		return err
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					Schema map[string]any `yaml:"openAPIV3Schema"`
				} `yaml:"schema"`
			} `yaml:"versions"`
		} `yaml:"spec"`
	}
	if err := yaml.Unmarshal(data, &definition); err != nil {
		return err
	}
	schema := definition.Spec.Versions[0].Schema.Schema
	schema["properties"].(map[string]any)["metadata"] = map[string]any{"type": "object"} // the server's own
	if data, err = json.Marshal(schema); err != nil {
		return err
	}
	return validate(data, "", manifest)
}

// validate holds a value to a part of a schema. What the schema does not know is an error, as
// it is to an API server that is asked to be strict.
func validate(schema []byte, at string, value map[string]any) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return err
	}
	strict(document)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		return err
	}
	compiled, err := compiler.Compile("schema.json" + at)
	if err != nil {
		return err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return compiled.Validate(read)
}

// strict closes all objects of a schema whose members are named.
func strict(schema any) {
	switch s := schema.(type) {
	case []any:
		for _, one := range s {
			strict(one)
		}
	case map[string]any:
		_, named := s["properties"].(map[string]any)
		_, open := s["additionalProperties"]
		_, kept := s["x-kubernetes-preserve-unknown-fields"]
		_, patterns := s["patternProperties"]
		if _, isObject := s["type"].(string); isObject && named && !open && !kept && !patterns {
			s["additionalProperties"] = false
		}
		for _, one := range s {
			strict(one)
		}
	}
}

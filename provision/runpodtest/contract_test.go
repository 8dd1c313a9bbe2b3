package runpodtest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/provision/runpodtest"
)

// The shapes of answers are those of the recorded contract.
func TestShapes(t *testing.T) {
	f := newFake(t, runpodtest.Config{Others: []string{"theirs"}, Volumes: []runpodtest.Volume{{ID: "v", Name: "n", DataCenter: "EU-SE-1", Size: 10}}})
	id := create(t, f)
	runs(t, f, id)
	got := call(t, f, "GET", "/pods/"+id, "")
	want := strings.Fields("actions cloud cmd cost createdAt cudaVersion dataCenterId disk entrypoint env globalNetworking gpu id image locked mounts name ports registry runtime ssh startedAt status template")
	if keys := slices.Sorted(maps.Keys(got.json)); !slices.Equal(keys, want) {
		t.Errorf("a pod's fields %v", keys)
	}
	runtime := got.json["runtime"].(map[string]any)
	port := runtime["ports"].([]any)[0].(map[string]any)
	if port["private"] != 22.0 || port["type"] != "tcp" || port["ip"] != "127.0.0.1" || port["public"] == nil || runtime["uptime"] == nil {
		t.Errorf("runtime %v", runtime)
	}
	direct := got.json["ssh"].(map[string]any)["direct"].(map[string]any)
	if direct["username"] != "root" || direct["port"] != port["public"] {
		t.Errorf("ssh %v", direct)
	}
	if got.json["dataCenterId"] != "EU-SE-1" {
		t.Errorf("it is placed in %v, where there is no A40", got.json["dataCenterId"])
	}
	if fmt.Sprint(got.json["actions"]) != "[stop restart terminate]" || got.json["cost"] != 0.4 {
		t.Errorf("pod %v", got.json)
	}
	list := call(t, f, "GET", "/pods?nonsense=1&limit=1", "")
	if fmt.Sprint(list.json["pagination"]) != "map[hasNextPage:true nextCursor:after-fake00000001pod]" || len(list.json["pods"].([]any)) != 1 {
		t.Errorf("list %v", list.text)
	}
	for path, want := range map[string]string{
		"/catalog/gpus?include=AVAILABILITY&product=POD": "gpus", "/catalog/datacenters": "dataCenters",
		"/billing/pods?bucketSize=day": "records", "/network-volumes": "networkVolumes", "/network-volumes/v": "dataCenter",
		"/catalog/gpus/NVIDIA%20A40": "maxCount",
	} {
		if got := call(t, f, "GET", path, ""); got.status != 200 || got.json[want] == nil {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	for _, name := range []string{"X-Request-Id", "RateLimit", "RateLimit-Policy"} {
		if got.header.Get(name) == "" || call(t, f, "GET", "/nowhere", "").header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if gone := call(t, f, "DELETE", "/pods/"+id, ""); gone.status != 204 || gone.text != "" {
		t.Errorf("delete: %d %q", gone.status, gone.text)
	}
	for method, path := range map[string]string{"GET": "/pods/" + id, "DELETE": "/pods/" + id, "PATCH": "/pods/" + id} {
		if got := call(t, f, method, path, "{}"); got.status != 404 || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", method, got.status, got.text)
		}
	}
	if others := f.Pods()[0]; !others.Other || others.Steps() != "RUNNING" || f.Created() != 1 || len(f.Live()) != 0 || f.Peak() != 1 {
		t.Errorf("%+v", f.Pods())
	}
}

func TestStrict(t *testing.T) {
	f := newFake(t, runpodtest.Config{Volumes: []runpodtest.Volume{{ID: "v", DataCenter: "US-KS-2", Size: 10}}})
	gpu := `"gpu":{"id":"NVIDIA A40"}`
	for name, c := range map[string]struct {
		body   string
		status int
		names  string // what the answer must name
	}{
		"no JSON":                    {`{`, 422, "JSON"},
		"unknown field":              {`{"name":"a","image":"i",` + gpu + `,"volumeInGb":5}`, 422, `"volumeInGb"`},
		"unknown inner field":        {`{"name":"a","image":"i","gpu":{"id":"NVIDIA A40","ids":[]}}`, 422, `"gpu.ids"`},
		"no name":                    {`{"image":"i",` + gpu + `}`, 422, `"name"`},
		"no image":                   {`{"name":"a",` + gpu + `}`, 422, "image"},
		"no gpu":                     {`{"name":"a","image":"i"}`, 422, "gpu"},
		"gpu and cpu":                {`{"name":"a","image":"i","cpu":{},` + gpu + `}`, 422, "gpu"},
		"no such GPU":                {`{"name":"a","image":"i","gpu":{"id":"A40"}}`, 422, "gpu.id"},
		"cloud ALL":                  {`{"name":"a","image":"i","cloud":"ALL",` + gpu + `}`, 422, `"cloud"`},
		"a CUDA that is no number":   {`{"name":"a","image":"i","gpu":{"id":"NVIDIA A40","minCudaVersion":"12"}}`, 422, "minCudaVersion"},
		"both CUDA rules":            {`{"name":"a","image":"i","gpu":{"id":"NVIDIA A40","minCudaVersion":"12.8","allowedCudaVersions":["12.8"]}}`, 400, "exclude"},
		"both mounts":                {`{"name":"a","image":"i","mounts":{"persistent":{"size":10,"path":"/w"},"network":[{"volumeId":"v","path":"/w"}]},` + gpu + `}`, 400, "exclude"},
		"a mount without path":       {`{"name":"a","image":"i","mounts":{"persistent":{"size":10}},` + gpu + `}`, 422, "mounts.persistent.path"},
		"a small volume":             {`{"name":"a","image":"i","mounts":{"persistent":{"size":9,"path":"/w"}},` + gpu + `}`, 422, "mounts.persistent.size"},
		"two network volumes":        {`{"name":"a","image":"i","mounts":{"network":[{"volumeId":"v","path":"/w"},{"volumeId":"v","path":"/x"}]},` + gpu + `}`, 422, "mounts.network"},
		"a volume of another place":  {`{"name":"a","image":"i","dataCenterIds":["EU-SE-1"],"mounts":{"network":[{"volumeId":"v","path":"/w"}]},` + gpu + `}`, 400, "US-KS-2"},
		"a port without kind":        {`{"name":"a","image":"i","ports":["22"],` + gpu + `}`, 422, "ports[0]"},
		"an udp port":                {`{"name":"a","image":"i","ports":["22/udp"],` + gpu + `}`, 422, "ports[0]"},
		"11 http ports":              {`{"name":"a","image":"i","ports":["1/http","2/http","3/http","4/http","5/http","6/http","7/http","8/http","9/http","10/http","11/http"],` + gpu + `}`, 400, "10"},
		"env that is no text":        {`{"name":"a","image":"i","env":{"A":1},` + gpu + `}`, 422, `"env.A"`},
		"too new a CUDA":             {`{"name":"a","image":"i","gpu":{"id":"NVIDIA A40","minCudaVersion":"13.0"}}`, 400, "Could not find any pods"},
		"a data center without it":   {`{"name":"a","image":"i","dataCenterIds":["US-KS-2"],` + gpu + `}`, 400, "no instances"},
		"startSsh without keys":      {`{"name":"a","image":"i","startSsh":true,` + gpu + `}`, 400, "SSH key"},
		"network volumes are secure": {`{"name":"a","image":"i","cloud":"COMMUNITY","mounts":{"network":[{"volumeId":"v","path":"/w"}]},` + gpu + `}`, 400, "secure"},
	} {
		got := call(t, f, "POST", "/pods", c.body)
		if got.status != c.status || !strings.Contains(got.text, c.names) || got.json["status"] != float64(c.status) || got.json["title"] == nil {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if f.Created() != 0 {
		t.Error("a pod was made")
	}
	id := create(t, f)
	runs(t, f, id)
	for body, status := range map[string]int{
		`{"action":"reset"}`: 422, `{}`: 422, `{"action":"start"}`: 409, `{"action":"stop","now":true}`: 422,
	} {
		if got := call(t, f, "POST", "/pods/"+id+"/action", body); got.status != status {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	if got := call(t, f, "PATCH", "/pods/"+id, `{"gpu":{}}`); got.status != 422 {
		t.Errorf("patch: %d", got.status)
	}
	for _, query := range []string{"?include=AVAILABILITY", "?product=POD"} {
		if got := call(t, f, "GET", "/catalog/gpus"+query, ""); got.status != 400 {
			t.Errorf("%s: %d", query, got.status)
		}
	}
	for _, query := range []string{"?tail=5001", "?tail=x", "?source=x", "?since=now"} {
		if got := call(t, f, "GET", "/pods/"+id+"/logs"+query, ""); got.status != 422 {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}

func TestOlderBodies(t *testing.T) {
	y := &yard{}
	f := newFake(t, runpodtest.Config{OlderBodies: true, Start: y.start})
	got := call(t, f, "POST", "/pods", body)
	if got.status != 422 || !strings.Contains(got.text, `"entrypoint"`) || !strings.Contains(got.text, `"cmd"`) {
		t.Errorf("%d %s", got.status, got.text)
	}
	for args, want := range map[string][2][]string{
		`{\"entrypoint\":[\"/bin/sh\",\"-c\"],\"cmd\":[\"a 'b'\"]}`: {{"/bin/sh", "-c"}, {"a 'b'"}},
		`sh -c 'a b'`: {nil, {"sh", "-c", "a", "b"}},
	} {
		before := y.count()
		got := call(t, f, "POST", "/pods", `{"name":"a","image":"i","gpu":{"id":"NVIDIA A40"},"args":"`+args+`"}`)
		if got.status != 201 {
			t.Fatal(got.text)
		}
		until(t, "a box", func() bool { return y.count() > before })
		spec := y.last().spec
		if !slices.Equal(spec.Entrypoint, want[0]) || !slices.Equal(spec.Cmd, want[1]) || spec.Volume != "" {
			t.Errorf("%s: %+v", args, spec)
		}
	}
}

package vllm_test

import (
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/model"
	"ocr-gateway/model/glmocr"
)

// other is a profile of another model than GLM-OCR.
type other struct{ glmocr.Profile }

func (other) Name() string { return "other" }

func (other) Serves(name string) (variant string, ok bool) {
	variant, ok = strings.CutPrefix(name, "acme/other")
	return strings.TrimPrefix(variant, "-"), ok
}

func (other) Request(ask model.Ask) (model.Request, error) {
	q, err := glmocr.Profile{}.Request(ask)
	q.Prompt, q.Sampling, q.NoThinking, q.MaxTokens = "Read "+ask.Variant, model.Sampling{Temperature: 0.2, TopP: 0.9, Seed: 1}, true, 77
	return q, err
}

// withOther has engines of the test know the other profile too.
func withOther(t *testing.T) {
	known := profiles
	profiles = append(profiles[:1:1], other{})
	t.Cleanup(func() { profiles = known })
}

func profileOf(e *vllm.Engine) string { return e.Info().Profile }

func TestProfileGoesByWhatIsServed(t *testing.T) {
	withOther(t)
	for name, tc := range map[string]struct {
		model, root, setting string
		before, after        string // a server was seen
	}{
		"by root":                {"served", "acme/other-2", "auto", "glm-ocr", "other/2"},
		"root is what is loaded": {"glm-ocr", "acme/other", "auto", "glm-ocr", "other"},
		"by id":                  {"acme/other-3", "/models/x", "auto", "other/3", "other/3"},
		"by setting":             {"served", "/models/x", "other", "other", "other"},
		"setting beats root":     {"served", "zai-org/GLM-OCR", "other", "other", "other"},
		"setting and variant":    {"served", "acme/other-2", "other", "other", "other/2"},
	} {
		t.Run(name, func(t *testing.T) {
			fake, endpoint := serve(t, enginetest.Config{Model: tc.model, Root: tc.root})
			fake.Loading(true)
			cfg := quick()
			cfg.Model, cfg.Profile = tc.model, tc.setting
			e := start(t, cfg, endpoint)
			if got := profileOf(e); got != tc.before {
				t.Errorf("before a server was seen: %s, want %s", got, tc.before)
			}
			fake.Loading(false)
			eventually(t, "the server to be ready", e.Ready)
			if got := profileOf(e); got != tc.after {
				t.Errorf("%s, want %s", got, tc.after)
			}
		})
	}
	cfg := quick()
	cfg.Profile, cfg.Endpoints = "nonsense", []vllm.Endpoint{{URL: "http://127.0.0.1:1"}}
	if _, err := vllm.New(cfg, profiles, "", nil); err == nil || !strings.Contains(err.Error(), "use auto, glm-ocr, other") {
		t.Errorf("%v", err)
	}
}

// TestRequestsAreTheProfiles: what a model leaves to the server is not sent, and settings
// come before the model's own.
func TestRequestsAreTheProfiles(t *testing.T) {
	withOther(t)
	var asked enginetest.Request
	_, endpoint := serve(t, enginetest.Config{Model: "served", Root: "acme/other-2", Answer: func(q enginetest.Request) enginetest.Answer {
		asked = q
		return enginetest.Answer{Text: "x"}
	}})
	cfg := quick()
	cfg.Model = "served"
	e := start(t, cfg, endpoint)
	eventually(t, "the server to be ready", e.Ready)
	if _, err := read(t.Context(), e, page(56, 56), document.RegionText); err != nil {
		t.Fatal(err)
	}
	if asked.Prompt != "Read 2" || asked.MaxTokens != 77 || *asked.Temperature != 0.2 || *asked.TopP != 0.9 || asked.TopK != nil || asked.RepetitionPenalty != nil ||
		asked.Seed != 1 || string(asked.ChatTemplate) != `{"enable_thinking":false}` {
		t.Errorf("asked %+v", asked)
	}
	cfg.MaxTokens.Text, cfg.Sampling = 5, vllm.Sampling{Temperature: 0, TopP: 0.5, TopK: 3, RepetitionPenalty: 1.2}
	e = start(t, cfg, endpoint)
	eventually(t, "the server to be ready", e.Ready)
	if _, err := read(t.Context(), e, page(56, 56), document.RegionText); err != nil {
		t.Fatal(err)
	}
	if asked.MaxTokens != 5 || *asked.Temperature != 0 || *asked.TopP != 0.5 || *asked.TopK != 3 || *asked.RepetitionPenalty != 1.2 {
		t.Errorf("asked %+v", asked)
	}
}

// TestModelThatChangesIsNotAskedTheOldWay: a region that was encoded for one model fails,
// to be sent again, when the servers come up with another.
func TestModelThatChangesIsNotAskedTheOldWay(t *testing.T) {
	withOther(t)
	fake, endpoint := serve(t, enginetest.Config{Model: "served", Root: "acme/other"})
	fake.Loading(true)
	cfg := quick()
	cfg.Model, cfg.DownTimeout = "served", 50*time.Millisecond
	e := start(t, cfg, endpoint)
	region := document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, 56, 56}}
	prepared, err := e.Prepare(t.Context(), page(56, 56), region, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fake.Loading(false)
	eventually(t, "the server to be ready", e.Ready)
	_, err = prepared.Read(t.Context())
	if p := problem(t, err); !p.Retryable || !strings.Contains(p.Detail, "send the request again") || fake.Counts().Requests != 0 {
		t.Errorf("%+v after %d requests", p, fake.Counts().Requests)
	}
	if _, err := read(t.Context(), e, page(56, 56), document.RegionText); err != nil {
		t.Error(err)
	}
}

// TestFirstRegionsWaitForTheModel: what comes before a server was seen is asked its way.
func TestFirstRegionsWaitForTheModel(t *testing.T) {
	withOther(t)
	var asked enginetest.Request
	_, endpoint := serve(t, enginetest.Config{Model: "served", Root: "acme/other-2", Answer: func(q enginetest.Request) enginetest.Answer {
		asked = q
		return enginetest.Answer{Text: "x"}
	}})
	cfg := quick()
	cfg.Model, cfg.DownTimeout = "served", time.Minute
	if _, err := read(t.Context(), start(t, cfg, endpoint), page(56, 56), document.RegionText); err != nil || asked.Prompt != "Read 2" {
		t.Errorf("%v: asked %q", err, asked.Prompt)
	}
}

// TestServersMustAgree: the second model is left out while the first is served, and taken
// when nothing else is left.
func TestServersMustAgree(t *testing.T) {
	withOther(t)
	first, a := serve(t, enginetest.Config{Model: "served", Root: "acme/other-1"})
	_, b := serve(t, enginetest.Config{Model: "served", Root: "acme/other-2"})
	cfg := quick()
	cfg.Model = "served"
	e := start(t, cfg, a, b)
	eventually(t, "one server to be left out", func() bool {
		health := e.Health()
		return health[0].State == "ready" && health[1].State == "wrong_model" || health[0].State == "wrong_model" && health[1].State == "ready"
	})
	if health := e.Health(); health[0].State == "ready" && !strings.Contains(health[1].Detail, "other/2, and endpoint-1 one of the profile other/1") {
		t.Errorf("%+v", health)
	}
	first.Loading(true)
	eventually(t, "the other model to be taken", func() bool { return profileOf(e) == "other/2" && e.Ready() })
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/internal/config"
	"ocr-gateway/internal/doctor"
	"ocr-gateway/layout/doclayout"
	"ocr-gateway/layout/geometry"
	"ocr-gateway/pipeline"
	"ocr-gateway/raster"
	"ocr-gateway/server"
	"ocr-gateway/service/admission"
)

// modelsMemory is about what the embedded engine's models take, with one inference.
const modelsMemory = 400 << 20

// endpointsTimeout bounds the wait for the first look at the model servers.
const endpointsTimeout = 10 * time.Second

// Examine looks at everything that the settings name, and tries it: what works here, what
// does not, and what mends it. Nothing is served and nothing is changed.
func Examine(ctx context.Context, cfg config.Config) []doctor.Finding {
	x := examiner{cfg: cfg, quiet: slog.New(slog.DiscardHandler)}
	findings := []doctor.Finding{doctor.Processor(), x.memory()}
	findings = append(findings, x.folders()...)
	rendering, page := x.rendering(ctx)
	if page != nil {
		defer page.Release()
	}
	findings = append(findings, rendering)
	findings = append(findings, x.embedded(ctx, page)...)
	findings = append(findings, x.servers(ctx)...)
	return append(findings, x.layout(ctx), x.jobs(ctx), x.store(ctx), x.address(ctx))
}

// examiner looks at the parts of the program.
type examiner struct {
	cfg   config.Config
	quiet *slog.Logger // what the parts would log is in the findings
}

// engines reports whether the embedded engine reads, and whether the model servers do.
func (x examiner) engines() (onCPU, onServers bool) {
	kind := x.cfg.Engine.Kind
	onServers = kind == config.EngineVLLM || kind == config.EngineAuto && len(x.cfg.VLLM.Endpoints) > 0
	return !onServers || x.cfg.Engine.Fallback == config.EngineEmbedded, onServers
}

func (x examiner) memory() doctor.Finding {
	free, known := admission.FreeMemory()
	needed := x.cfg.Pipeline.MemoryBudget + besidePages
	if onCPU, _ := x.engines(); onCPU {
		needed += modelsMemory
	}
	return doctor.Memory(free, known, needed)
}

// folders are those that are written to.
func (x examiner) folders() []doctor.Finding {
	free, known := admission.FreeDisk(x.cfg.Server.TempDir)
	all := []doctor.Finding{doctor.Folder("uploads", x.cfg.Server.TempDir, "server.temp_dir", free, known, x.cfg.Server.MinFreeDisk+x.cfg.Server.MaxUploadBytes)}
	if dir := x.cfg.Cache.Dir; dir != "" {
		free, known := admission.FreeDisk(dir)
		all = append(all, doctor.Folder("cache", dir, "cache.dir", free, known, 0))
	}
	return all
}

// rendering opens the sample and draws its page, in a child like those of serve.
func (x examiner) rendering(ctx context.Context) (doctor.Finding, *document.Page) {
	f := doctor.Finding{Name: "rendering", State: doctor.Failed}
	r, err := raster.New(x.cfg.Raster, pipeline.NewBudget(x.cfg.Pipeline.MemoryBudget), x.quiet)
	if err != nil {
		f.Detail, f.Mend = err.Error(), "make mupdf"
		return f, nil
	}
	defer func() { _ = r.Close(ctx) }()
	page, err := firstPage(ctx, r)
	state := r.State()
	switch {
	case err != nil:
		f.Detail = "a page of a PDF cannot be drawn: " + err.Error()
		if state.Failing != nil {
			f.Detail += ": " + state.Failing.Error()
		}
		f.Mend = "ulimit -n 4096 && ulimit -u 4096, and for containers a seccomp profile that lets them use seccomp and prctl"
		return f, nil
	case state.Shared > 0:
		f.State, f.Detail = doctor.Warning, "works; processes that open documents cannot have a network namespace of their own and share this one: the kernel permits no other"
		f.Mend = "sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0"
	default:
		f.State, f.Detail = doctor.OK, "a page of a PDF was drawn in a process without network, files or the right to fork"
	}
	return f, page
}

// firstPage draws the only page of the sample.
func firstPage(ctx context.Context, r *raster.Rasterizer) (*document.Page, error) {
	pages, err := r.Open(ctx, document.NewSource("sample.pdf", []byte(samplePDF)), document.Options{})
	if err != nil {
		return nil, err
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		return page, err
	}
	return nil, errors.New("the sample has no page")
}

// embedded loads the models and reads the sample's page with them.
func (x examiner) embedded(ctx context.Context, page *document.Page) []doctor.Finding {
	models, reading := doctor.Finding{Name: "models"}, doctor.Finding{Name: "reading"}
	if onCPU, _ := x.engines(); !onCPU {
		models.State, models.Detail = doctor.Off, "the embedded engine is not in use: engine.kind, engine.fallback"
		return []doctor.Finding{models}
	}
	cfg := x.cfg.Engine.Embedded
	cfg.Dir = findModels(cfg.Dir)
	engine, err := embedded.New(cfg, x.quiet)
	if err != nil {
		models.State, models.Detail, models.Mend = doctor.Failed, err.Error(), "make models"
		reading.State, reading.Detail = doctor.Off, "needs the models"
		return []doctor.Finding{models, reading}
	}
	defer engine.Close()
	models.State, models.Detail = doctor.OK, fmt.Sprintf("%s in %s, checksums right; reads %s. README.md has the packages for more", engine.Info().Model, cfg.Dir, strings.Join(engine.Info().Scripts, ", "))
	if page == nil {
		reading.State, reading.Detail = doctor.Off, "needs rendering"
		return []doctor.Finding{models, reading}
	}
	began := time.Now()
	text, err := readPage(ctx, engine, page)
	switch {
	case err != nil:
		reading.State, reading.Detail = doctor.Failed, err.Error()
	case !strings.Contains(text, sampleText):
		reading.State, reading.Detail = doctor.Failed, fmt.Sprintf("read %q where the page says %q", text, sampleText)
	default:
		reading.State, reading.Detail = doctor.OK, fmt.Sprintf("%q was read off the page, in %d ms", sampleText, time.Since(began).Milliseconds())
	}
	return []doctor.Finding{models, reading}
}

// readPage reads a page as it is, without the words of its PDF.
func readPage(ctx context.Context, engine *embedded.Engine, page *document.Page) (string, error) {
	page.Words = nil
	opts := document.Options{Task: document.TaskDocument}
	regions, err := geometry.New(engine).Detect(ctx, page, opts)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, region := range regions {
		got, err := engine.Recognize(ctx, page, region, opts)
		if err != nil {
			return "", err
		}
		texts = append(texts, got.Content)
	}
	return strings.Join(texts, "\n"), nil
}

// servers asks each model server what it is.
func (x examiner) servers(ctx context.Context) []doctor.Finding {
	if _, on := x.engines(); !on {
		return []doctor.Finding{{Name: "vllm", State: doctor.Off, Detail: "no model server is set: vllm.endpoints"}}
	}
	engine, err := vllm.New(x.cfg.VLLM.Config, profiles, findModels(x.cfg.Engine.Embedded.Dir), x.quiet)
	if err != nil {
		return []doctor.Finding{{Name: "vllm", State: doctor.Failed, Detail: err.Error()}}
	}
	defer engine.Close()
	ctx, cancel := context.WithTimeout(ctx, endpointsTimeout)
	defer cancel()
	engine.AwaitLook(ctx)
	var all []doctor.Finding
	for _, e := range engine.Health() {
		f := doctor.Finding{Name: e.Name, State: doctor.Failed, Detail: e.State + ": " + e.Detail}
		if e.State == stateReady {
			f.State = doctor.OK
			f.Detail = fmt.Sprintf("ready: %s as %s, vLLM %s, at most %d regions at once, %s, %s", engine.Info().Model, engine.Info().Profile, orUnknown(e.Version), e.Limit,
				modelLength(e.ModelLength), drafts(engine.Drafts(ctx, e.Name)))
			if e.ModelLength > 0 && e.ModelLength < goodLength {
				f.State, f.Mend = doctor.Warning, fmt.Sprintf("vllm serve … --max-model-len %d: a large page has 6144 tokens, and a long answer 8192", goodLength)
			}
		}
		all = append(all, f)
	}
	return all
}

// goodLength is what a page of the most image tokens and the longest answer have together, rounded up.
const goodLength = 16384

func modelLength(tokens int) string {
	if tokens == 0 {
		return "of unknown length"
	}
	return fmt.Sprintf("%d tokens of prompt and answer", tokens)
}

// drafts says whether a server guesses tokens ahead.
func drafts(d vllm.Drafts) string {
	switch {
	case !d.Told:
		return "MTP unknown: it shows no metrics of vLLM"
	case !d.On:
		return "no MTP"
	case d.Drafted == 0:
		return "MTP, not used yet"
	}
	return fmt.Sprintf("MTP, %.0f%% of the guessed tokens taken", 100*d.Accepted/d.Drafted)
}

func orUnknown(version string) string {
	if version == "" {
		return "of unknown version"
	}
	return version
}

// layout looks for what the layout program needs. It is not started: the first time it
// downloads its model.
func (x examiner) layout(ctx context.Context) doctor.Finding {
	f := doctor.Finding{Name: "layout"}
	cfg := x.cfg.Layout.Config
	if _, on := x.engines(); !on || cfg.Sidecar == doclayout.SidecarOff {
		f.State, f.Detail = doctor.Off, "the layout program is not in use: the embedded engine finds regions by itself"
		return f
	}
	if cfg.URL != "" {
		f.State, f.Detail = doctor.Off, "a program that runs elsewhere is used, and was not asked: "+cfg.URL
		return f
	}
	missing, err := cfg.MissingPackages(ctx)
	f.State, f.Mend = doctor.Warning, cfg.Python+" -m pip install "+strings.Join(missing, " ")
	switch {
	case err != nil:
		f.Detail, f.Mend = "pages will be read whole: the interpreter layout.python cannot be run: "+err.Error(), "apt-get install python3 python3-pip"
	case len(missing) > 0:
		f.Detail = "pages will be read whole: " + cfg.Python + " lacks " + strings.Join(missing, ", ") + " (versions: layout/doclayout/sidecar/requirements.txt)"
	default:
		f.State, f.Detail, f.Mend = doctor.OK, cfg.Python+" has what the layout program needs", ""
	}
	return f
}

// address looks whether the server could listen, and who could call it there.
func (x examiner) address(ctx context.Context) doctor.Finding {
	f := doctor.Finding{Name: "address", State: doctor.Failed}
	access := x.cfg.Server.Access
	if err := server.CheckFiles(x.cfg.Server); err != nil {
		f.Detail = err.Error()
		return f
	}
	if err := access.CheckAddress(); err != nil {
		f.Detail, f.Mend = err.Error(), "OCR_SERVER_API_KEYS=$(head -c 24 /dev/urandom | base64 | tr +/ -_)"
		return f
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", access.Address())
	if err != nil {
		f.Detail, f.Mend = err.Error(), "ocr-gateway serve --port 0, for any free port; or end what listens there"
		return f
	}
	listener.Close()
	f.State, f.Detail = doctor.OK, access.Address()+" is free"
	switch {
	case access.Keyed():
		f.Detail += "; an API key is asked for"
	case access.Keyless(listener.Addr()):
		f.State, f.Detail = doctor.Warning, f.Detail+"; other machines reach it, and it asks for no key (server.allow_keyless)"
	default:
		f.Detail += "; only this machine reaches it, without a key"
	}
	return f
}

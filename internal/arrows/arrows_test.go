package arrows_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "ocr-gateway"
	root   = "../.."
)

// everything stands for all packages of the module.
const everything = "*"

// leaves are what every package may import.
var leaves = []string{"internal/backoff", "internal/child", "internal/correlation", "internal/promtext", "internal/stage"}

// arrows says which packages of the module a package may import, beside leaves. Packages join
// only in internal/app; the others share nothing but the nouns.
var arrows = map[string][]string{
	"cmd/ocr-gateway": {"internal/app", "internal/config", "internal/doctor", "server/keys", "batch", "bench", "client", "tools", "tools/local", "document", "raster/worker", "service", "provision", "provision/cloud", "provision/deployment", "provision/plan", "provision/stage", "provision/supervise"},

	"internal/app":           {everything},
	"internal/config":        {"server", "raster", "layout/doclayout", "engine/embedded", "engine/vllm", "pipeline", "cache", "jobs", "webhook", "files", "blob", "price", "internal/otlp", "internal/setting"}, // for their Config types
	"internal/arrows":        {},
	"internal/backoff":       {}, // waits between tries
	"internal/clip":          {},
	"internal/doctor":        {},
	"deploy":                 {},               // tests of what others run the program with
	"release/bill":           {},               // what is shipped
	"release/image":          {"release/bill"}, // the container image
	"release/licenses":       {"release/bill"},
	"release/site":           {},                   // the documents as a site
	"internal/child":         {},                   // child processes
	"internal/correlation":   {},                   // whose work lines of the log are about
	"internal/promtext":      {},                   // metrics
	"internal/stage":         {},                   // where the time goes: traces, histograms, accounts of pages
	"internal/otlp":          {"internal/setting"}, // traces are sent
	"internal/otlp/otlptest": {},                   // a collector for tests
	"internal/mutants":       {},                   // damaged documents for tests of others
	"internal/cputime":       {},                   // for tests of others
	"internal/lazyregexp":    {},
	"internal/share":         {}, // divides what a resource spends
	"internal/metricnames":   {},
	"internal/egress":        {"document", "internal/setting"}, // requests to addresses of clients

	"document": {},

	"raster":            {"document", "internal/setting", "raster/kind", "raster/mupdf", "raster/pool", "raster/searchable", "raster/wire"},
	"raster/pool":       {"document", "raster/sandbox", "raster/wire"},
	"raster/worker":     {"document", "raster/decode", "raster/kind", "raster/mupdf", "raster/sandbox", "raster/searchable", "raster/wire"},
	"raster/searchable": {"document"}, // invisible words over pages
	"raster/decode":     {"raster/kind", "raster/mupdf", "raster/wire"},
	"raster/mupdf":      {"document"},
	"raster/wire":       {"document", "raster/kind"},
	"raster/kind":       {},
	"raster/sandbox":    {},
	"raster/rastertest": {}, // documents for tests of raster and others

	"textlayer":         {"document", "textlayer/compare", "textlayer/ink"},
	"textlayer/compare": {"document", "internal/edits"},
	"textlayer/ink":     {"document"},
	"textlayer/attack":  {"raster/rastertest"}, // documents that lie, for tests of others

	"internal/htmltable": {"internal/lazyregexp"}, // tables of language models
	"internal/edits":     {},                      // two readings of a text
	"internal/plane":     {},                      // boxes and spans
	"internal/logtest":   {},                      // logs that tests read
	"internal/setting":   {},                      // which setting is wrong

	"layout/doclayout":               {"document", "internal/clip", "internal/setting", "internal/plane"},
	"layout/geometry":                {"document", "internal/plane", "layout/geometry/upright", "layout/geometry/rulings", "layout/geometry/gutters", "layout/geometry/tables"},
	"layout/geometry/gutters":        {"internal/plane", "layout/geometry/upright", "layout/geometry/rulings"},
	"layout/geometry/tables":         {"document", "internal/plane", "layout/geometry/upright", "layout/geometry/rulings", "layout/geometry/tables/areas", "layout/geometry/tables/columns"},
	"layout/geometry/tables/areas":   {"document", "internal/plane", "layout/geometry/upright", "layout/geometry/rulings", "layout/geometry/tables/columns"},
	"layout/geometry/tables/columns": {"document", "internal/plane", "layout/geometry/upright", "layout/geometry/rulings"},
	"layout/geometry/rulings":        {"document", "internal/plane", "layout/geometry/upright"},
	"layout/geometry/upright":        {"document", "internal/plane"},

	"engine/embedded":                         {"document", "internal/setting", "engine/embedded/pixels", "engine/embedded/ppocr", "engine/embedded/prose", "engine/embedded/proofread", "engine/embedded/checkbox", "engine/embedded/raised", "engine/embedded/script", "engine/embedded/stages", "engine/embedded/stamp", "engine/embedded/tesseract", "engine/embedded/words"},
	"engine/embedded/prose":                   {"document", "engine/embedded/pixels"},
	"engine/embedded/proofread":               {"document", "engine/embedded/prose", "engine/embedded/raised", "engine/embedded/script"},
	"engine/embedded/raised":                  {"document", "engine/embedded/pixels"},
	"engine/embedded/stamp":                   {"engine/embedded/pixels"},
	"engine/embedded/checkbox":                {"document", "engine/embedded/pixels"},
	"engine/embedded/heatmap":                 {"document"},
	"engine/embedded/ppocr":                   {"document", "engine/embedded/heatmap", "engine/embedded/pixels", "engine/embedded/network", "engine/embedded/stages"},
	"engine/embedded/network":                 {},
	"engine/embedded/stages":                  {},
	"engine/embedded/pixels":                  {"document"},
	"engine/embedded/words":                   {"document", "engine/embedded/pixels", "internal/edits"},
	"engine/embedded/script":                  {},
	"engine/embedded/tesseract":               {"engine/embedded/script"},
	"engine/embedded/tesseract/tesseracttest": {}, // finds one for tests of others
	"engine/vllm":                             {"document", "internal/setting", "model", "engine/vllm/chat", "engine/vllm/crops", "engine/vllm/endpoints"},
	"engine/vllm/chat":                        {"document", "model"},
	"engine/vllm/crops":                       {"document", "model"},
	"engine/vllm/endpoints":                   {"document", "internal/clip", "internal/setting", "internal/share"},
	"engine/enginetest":                       {"document"}, // fakes for tests of others
	"engine/enginetest/fakevllm":              {"engine/enginetest"},

	"pipeline":          {"document", "internal/setting", "internal/share", "pipeline/once", "pipeline/picture", "pipeline/turns", "pipeline/verified"},
	"pipeline/once":     {},
	"pipeline/picture":  {"document"},
	"pipeline/preview":  {"document", "pipeline/picture"},
	"pipeline/turns":    {},
	"pipeline/verified": {"document"},

	"internal/assemble":              {"document"},
	"internal/assemble/assembletest": {"document"}, // pages for tests of others

	"model":           {"document"},
	"model/*":         {"document", "model", "internal/assemble"}, // one room for each vision model
	"model/modeltest": {"engine/enginetest", "engine/vllm"},       // for tests of the models

	"format": {"document", "internal/htmltable"},
	"ground": {"document", "internal/edits", "internal/htmltable"}, // words of a model at their places

	"extract":             {"document", "extract/heuristic", "extract/jsontree", "extract/pagetext", "extract/printed", "extract/schema", "extract/values"},
	"extract/heuristic":   {"document", "extract/labels", "extract/mrz", "extract/pagetext", "extract/printed", "extract/schema", "extract/values", "internal/lazyregexp"},
	"extract/labels":      {"extract/printed", "extract/schema"},
	"extract/pagetext":    {"document", "extract/printed", "internal/htmltable", "internal/lazyregexp"},
	"extract/values":      {"document", "extract/jsontree", "extract/printed", "extract/schema"},
	"extract/schema":      {"document", "extract/jsontree"},
	"extract/printed":     {"internal/lazyregexp"},
	"extract/mrz":         {},
	"extract/jsontree":    {},
	"extract/extracttest": {"document"}, // pages for tests of others

	"cache": {"internal/setting"},
	"price": {"document", "internal/setting"}, // of what requests use

	"batch":   {"client", "document"},
	"webhook": {"document", "internal/egress", "internal/setting"},

	"files": {"document", "internal/setting"},

	"blob":          {"document", "internal/setting"},
	"blob/blobtest": {"blob"}, // what every storage must do, for tests of others

	"service":           {"document", "internal/clip", "internal/setting", "service/admission"},
	"service/admission": {"document", "internal/setting"},

	"tools":       {"document", "service"}, // what language models are offered
	"tools/local": {"document", "service", "tools"},

	"jobs":        {"document", "internal/setting", "jobs/broker", "jobs/index", "jobs/record", "jobs/seal", "jobs/worker", "service"},
	"jobs/worker": {"document", "jobs/broker", "jobs/index", "jobs/record", "service", "service/admission"},
	"jobs/broker": {"internal/setting", "jobs/record"},
	"jobs/index":  {"document", "jobs/record"},
	"jobs/record": {"document"},
	"jobs/seal":   {},

	"server":             {"server/answer", "server/certificate", "server/doors", "server/doors/azure", "server/doors/docling", "server/doors/glmocr", "server/doors/mcp", "server/doors/mineru", "server/doors/mistral", "server/doors/openwebui", "server/doors/paddlex", "server/doors/tika", "server/fetch", "server/fileroutes", "document", "files", "internal/clip", "internal/setting", "jobs", "jobs/record", "server/form", "server/guard", "server/health", "server/jobroutes", "server/keys", "server/metrics", "server/page", "server/presence", "server/problem", "server/streams", "server/tus", "server/wire", "service", "service/admission"},
	"server/answer":      {"document", "internal/clip", "server/form", "server/problem", "service"},
	"server/doors":       {"document", "internal/clip", "server/form", "server/problem", "service", "service/admission"},
	"server/doors/azure": {"document", "internal/clip", "internal/htmltable", "server/doors", "server/form", "server/problem", "service"},
	"server/doors/mcp":   {"document", "server/doors", "server/form", "server/problem", "service", "tools"},
	"server/doors/*":     {"document", "internal/clip", "server/doors", "server/form", "server/problem", "service"}, // one room for each other API
	"server/fetch":       {"document", "internal/clip", "internal/egress", "internal/setting"},
	"server/form":        {"document", "internal/clip", "server/problem", "service"},
	"server/guard":       {"server/keys", "document", "internal/clip", "internal/setting", "server/problem"},
	"server/certificate": {},
	"server/fileroutes":  {"document", "files", "internal/clip", "server/answer", "server/form", "server/tus", "service/admission"},
	"server/jobroutes":   {"document", "internal/clip", "jobs", "jobs/index", "jobs/record", "server/answer", "server/doors", "server/form", "server/guard", "server/presence", "service", "service/admission"},
	"server/tus":         {"document", "files", "internal/clip", "server/problem"},
	"server/wire":        {"document", "internal/clip", "server/problem"},
	"server/problem":     {"document"},
	"server/health":      {"document"},
	"server/metrics":     {"document", "internal/metricnames", "jobs", "jobs/record", "server/health", "service"},
	"server/keys":        {},
	"server/page":        {}, // the page at /
	"server/presence":    {},
	"server/streams":     {},

	"client": {"document"}, // of this server's own API

	"bench":                  {"client"},
	"bench/peers/layoutstub": {"layout/doclayout/doclayouttest"},

	"e2e/program": {}, // builds and starts the program, for tests
	"e2e":         {},
	"e2e/faults":  {},
	"e2e/doors":   {},
	"e2e/page":    {},

	"layout/doclayout/doclayouttest": {}, // stands in for the sidecar

	"provision":                 {"provision/cloud", "provision/deployment", "provision/host", "provision/plan", "provision/stage", "provision/card"},
	"provision/host":            {"provision/deployment", "provision/plan", "provision/stage", "provision/card", "provision/supervise"},
	"provision/stage/stagetest": {"provision/stage"}, // for tests of others
	"provision/cloud":           {},                  // the nouns of renting
	"provision/stage":           {},
	"provision/card":            {},
	"provision/deployment":      {"provision/cloud"},
	"provision/plan":            {"provision/cloud", "provision/deployment"},
	"provision/supervise":       {"internal/metricnames"},
	"provision/runpod":          {"provision", "provision/cloud"},
	"provision/sshhost":         {"provision/host", "provision/deployment"},
	"provision/runpodtest":      {}, // fakes for tests of others
	"provision/podtest":         {"provision/runpodtest", "provision/podtest/inside"},
	"provision/podtest/inside":  {}, // what runs in a pod
	"provision/podtest/podinit": {"provision/podtest/inside"},
}

// testArrows says what tests may import beyond that.
var testArrows = map[string][]string{
	"internal/otlp":             {"internal/logtest", "internal/otlp/otlptest"},
	"cache":                     {"blob"},                                               // where it is shared
	"client":                    {"blob", "jobs", "server", "server/health", "service"}, // what it calls
	"textlayer":                 {"internal/cputime"},
	"textlayer/attack":          {"document", "engine/embedded", "layout/doclayout/doclayouttest", "raster", "raster/worker", "textlayer"},
	"raster":                    {"raster/rastertest", "raster/sandbox", "raster/worker"}, // the tests are a child too
	"raster/decode":             {"raster/rastertest"},
	"e2e":                       {"internal/otlp/otlptest", "e2e/program", "document", "engine/enginetest", "internal/mutants", "layout/doclayout/doclayouttest", "raster/rastertest", "provision/runpodtest", "provision/podtest", "provision/supervise"},
	"e2e/doors":                 {"e2e/program"},
	"e2e/page":                  {"e2e/program", "engine/enginetest", "layout/doclayout/doclayouttest", "raster/rastertest"},
	"e2e/faults":                {"e2e/program", "engine/enginetest", "layout/doclayout/doclayouttest", "raster/rastertest"},
	"provision":                 {"provision/runpod", "provision/runpodtest", "provision/stage/stagetest"},
	"provision/host":            {"provision/stage/stagetest"},
	"provision/stage":           {"provision/stage/stagetest"},
	"provision/runpod":          {"internal/logtest", "provision/runpodtest"},
	"provision/supervise":       {"internal/logtest"},
	"engine/vllm":               {"engine/enginetest", "internal/logtest", "model/glmocr"},
	"model/*":                   {"model/modeltest", "internal/assemble/assembletest"},
	"internal/assemble":         {"internal/assemble/assembletest"},
	"engine/embedded":           {"engine/enginetest", "engine/embedded/tesseract/tesseracttest"},
	"engine/embedded/tesseract": {"engine/embedded/tesseract/tesseracttest"},
	"engine/embedded/checkbox":  {"internal/cputime"},
	"extract":                   {"extract/extracttest", "internal/cputime"},
	"extract/heuristic":         {"extract/extracttest"},
	"extract/mrz":               {"extract/extracttest"},
	"extract/pagetext":          {"extract/extracttest", "internal/cputime"},
	"extract/schema":            {"internal/cputime"},
	"batch":                     {"blob", "blob/blobtest"},
	"blob":                      {"blob/blobtest"},
	"files":                     {"blob", "blob/blobtest"}, // keeps files as the program does
	"layout/geometry":           {"internal/cputime"},
	"jobs":                      {"blob", "webhook"},
	"server":                    {"blob", "blob/blobtest", "internal/logtest", "internal/metricnames", "jobs/seal", "provision/supervise"}, // which reads what is served
	"server/problem":            {"service"},                                                                                               // says which codes end requests
}

// homes says which packages may import an outside module.
var homes = map[string][]string{
	"github.com/labstack":                    {"server", "server/answer", "server/fileroutes", "server/jobroutes"},
	"github.com/klauspost/compress":          {"release/image", "server", "server/wire"},
	"github.com/minio/minio-go":              {"batch", "blob"},
	"code.dny.dev/ssrf":                      {"internal/egress"},
	"github.com/standard-webhooks":           {"webhook"},
	"github.com/prometheus/client_golang":    {"server", "server/metrics", "internal/stage"},
	"go.opentelemetry.io/otel":               {"internal/stage", "internal/otlp"},
	"go.opentelemetry.io/proto":              {"internal/otlp/otlptest"},
	"github.com/prometheus/client_model":     {"internal/promtext"},
	"github.com/prometheus/common":           {"internal/promtext"},
	"github.com/prometheus/procfs":           {"bench"},
	"github.com/gen2brain/heic":              {"raster/decode"},
	"github.com/gen2brain/avif":              {"raster/decode"},
	"github.com/gen2brain/webp":              {"raster/decode"},
	"github.com/disintegration/imaging":      {"raster/decode"},
	"golang.org/x/image":                     {"raster/decode", "engine/enginetest", "pipeline/preview", "textlayer/attack"},
	"golang.org/x/net/html":                  {"internal/assemble"},
	"golang.org/x/text":                      {"engine/embedded", "engine/embedded/ppocr", "engine/embedded/proofread", "extract/printed"},
	"golang.org/x/sys":                       {"engine/embedded/ppocr", "engine/embedded/stages", "engine/embedded/tesseract", "internal/child", "internal/doctor", "raster/pool", "raster/sandbox", "raster/wire", "raster/worker", "server/presence", "provision/podtest", "provision/podtest/inside"},
	"golang.org/x/crypto/ssh":                {"provision/sshhost"},
	"github.com/pkg/sftp":                    {"provision/sshhost"},
	"github.com/skeema/knownhosts":           {"provision/sshhost"},
	"github.com/sashabaranov/go-openai":      {"engine/vllm/chat"},
	"github.com/santhosh-tekuri":             {"deploy", "extract/schema", "provision/runpodtest"},
	"github.com/RealAlexandreAI":             {"extract"},
	"github.com/yalue/onnxruntime_go":        {"engine/embedded/ppocr"},
	"google.golang.org/protobuf":             {"engine/embedded/network", "internal/otlp/otlptest"},
	"github.com/yuin/goldmark":               {"release/site"},
	"github.com/google/go-containerregistry": {"release/image"},
	"github.com/CycloneDX/cyclonedx-go":      {"release/bill"},
	"github.com/google/licensecheck":         {"release/bill"},
	"golang.org/x/mod":                       {"release/bill"},
	"github.com/spf13/viper":                 {"internal/config"},
	"go.yaml.in/yaml":                        {"cmd/ocr-gateway", "deploy", "internal/config", "server", "server/keys"}, // tests, in the first two
	"github.com/spf13/cobra":                 {"cmd/ocr-gateway"},
	"github.com/joho/godotenv":               {"cmd/ocr-gateway"},
	"github.com/lmittmann/tint":              {"cmd/ocr-gateway"},
	"github.com/vbauerster/mpb":              {"cmd/ocr-gateway"},
	"golang.org/x/term":                      {"cmd/ocr-gateway"},
	"github.com/google/uuid":                 {"files", "jobs", "server"},
	"github.com/nats-io":                     {"cmd/ocr-gateway", "jobs/broker"},
	"github.com/modelcontextprotocol/go-sdk": {"cmd/ocr-gateway", "server/doors/mcp", "tools"},
	"github.com/google/jsonschema-go":        {"tools"}, // the schemas of tools
	"github.com/rivo/uniseg":                 {"server/doors/azure"},
	"github.com/tmaxmax/go-sse":              {"client"},
	"golang.org/x/sync":                      {everything},
	"github.com/agnivade/levenshtein":        {everything},
}

// testHomes says what tests may import beyond that.
var testHomes = map[string][]string{
	"github.com/prometheus/common":           {"internal/stage"},
	"github.com/modelcontextprotocol/go-sdk": {"e2e", "server"},
	"github.com/nats-io":                     {"e2e/faults", "jobs"},
	"go.uber.org/goleak":                     {everything},
	"github.com/standard-webhooks":           {"jobs"}, // as clients check
	"github.com/getkin/kin-openapi":          {"server"},
	"golang.org/x/image":                     {"engine/vllm/crops"},
	"github.com/chromedp":                    {"e2e/page"}, // a real browser
	"golang.org/x/net/dns":                   {"internal/egress"},
	"golang.org/x/crypto/ssh":                {"provision/podtest"},
	"golang.org/x/sys":                       {"raster", "tools/local"},
	"github.com/pkg/sftp":                    {"provision/podtest"},
}

// file is one Go file with what the table speaks of.
type file struct {
	name    string // from the root
	pkg     string // folder from the root
	test    bool
	imports []string
	doc     bool // has a package comment
}

func files(t *testing.T) []file {
	t.Helper()
	var found []file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"testdata", "build", "bin", "lib", "models"}, d.Name()) || name != root && isFile(filepath.Join(name, "go.mod"))) { // another module
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(set, name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		short, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		found = append(found, file{
			name:    filepath.ToSlash(short),
			pkg:     path.Dir(filepath.ToSlash(short)),
			test:    strings.HasSuffix(name, "_test.go"),
			imports: imports(parsed),
			doc:     parsed.Doc != nil,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no Go files found")
	}
	return found
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func imports(f *ast.File) []string {
	var paths []string
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// fault says what is wrong with an import, "" when nothing is.
func fault(f file, imported string) string {
	if inner, ours := strings.CutPrefix(imported, module+"/"); ours {
		return innerFault(f, inner)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // standard library
	}
	return outerFault(f, imported)
}

// key is the package in a table: by its name, or with the rest of its folder, as "model/*".
func key(table map[string][]string, pkg string) string {
	if _, named := table[pkg]; named {
		return pkg
	}
	return path.Dir(pkg) + "/*"
}

func innerFault(f file, inner string) string {
	allowed := arrows[key(arrows, f.pkg)]
	if f.test {
		allowed = slices.Concat(allowed, testArrows[key(testArrows, f.pkg)], []string{f.pkg})
	}
	if slices.Contains(allowed, inner) || slices.Contains(leaves, inner) || slices.Contains(allowed, everything) {
		return ""
	}
	return fmt.Sprintf("%s may import of this module only %v: join packages in internal/app, through an interface or func value beside its user",
		f.pkg, allowed)
}

func outerFault(f file, imported string) string {
	allowed, known := home(homes, imported)
	if more, ok := home(testHomes, imported); ok && f.test {
		allowed, known = slices.Concat(allowed, more), true
	}
	switch {
	case !known:
		return "it is not in the table: give the dependency one home there"
	case slices.Contains(allowed, f.pkg) || slices.Contains(allowed, everything):
		return ""
	default:
		return fmt.Sprintf("its home is %v", allowed)
	}
}

// home looks an import up in a table of modules.
func home(table map[string][]string, imported string) (allowed []string, known bool) {
	for dependency, packages := range table {
		if imported == dependency || strings.HasPrefix(imported, dependency+"/") {
			return packages, true
		}
	}
	return nil, false
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, f := range files(t) {
		for _, imported := range f.imports {
			if why := fault(f, imported); why != "" {
				t.Errorf("%s imports %s: %s", f.name, imported, why)
			}
		}
	}
}

func TestEveryPackageIsInTheTableAndHasItsSentence(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range files(t) {
		if !f.test {
			documented[f.pkg] = documented[f.pkg] || f.doc
		}
	}
	used := map[string]bool{} // keys of the table
	for _, pkg := range slices.Sorted(maps.Keys(documented)) {
		used[key(arrows, pkg)] = true
		if _, known := arrows[key(arrows, pkg)]; !known {
			t.Errorf("package %s is not in the table: say what it may import", pkg)
		}
		if !documented[pkg] {
			t.Errorf("package %s has no package comment: say in a sentence what it is for", pkg)
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(arrows)) {
		if !used[pkg] {
			t.Errorf("package %s is in the table and does not exist", pkg)
		}
	}
}

// TestTheTableBites proves that a wrong import is found.
func TestTheTableBites(t *testing.T) {
	tests := []struct {
		f        file
		imported string
		bad      bool
	}{
		{file{pkg: "pipeline"}, module + "/document", false},
		{file{pkg: "pipeline"}, module + "/raster", true},
		{file{pkg: "model/any"}, module + "/model", false},
		{file{pkg: "model/any"}, module + "/model/glmocr", true},
		{file{pkg: "model/any"}, module + "/engine/vllm", true},
		{file{pkg: "model/any", test: true}, module + "/model/modeltest", false},
		{file{pkg: "internal/app"}, module + "/raster", false},
		{file{pkg: "pipeline", test: true}, module + "/pipeline", false},
		{file{pkg: "pipeline"}, "github.com/labstack/echo/v4", true},
		{file{pkg: "server"}, "github.com/labstack/echo/v4", false},
		{file{pkg: "server"}, "github.com/getkin/kin-openapi/openapi3", true},
		{file{pkg: "server", test: true}, "github.com/getkin/kin-openapi/openapi3", false},
		{file{pkg: "server"}, "github.com/spf13/viperette", true},
		{file{pkg: "server"}, "example.com/unknown", true},
		{file{pkg: "server"}, "net/http", false},
	}
	for _, tt := range tests {
		if why := fault(tt.f, tt.imported); (why != "") != tt.bad {
			t.Errorf("%s imports %s: got %q", tt.f.pkg, tt.imported, why)
		}
	}
}

package arrows_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// flowing are the packages whose files have an order: each uses only what files
// before it define, so that a reader can begin with the first, and a page or a run
// passes through them in one direction.
var flowing = []string{
	"layout/geometry", "layout/geometry/gutters", "layout/geometry/tables", "layout/geometry/tables/areas", "layout/geometry/tables/columns", "layout/geometry/rulings", "layout/geometry/upright", "layout/doclayout",
	"provision", "provision/host", "provision/plan", "provision/deployment", "provision/cloud", "provision/stage", "provision/card",
	"provision/supervise", "provision/runpod", "provision/sshhost",
	"raster/decode",
	"server/answer", "server/certificate", "server/fileroutes", "server/jobroutes",
}

// TestFilesHaveAnOrder fails where files of a package use each other in a circle.
func TestFilesHaveAnOrder(t *testing.T) {
	set := token.NewFileSet()
	compiled := importer.ForCompiler(set, "gc", exports(t))
	for _, folder := range flowing {
		uses := fileUses(t, set, compiled, filepath.Join(root, folder))
		if circle := withoutOrder(uses); len(circle) > 0 {
			t.Errorf("%s: files use each other in a circle, or such files: %v", folder, circle)
		}
	}
}

// exports opens what the compiler wrote about the packages that those of flowing
// import.
func exports(t *testing.T) importer.Lookup {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}")
	for _, folder := range flowing {
		list.Args = append(list.Args, "./"+folder)
	}
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[name] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}

// fileUses maps each file of a package to the files whose package-level
// identifiers and methods it uses.
func fileUses(t *testing.T, set *token.FileSet, compiled types.Importer, folder string) map[string]map[string]bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	uses := map[string]map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		uses[filepath.Base(name)] = map[string]bool{}
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	pkg, err := (&types.Config{Importer: compiled}).Check(folder, set, parsed, info)
	if err != nil {
		t.Fatal(err)
	}
	fileOf := func(p token.Pos) string { return filepath.Base(set.Position(p).Filename) }
	for use, object := range info.Uses {
		method := false
		if f, ok := object.(*types.Func); ok {
			method = f.Signature().Recv() != nil
		}
		if object.Pkg() != pkg || object.Parent() != pkg.Scope() && !method {
			continue
		}
		if from, to := fileOf(use.Pos()), fileOf(object.Pos()); from != to {
			uses[from][to] = true
		}
	}
	return uses
}

// withoutOrder takes away files that use none of the others, again and again, and
// returns what is left.
func withoutOrder(uses map[string]map[string]bool) []string {
	left := maps.Clone(uses)
	for changed := true; changed; {
		changed = false
		for file, used := range left {
			free := true
			for other := range used {
				_, waiting := left[other]
				free = free && !waiting
			}
			if free {
				delete(left, file)
				changed = true
			}
		}
	}
	return slices.Sorted(maps.Keys(left))
}

// TestACircleIsFound proves that files without an order are found.
func TestACircleIsFound(t *testing.T) {
	uses := map[string]map[string]bool{"a": {"b": true}, "b": {"c": true}, "c": {"b": true}, "d": {}}
	if got := withoutOrder(uses); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("left are %v", got)
	}
}

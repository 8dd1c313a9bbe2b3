package podtest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ocr-gateway/provision/podtest/inside"
)

const (
	// realPython is what the stand-ins for python run: a real one.
	realPython = "/usr/bin/python3"
	// imageSite is where the image's Python packages are pretended.
	imageSite = inside.Tools + "/site"
)

// imagePackages are the Python packages that the image brings.
var imagePackages = map[string]string{
	"vllm":         "0.20.0",
	"torch":        "2.11.0",
	"torchvision":  "0.26.0",
	"transformers": "5.6.2",
	"cv2":          "4.13.0",
	"numpy":        "2.3.0",
	"PIL":          "12.0.0",
}

// Package sets the version of a Python package in images of pods started from
// now on. No version takes the package out.
func (p *Pods) Package(name, version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if version == "" {
		delete(p.packages, name)
		return
	}
	p.packages[name] = version
}

// contents are what others import from a package.
var contents = map[string]string{"transformers": "class PPDocLayoutV3ForObjectDetection: pass\nclass PPDocLayoutV3ImageProcessor: pass\n"}

// packageFiles are the files of packages that can be imported and asked for
// their version, and do nothing.
func packageFiles(site string, packages map[string]string) map[string]string {
	files := map[string]string{}
	for name, version := range packages {
		files[filepath.Join(site, name, "__init__.py")] = fmt.Sprintf("__version__ = %q\n", version) + contents[name]
		about := filepath.Join(site, fmt.Sprintf("%s-%s.dist-info", name, version), "METADATA")
		files[about] = fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	}
	return files
}

// python is the real one with the image's packages, except for pip and venv.
func python(c *Caller, call Call) Reply {
	if len(call.Args) >= 2 && call.Args[0] == "-m" {
		switch call.Args[1] {
		case "pip":
			return c.reply(pipCall(call, call.Args[2:]))
		case "venv":
			return venv(call.Args[2:])
		}
	}
	return Reply{
		Exec: append([]string{realPython}, call.Args...),
		Env:  []string{"PYTHONPATH=" + imageSite},
	}
}

// makeVenv makes a real environment, in which the image's packages are seen
// through a .pth file and pip is the stand-in.
const makeVenv = `
python=$1 image=$2 program=$3; shift 3
"$python" -m venv --without-pip "$@"
dir=${@: -1}
site=$("$dir/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if grep -q 'include-system-site-packages = true' "$dir/pyvenv.cfg"; then echo "$image" >"$site/podtest.pth"; fi
ln -sf "$program" "$dir/bin/pip"
ln -sf "$program" "$dir/bin/pip3"
mkdir -p "$site/pip"
touch "$site/pip/__init__.py"
printf 'import os, sys\npip = os.path.join(os.path.dirname(sys.executable), "pip")\nos.execv(pip, [pip] + sys.argv[1:])\n' >"$site/pip/__main__.py"
`

func venv(args []string) Reply {
	return script(makeVenv, append([]string{realPython, imageSite, inside.Program}, args...)...)
}

// install pretends packages where the Python that was asked for finds them.
const install = `
prefix=$1 site=$2; shift 2
if [ -n "$prefix" ]; then site=$("$prefix/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); fi
pretend() {
	local name version
	name=${1%%[^A-Za-z0-9_.-]*}
	case $name in opencv-python-headless) name=cv2 ;; pillow) name=PIL ;; esac
	version=$(sed -nE 's/^[^=<>~!]*[=>~]=+([0-9][^,; ]*).*/\1/p' <<<"$1")
	version=${version:-99.0}
	rm -rf "$site/$name" "$site/$name"-*.dist-info
	mkdir -p "$site/$name" "$site/$name-$version.dist-info"
	echo "__version__ = '$version'" >"$site/$name/__init__.py"
	[ "$name" != turbojpeg ] || { mkdir -p "$site/turbojpeg.libs"; echo stand-in >"$site/turbojpeg.libs/libturbojpeg-0.so.0.3.0"; }
	[ "$name" != transformers ] || printf 'class %s: pass\n' PPDocLayoutV3ForObjectDetection PPDocLayoutV3ImageProcessor >>"$site/$name/__init__.py"
	printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$name" "$version" >"$site/$name-$version.dist-info/METADATA"
	echo "Successfully installed $name-$version"
}
read_list() {
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line%%#*}
		case $line in
		-r*) read_list "$(dirname "$1")/${line#-r }" ;;
		[A-Za-z]*) pretend "$line" ;;
		esac
	done <"$1"
}
while [ $# -gt 0 ]; do
	case $1 in
	-r | --requirement) read_list "$2"; shift ;;
	-t | --target) site=$2; mkdir -p "$site"; shift ;;
	-c | --constraint | -i | --index-url | --extra-index-url | -f | --find-links | --cache-dir | --retries | --timeout | --python | -p) shift ;;
	-*) ;;
	git+*) name=${1##*/}; name=${name%%@*}; pretend "${name%.git}" ;;
	*) pretend "$(sed -E 's/\[[^]]*\]//' <<<"$1")" ;;
	esac
	shift
done
`

func pip(_ *Caller, call Call) Reply {
	switch args := operands(call.Args); {
	case len(args) > 0 && args[0] == "install":
		rest := call.Args[slices.Index(call.Args, "install")+1:]
		return script(install, append([]string{prefix(call), imageSite}, rest...)...)
	case len(args) == 0 && slices.Index(call.Args, "--version") >= 0:
		return Reply{Stdout: "pip 25.3\n"}
	default:
		return Reply{Stderr: "the stand-in knows `pip install` and `pip --version`\n", Exit: 2}
	}
}

// prefix is the environment that a pip belongs to, "" for the image's own: it
// is called by its path there, or told by --python.
func prefix(call Call) string {
	python := option(call.Args, "--python", option(call.Args, "-p", ""))
	for _, program := range []string{python, call.Program} {
		if bin, _ := filepath.Split(program); strings.HasSuffix(bin, "/bin/") && bin != "/usr/bin/" && bin != "/usr/local/bin/" {
			return filepath.Dir(filepath.Clean(bin))
		}
	}
	return ""
}

func uv(c *Caller, call Call) Reply {
	switch args := operands(call.Args); {
	case len(args) >= 1 && args[0] == "pip":
		return c.reply(pipCall(call, call.Args[slices.Index(call.Args, "pip")+1:]))
	case len(args) >= 1 && args[0] == "venv":
		return uvVenv(call.Args)
	case slices.Index(call.Args, "--version") >= 0:
		return Reply{Stdout: "uv 0.9.0\n"}
	default:
		return Reply{Stderr: "the stand-in knows `uv pip install`, `uv venv` and `uv --version`\n", Exit: 2}
	}
}

// uvVenv is a venv with those of uv's options that the real venv knows too.
func uvVenv(args []string) Reply {
	var kept []string
	if slices.Contains(args, "--system-site-packages") {
		kept = append(kept, "--system-site-packages")
	}
	dir := ".venv"
	if names := operands(args, "--python", "-p", "--prompt"); len(names) > 1 {
		dir = names[1]
	}
	return venv(append(kept, dir))
}

// pipCall is a call of pip by way of another tool.
func pipCall(call Call, args []string) Call {
	call.Tool, call.Args = "pip", args
	return call
}

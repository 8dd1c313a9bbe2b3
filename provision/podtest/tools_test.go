package podtest_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

func TestNvidiaSMI(t *testing.T) {
	pods := podtest.New(t)
	got := output(t, pods, `
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits
nvidia-smi --query-gpu=speed --format=csv; echo $?
nvidia-smi | grep -c A40
`, runpodtest.Spec{GPU: "NVIDIA A40", GPUs: 2})
	equal(t, got,
		"NVIDIA A40, 580.95.05, 46068 MiB", "NVIDIA A40, 580.95.05, 46068 MiB", "46068", "46068",
		`Field "speed" is not a valid field to query.`, "2", "2")
	equal(t, output(t, pods, `nvidia-smi; echo $?`, runpodtest.Spec{}), "No devices were found", "6")
}

func TestCallsAreNoted(t *testing.T) {
	pods := podtest.New(t)
	output(t, pods, `cd /etc && apt-get install -y 'a b' ""; hf version; python -m pip --version`, runpodtest.Spec{Pod: "p1"})
	var got []string
	for _, c := range pods.Calls() {
		got = append(got, fmt.Sprintf("%s %s %q %s", c.Pod, c.Tool, c.Args, c.Dir))
	}
	equal(t, got,
		`p1 apt-get ["install" "-y" "a b" ""] /etc`, `p1 hf ["version"] /etc`,
		`p1 python3 ["-m" "pip" "--version"] /etc`, `p1 pip ["--version"] /etc`)
	if calls := pods.Calls("hf", "pip"); len(calls) != 2 || !slices.Contains(calls[0].Env, "HOME=/root") {
		t.Errorf("got %v", calls)
	}
}

func TestFaults(t *testing.T) {
	pods := podtest.New(t)
	pods.Fail("hf", podtest.Fault{Times: 2, Exit: 7, Text: "connection reset\n"})
	pods.Fail("pip", podtest.Fault{With: "requirements.txt", Exit: 1, Text: "no matching distribution\n"})
	got := output(t, pods, `
export HF_HOME=/workspace/hf
for try in 1 2 3; do hf download zai-org/GLM-OCR; echo $?; done
ls $HF_HOME/hub/*/snapshots/*
pip install -r /etc/requirements.txt; echo $?
pip install 'transformers>=5.3'; echo $?
`, runpodtest.Spec{})
	const folder = "/workspace/hf/hub/models--zai-org--GLM-OCR/snapshots/0123456789abcdef0123456789abcdef01234567"
	equal(t, got,
		"connection reset", "7", "connection reset", "7", folder, "0",
		"config.json", "model.safetensors",
		"no matching distribution", "1", "Successfully installed transformers-5.3", "0")
	pods.Heal()
	equal(t, output(t, pods, `echo six==1.17.0 >r-requirements.txt; pip install -q -r r-requirements.txt`, runpodtest.Spec{}),
		"Successfully installed six-1.17.0")
}

func TestPythonPackagesArePretended(t *testing.T) {
	pods := podtest.New(t)
	pods.Package("transformers", "4.57.1")
	pods.Package("torch", "")
	got := output(t, pods, `cd /tmp
version='import transformers; from importlib.metadata import version; print(transformers.__version__, version("transformers"))'
python3 -c "$version"
python3 -c 'import torch' 2>&1 | tail -n 1
python3 -m venv --system-site-packages v
v/bin/python -c "$version"
v/bin/pip install -q 'transformers[torch]==5.23.0'
v/bin/python -c "$version"
python3 -c "$version"
printf -- '-r b.txt\n# comment\nnumpy==2.4.6\n' >a.txt
echo 'six>=1.17.0' >b.txt
v/bin/python -m pip install -r a.txt
uv pip install --python v/bin/python 'git+https://example.com/x/transformers.git@main'
v/bin/python -c "$version"
uv venv --python 3.12 --system-site-packages w
w/bin/python -c "$version"
`, runpodtest.Spec{})
	equal(t, got,
		"4.57.1 4.57.1", "ModuleNotFoundError: No module named 'torch'",
		"4.57.1 4.57.1", "Successfully installed transformers-5.23.0", "5.23.0 5.23.0", "4.57.1 4.57.1",
		"Successfully installed six-1.17.0", "Successfully installed numpy-2.4.6",
		"Successfully installed transformers-99.0", "99.0 99.0", "4.57.1 4.57.1")
}

func TestVLLM(t *testing.T) {
	pods := podtest.New(t)
	pods.LoadingTime(50 * time.Millisecond)
	pods.Fail("vllm", podtest.Fault{With: "--speculative-config", Exit: 1, Text: "ValueError: mtp\n"})
	r := start(t, pods, `
vllm --version
vllm serve zai-org/GLM-OCR --port 8000 --speculative-config '{"method":"mtp"}'; echo end $?
vllm serve zai-org/GLM-OCR --host=127.0.0.1 --port 8000 --served-model-name glm-ocr &
exec python3 -c '
import time, urllib.request
while True:
    try:
        print("models", urllib.request.urlopen("http://127.0.0.1:8000/v1/models").read().decode())
        break
    except OSError:
        time.sleep(.01)
'`, runpodtest.Spec{})
	for _, want := range []string{"0.20.0", "ValueError: mtp", "end 1", "INFO vLLM API server"} {
		r.until(t, want)
	}
	if line := r.until(t, "models"); !strings.Contains(line, `"glm-ocr"`) {
		t.Error(line)
	}
}

func TestVLLMDies(t *testing.T) {
	pods := podtest.New(t)
	pods.Fail("vllm", podtest.Fault{Times: 1, After: 400 * time.Millisecond, Exit: 3, Text: "CUDA error\n"})
	r := start(t, pods, `vllm serve m; echo end $?; pgrep fakevllm; exec vllm serve m`, runpodtest.Spec{})
	r.until(t, "INFO")
	healthy(t, r)
	r.until(t, "CUDA error")
	if line := r.until(t, ""); line != "end 3" {
		t.Error(line)
	}
	if line := r.until(t, ""); !strings.HasPrefix(line, "INFO") {
		t.Errorf("the server outlives its program: %s", line)
	}
	healthy(t, r)
}

// healthy waits until the pod's model server answers.
func healthy(t *testing.T, r running) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	address := podtest.Forward(t, r, 8000)
	for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		answer, err := client.Get("http://" + address + "/health")
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

func TestStandInOfTheTest(t *testing.T) {
	pods := podtest.New(t)
	pods.StandIn("ldd", func(c *podtest.Caller, call podtest.Call) podtest.Reply {
		return podtest.Reply{Stdout: c.Spec.Pod + ": ldd 2.17\n"}
	})
	pods.Fail("ldd", podtest.Fault{With: "/bin/ls", Exit: 1, Text: "not a dynamic executable\n"})
	equal(t, output(t, pods, `ldd --version; ldd /bin/ls; echo $?`, runpodtest.Spec{Pod: "p"}), "p: ldd 2.17", "not a dynamic executable", "1")
}

"""The program as a process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def start(*args):
    process = subprocess.Popen(
        [sys.executable, "-m", "doclayout", "--stand-in", *args],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert json.loads(process.stderr.readline())["msg"] in ("layout service listens", "layout model ready")
    assert json.loads(process.stderr.readline())["msg"] in ("layout service listens", "layout model ready")
    return process


def end(process):
    try:
        return process.wait(30)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stderr.close()


def test_ends_with_its_parent(tmp_path):
    process = start("--listen", f"unix:{tmp_path}/s", "--exit-with-stdin")
    process.stdin.close()
    assert end(process) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_on_a_signal(tmp_path, number):
    process = start("--listen", f"unix:{tmp_path}/s")
    os.kill(process.pid, number)
    assert end(process) == 0


def test_socket_is_private(tmp_path):
    process = start("--listen", f"unix:{tmp_path}/s")
    mode = os.stat(tmp_path / "s").st_mode
    process.terminate()
    assert end(process) == 0
    assert mode & 0o077 == 0


def test_takes_over_a_dead_socket(tmp_path):
    process = start("--listen", f"unix:{tmp_path}/s")
    process.kill()
    assert end(process) != 0
    process = start("--listen", f"unix:{tmp_path}/s")
    process.terminate()
    assert end(process) == 0


@pytest.mark.parametrize("args", [["--listen", "8100"], ["--max-batch", "0"], ["--device", "tpu"], ["--dtype", "int8"]])
def test_wrong_arguments(args):
    done = subprocess.run([sys.executable, "-m", "doclayout", *args], cwd=ROOT, capture_output=True, timeout=30)
    assert done.returncode == 2

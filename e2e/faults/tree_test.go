package faults_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// descendants are the processes below one, however deep, without those that have ended.
func descendants(root int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	for _, path := range stats {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		// The command, in parentheses, may hold anything: state and parent follow the last ")".
		fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
		if fields[0] == "Z" {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	for next := children[root]; len(next) > 0; next = next[1:] {
		pids = append(pids, next[0])
		next = append(next, children[next[0]]...)
	}
	return pids
}

// rasterChildren are the processes that render, those in reserve too.
func rasterChildren(root int) (pids []int) {
	for _, pid := range descendants(root) {
		if strings.HasSuffix(command(pid), "\x00render\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// restingChildren is how many rendering children there are without work: spares, and some that
// wait for another picture. The most of several looks, as ended spares are replaced.
func (g *gateway) restingChildren() (most int) {
	for range 15 {
		most = max(most, len(rasterChildren(g.PID())))
		time.Sleep(20 * time.Millisecond)
	}
	return most
}

// command is how a process was started, a zero byte after each argument.
func command(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return "" // ended meanwhile
	}
	return string(line)
}

// openFiles counts the descriptors of a process.
func openFiles(pid int) int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return -1
	}
	return len(entries)
}

// treeMemory is the memory of a process and all below it in MiB: resident, and with
// what they share divided among them.
func treeMemory(root int) (rss, pss float64) {
	for _, pid := range append(descendants(root), root) {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(rollup)) {
			fields := strings.Fields(line)
			if len(fields) < 2 {
				continue
			}
			kib, _ := strconv.ParseFloat(fields[1], 64)
			switch fields[0] {
			case "Rss:":
				rss += kib / 1024
			case "Pss:":
				pss += kib / 1024
			}
		}
	}
	return rss, pss
}

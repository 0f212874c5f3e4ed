package render_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"policywatch/crawler/render"
	"policywatch/store/record"
)

// process is one line of the system's list.
type process struct {
	pid, group int
	memory     int // KiB, its share of what it shares
}

// browsers lists the processes of the browsers that keep their folders in dir,
// and everything that stands in their groups.
func browsers(t testing.TB, dir string) []process {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var all []process
	groups := map[int]bool{}
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		group, _ := strconv.Atoi(fields[2])
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if strings.Contains(string(line), dir) {
			groups[group] = true
		}
		all = append(all, process{pid: pid, group: group, memory: share(pid)})
	}
	var out []process
	for _, p := range all {
		if groups[p.group] && p.group != syscall.Getpgrp() {
			out = append(out, p)
		}
	}
	return out
}

func share(pid int) int {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// folder makes the browsers of a test keep their folders apart from others'.
func folder(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	return dir
}

// nothingLeft checks that neither processes nor files of the browsers are left,
// whoever wrote them and wherever.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left := browsers(t, dir); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

// F4: Close leaves no process and no file behind, whatever the page does.
func TestCloseLeavesNothing(t *testing.T) {
	for name, markup := range map[string]string{"good": statement, "hung": `<script>for(;;);</script>`} {
		dir := folder(t)
		s := newSite(t)
		s.page("/", markup)
		b := browser(t, s, render.Options{Tabs: 2})
		if got := browsers(t, dir); len(got) != 0 {
			t.Fatalf("%s: started before there was a page: %v", name, got)
		}
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := b.Fetch(t.Context(), record.Request{URL: s.URL + "/"})
				done <- err
			}()
		}
		for !s.wasAsked("/") {
			select {
			case err := <-done:
				t.Fatalf("%s: %v", name, err)
			case <-time.After(10 * time.Millisecond):
			}
		}
		groups := map[int]bool{}
		for _, p := range browsers(t, dir) {
			groups[p.group] = true
		}
		if len(groups) == 0 {
			t.Errorf("%s: no browser in a group of its own", name)
		}
		b.Close()
		for range 2 {
			<-done
		}
		nothingLeft(t, dir)
		_, err := b.Fetch(t.Context(), record.Request{URL: s.URL + "/"})
		wantFault(t, err, record.FaultCancelled)
	}
}

// F4: a browser that is killed under a page is replaced, and the page rendered
// all the same; killed again and again, it is a fault and no endless loop.
func TestKilledBrowser(t *testing.T) {
	dir := folder(t)
	s := newSite(t)
	s.page("/", statement)
	s.page("/waiting", statement+`<script>fetch('/never')</script>`)
	kill := func() {
		for _, p := range browsers(t, dir) {
			if p.pid == p.group {
				syscall.Kill(p.pid, syscall.SIGKILL)
			}
		}
	}
	var kills atomic.Int32
	kills.Store(1)
	s.mux.HandleFunc("/never", func(w http.ResponseWriter, r *http.Request) {
		if kills.Add(-1) >= 0 {
			kill()
		}
	})
	b := browser(t, s, render.Options{})
	if _, err := get(t, b, s.URL+"/waiting"); err != nil {
		t.Errorf("killed once: %v", err)
	}
	kills.Store(2)
	_, err := get(t, b, s.URL+"/waiting")
	wantFault(t, err, record.FaultShell)
	kill() // between two pages
	if _, err := get(t, b, s.URL+"/"); err != nil {
		t.Errorf("after that: %v", err)
	}
	b.Close()
	nothingLeft(t, dir)
}

// S7: what a browser holds does not grow with its pages.
func TestManyPages(t *testing.T) {
	dir := folder(t)
	s := newSite(t)
	s.page("/", statement+`<div id="x"></div><script>
fetch('/data').then(r => r.text()).then(d => { window.kept = d.repeat(20); document.getElementById('x').textContent = d.length; });</script>`)
	s.mux.HandleFunc("/data", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 1<<20)) })
	b := browser(t, s, render.Options{})
	var held []int
	began := time.Now()
	for range 20 {
		if _, err := get(t, b, s.URL+"/"); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, p := range browsers(t, dir) {
			sum += p.memory
		}
		held = append(held, sum/1024)
	}
	t.Logf("MiB after each page: %v; %v a page", held, time.Since(began)/20)
	// What is held at a moment swings with the collector by some hundred MiB; a
	// page kept alive would show as 20 MiB more with every page.
	if last := slices.Min(held[len(held)-5:]); last > slices.Max(held[:5])+200 {
		t.Errorf("the browser grows: %v MiB", held)
	}
	b.Close()
	nothingLeft(t, dir)
}

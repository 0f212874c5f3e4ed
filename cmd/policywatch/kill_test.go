package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// promises come and go in the statement of a restless site. There are as many as
// make two hours without a text that was there before, which is told otherwise.
var promises = []string{
	"We show your letters to nobody outside of this office.", "A visitor may ask the archivist for a copy of a file.",
	"Photographs of the harbour are taken without faces.", "Telephone calls are not recorded.", "The newsletter is sent by our own staff.",
	"We sell nothing that we know about you.", "Maps are drawn without the names of owners.", "Complaints are answered within thirty days.",
	"Access to the registry is logged.", "Backups are locked in a safe.", "Interpreters promise to keep silent.", "Minutes are read by the board alone.",
	"Keys to the reading room are counted every evening.", "Parcels are opened in the presence of two officers.",
	"Old seals are melted down.", "The lift keeps no list of its passengers.",
}

// restless is a website whose statement is another every 100 ms until rest is set:
// one sentence comes or goes. A number that changes would be taken for a counter.
func restless(t *testing.T, rest *atomic.Bool) *agency {
	text, err := os.ReadFile("testdata/statement.html")
	if err != nil {
		t.Fatal(err)
	}
	a := &agency{}
	began, last := time.Now(), atomic.Int64{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/privacy" {
			http.NotFound(w, r)
			return
		}
		if !rest.Load() {
			last.Store(int64(time.Since(began) / (100 * time.Millisecond)))
		}
		n, more := last.Load(), ""
		for i, p := range promises {
			if (n^n>>1)>>i&1 == 1 { // Gray's code: one differs from the next
				more += "<p>" + p + "</p>\n"
			}
		}
		io.WriteString(w, strings.Replace(string(text), "<p>Orders are kept", more+"<p>Orders are kept", 1))
	}))
	t.Cleanup(srv.Close)
	a.host = strings.TrimPrefix(srv.URL, "http://")
	return a
}

// N7: the daemon is killed again and again at random moments of visits and
// deliveries. The archive is whole every time, no version that it logged is lost,
// and every change has one alert a channel. POLICYWATCH_KILLS says how many times.
func TestWatchIsKilledAgainAndAgain(t *testing.T) {
	rounds := 4
	if n, err := strconv.Atoi(os.Getenv("POLICYWATCH_KILLS")); err == nil {
		rounds = n
	} else if testing.Short() {
		rounds = 1
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	accepted := map[string]int{}
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		mu.Lock()
		accepted[r.Header.Get("webhook-id")]++
		mu.Unlock()
	}))
	t.Cleanup(hook.Close)
	dir := t.TempDir()
	var rest atomic.Bool
	sites := []*agency{restless(t, &rest), restless(t, &rest), restless(t, &rest), restless(t, &rest)}
	configure(t, dir, "every: 30ms, jitter: 0%", "notify: {channels: [{name: h, kind: webhook, url: '"+hook.URL+"'}, {name: f, kind: file, path: alerts}], routes: [{channels: [h, f]}]}\n", sites...)
	known := map[string]int{} // the versions that the log spoke of
	note := func(s *service) {
		for line := range s.lines {
			if n, ok := line["version"].(float64); ok && line["msg"] == "visited" {
				site := line["site"].(string)
				known[site] = max(known[site], int(n))
			}
		}
	}
	for round := range rounds {
		s := start(t, dir)
		time.Sleep(time.Duration(r.Int64N(int64(900 * time.Millisecond)))) // when is what is tried
		s.signal(syscall.SIGKILL)
		note(s)
		s.ends(-1)
		if _, err := os.Stat(filepath.Join(dir, "policywatch.db")); err != nil {
			continue // killed before there was one
		}
		ask(t, dir, exitDone, "verify")
		held := map[string]int{}
		out, _ := ask(t, dir, exitDone, "sites", "--format", "json")
		each(t, out, func(row struct {
			Site    string
			Version int
		}) {
			held[row.Site] = row.Version
		})
		for site, n := range known {
			if held[site] < n {
				t.Errorf("round %d: version %d of %s was logged, the archive has %d", round, n, site, held[site])
			}
		}
		if t.Failed() {
			return
		}
	}
	rest.Store(true)
	// What was left is delivered by the next run.
	s := start(t, dir)
	s.logged("watching")
	until(t, "an empty outbox", func() bool {
		out, _ := ask(t, dir, exitDone, "alerts", "--state", "waiting")
		return out == ""
	})
	s.signal(syscall.SIGTERM)
	note(s)
	s.ends(exitDone)
	ask(t, dir, exitDone, "verify")

	versions, changes, rows := 0, map[string]bool{}, map[string]int{}
	for _, a := range sites {
		out, _ := ask(t, dir, exitDone, "history", a.host, "--format", "json")
		each(t, out, func(v struct {
			Version int
			Change  *struct{ Severity string }
		}) {
			versions++
			if v.Change != nil {
				changes[fmt.Sprintf("%s@%d", a.host, v.Version)] = true
			}
		})
	}
	out, _ := ask(t, dir, exitDone, "alerts", "--limit", "0", "--format", "json")
	ids := map[string]bool{}
	each(t, out, func(row struct {
		ID, Channel, State string
		Event              struct {
			Type, Site string
			To         int
		}
	}) {
		if row.State != "sent" {
			t.Errorf("alert %s is %s", row.ID, row.State)
		}
		if row.Channel == "h" {
			ids[row.ID] = true
		}
		if strings.HasPrefix(row.Event.Type, "statement.") {
			rows[fmt.Sprintf("%s@%d to %s", row.Event.Site, row.Event.To, row.Channel)]++
		}
	})
	for change := range changes {
		for _, channel := range []string{"h", "f"} {
			if n := rows[change+" to "+channel]; n != 1 {
				t.Errorf("%d alerts of %s to %s", n, change, channel)
			}
		}
	}
	if len(rows) != 2*len(changes) {
		t.Errorf("%d alerts for %d changes", len(rows), len(changes))
	}
	again := 0
	mu.Lock()
	defer mu.Unlock()
	for id, n := range accepted {
		if !ids[id] {
			t.Errorf("the receiver heard of %s, the archive did not", id)
		}
		again += n - 1
	}
	for id := range ids {
		if accepted[id] == 0 {
			t.Errorf("%s is said to be sent, and never came", id)
		}
	}
	t.Logf("%d kills: %d versions, %d changes, %d alerts; %d deliveries came twice under the same ID", rounds, versions, len(changes), len(rows), again)
}

// each decodes one value a line.
func each[T any](t *testing.T, lines string, fn func(T)) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		fn(v)
	}
}

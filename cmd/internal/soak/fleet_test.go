package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && parts[os.Args[1]] != nil { // a part of a trial
		main()
		return
	}
	os.Exit(m.Run())
}

// What the diary says of requests to one host: in order, beside another, too soon, and
// near one that nobody waited for any more.
func TestJudge(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	ask := func(host, path, client string, from, to int, gone bool) row {
		return row{began: at.Add(time.Duration(from) * time.Millisecond), left: at.Add(time.Duration(to) * time.Millisecond), host: host, path: path, client: client, unanswerable: gone}
	}
	for name, c := range map[string]struct {
		rows               []row
		beside, soon, late int
	}{
		"in order":                  {rows: []row{ask("a", "/p", "w1", 0, 10, false), ask("b", "/p", "w2", 5, 15, false), ask("a", "/p", "w2", 1010, 1020, false)}},
		"too soon":                  {rows: []row{ask("a", "/p", "w2", 1009, 1020, false), ask("a", "/p", "w1", 0, 10, false)}, soon: 1},
		"beside":                    {rows: []row{ask("a", "/p", "w1", 0, 10, false), ask("a", "/p", "w1", 9, 20, false)}, beside: 1},
		"beside a long one":         {rows: []row{ask("a", "/p", "w1", 0, 9000, false), ask("a", "/p", "w2", 10, 20, false), ask("a", "/p", "w2", 8000, 8001, false)}, beside: 2},
		"robots.txt and its page":   {rows: []row{ask("a", "/robots.txt", "w1", 0, 10, false), ask("a", "/p", "w1", 11, 20, false)}},
		"another's robots.txt":      {rows: []row{ask("a", "/robots.txt", "w1", 0, 10, false), ask("a", "/p", "w2", 11, 20, false)}, soon: 1},
		"robots.txt after the page": {rows: []row{ask("a", "/p", "w1", 0, 10, false), ask("a", "/robots.txt", "w1", 11, 20, false)}, soon: 1},
		"its client was killed":     {rows: []row{ask("a", "/p", "w1", 0, 5000, true), ask("a", "/p", "w2", 4000, 4010, false)}, late: 1},
	} {
		v := judge(c.rows, time.Second)
		if len(v.beside) != c.beside || len(v.soon) != c.soon || len(v.late) != c.late || v.requests != len(c.rows) {
			t.Errorf("%s: %v\n%q %q %q", name, v, v.beside, v.soon, v.late)
		}
	}
}

// The diary is read as it was written, and tells who asked.
func TestDiary(t *testing.T) {
	name := filepath.Join(t.TempDir(), "diary")
	to, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	srv := &http.Server{Handler: &diary{to: to, next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Millisecond)
		w.WriteHeader(http.StatusNotFound)
	})}}
	req, _ := http.NewRequest("GET", "http://a.example/p?q", nil)
	req.Header.Set("User-Agent", "policywatch/1 (+mailto:w1@example.org)")
	srv.Handler.ServeHTTP(&blank{}, req)
	rows, err := readDiary(time.Time{}, name)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	if r := rows[0]; r.host != "a.example" || r.path != "/p" || r.client != "w1" || r.unanswerable || r.left.Sub(r.began) < time.Millisecond {
		t.Errorf("%+v", r)
	}
	if rows, _ := readDiary(time.Now(), name); len(rows) != 0 {
		t.Error("what was written before counts")
	}
}

type blank struct{ h http.Header }

func (b *blank) Header() http.Header         { return http.Header{} }
func (b *blank) Write(p []byte) (int, error) { return len(p), nil }
func (b *blank) WriteHeader(int)             {}

// The trial itself, small: fifty sites, a coordinator, workers and a NATS server, some
// of which are killed.
func TestASmallFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED: it starts many processes, and -short was asked for")
	}
	program := filepath.Join(t.TempDir(), "policywatch")
	if out, err := exec.Command("go", "build", "-o", program, "policywatch/cmd/policywatch").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var said bytes.Buffer
	f := &fleetTrial{sites: 50, epochs: 1, workers: 3, slots: 16, every: 2 * time.Second, pace: 100 * time.Millisecond, timeout: 500 * time.Millisecond,
		lease: time.Second, kills: 1500 * time.Millisecond, strikes: 3, deaths: 0, patience: time.Minute, seed: 3, program: program, work: t.TempDir(), out: &said}
	err := f.run(t.Context())
	t.Logf("%s", said.String())
	if err != nil || f.broken > 0 || strings.Contains(said.String(), "BROKEN") {
		logs, _ := filepath.Glob(f.work + "/*.log")
		slices.Sort(logs)
		for _, name := range logs {
			b, _ := os.ReadFile(name)
			t.Logf("%s ends:\n%s", filepath.Base(name), b[max(0, len(b)-1500):])
		}
		t.Errorf("%d conditions broken, %v", f.broken, err)
	}
}

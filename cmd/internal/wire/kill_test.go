//go:build unix

package wire_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/notify/webhook"
	"policywatch/store"
	"policywatch/store/record"
)

// The test binary runs itself as the program that is killed.
const childEnv = "POLICYWATCH_WIRE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := deliverOnce(os.Args[1], os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var happened = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// routes tell everything at once by the one channel and in an hourly digest by the
// other.
var routes = []notify.Route{{Channels: []string{"hook"}}, {Channels: []string{"hourly"}, Digest: notify.Digest{Every: notify.Hourly}}}

// deliverOnce drains an archive's outbox as the program does, so many hours after
// the alerts were made.
func deliverOnce(path, url, hours string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		return err
	}
	senders := map[string]notify.Sender{}
	for _, name := range []string{"hook", "hourly"} {
		if senders[name], err = webhook.New(webhook.Options{URL: url + "/" + name, Client: http.DefaultClient}); err != nil {
			return err
		}
	}
	h, err := strconv.Atoi(hours)
	if err != nil {
		return err
	}
	d := &notify.Dispatcher{Outbox: db, Senders: senders, Writer: report.New(books), Lang: "en", Plan: notify.NewRouter(routes).Plan,
		Clock: func() time.Time { return happened.Add(time.Duration(h) * time.Hour) }}
	_, err = d.Drain(ctx)
	return err
}

// inbox is a receiver that drops what it has by its ID, as the specification of
// webhooks asks, and can be told to kill who delivers.
type inbox struct {
	mu     sync.Mutex
	bodies map[string]string // by ID
	copies int
	odd    []string
	fuse   int // messages until the deliverer is killed; below 0: never
	// before kills ahead of the answer, so that the deliverer never learns that
	// the message arrived.
	before bool
	kill   func()
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	id := r.Header.Get("webhook-id")
	if old, known := in.bodies[id]; known {
		in.copies++
		if old != string(body) {
			in.odd = append(in.odd, id)
		}
	}
	in.bodies[id] = string(body)
	in.fuse--
	if in.fuse == 0 && in.before {
		in.kill()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusNoContent)
	if in.fuse == 0 {
		w.(http.Flusher).Flush()
		in.kill()
	}
}

// N7: the program is killed with kill -9 between storing and sending, between
// sending and marking, and at any other point. Every alert arrives; what arrives
// twice bears the same ID and says the same, also where a digest tells it.
func TestKilledWhileTelling(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	in := &inbox{bodies: map[string]string{}, fuse: -1}
	srv := httptest.NewServer(in)
	defer srv.Close()

	router := notify.NewRouter(routes)
	told := 0
	put := func(n int) { // a visit's commit, after which the program dies
		db, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var alerts []record.Alert
		for range n {
			told++
			alerts = append(alerts, router.Alerts(record.Event{Type: record.EventGone, Site: fmt.Sprintf("s%02d.example", told), At: happened,
				Severity: record.SeverityCritical, Reason: "It is gone."})...)
		}
		if err := db.Enqueue(ctx, alerts); err != nil {
			t.Fatal(err)
		}
	}
	deliver := func(hour int) {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, path, srv.URL, strconv.Itoa(hour))
		cmd.Env = append(os.Environ(), childEnv+"=1")
		var errs strings.Builder
		cmd.Stderr = &errs
		in.mu.Lock() // it delivers nothing before the receiver knows whom to kill
		err = cmd.Start()
		in.kill = func() { cmd.Process.Kill() }
		in.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil && cmd.ProcessState.Exited() {
			t.Fatalf("the deliverer failed: %v %s", err, errs.String())
		}
	}
	for round := range 8 {
		put(6)
		in.mu.Lock()
		in.fuse, in.before = 1+rng.IntN(6), rng.IntN(2) == 0
		in.mu.Unlock()
		deliver(1 + round)
	}
	in.mu.Lock()
	in.fuse = -1
	in.mu.Unlock()
	deliver(20)
	in.mu.Lock()
	defer in.mu.Unlock()

	var single, digested []string
	for id, body := range in.bodies {
		var m struct {
			Type string
			Data struct {
				Site   string
				Events []struct{ Data struct{ Site string } }
			}
		}
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if m.Type != string(record.EventDigest) {
			single = append(single, m.Data.Site)
			continue
		}
		for _, e := range m.Data.Events {
			digested = append(digested, e.Data.Site)
		}
	}
	slices.Sort(single)
	slices.Sort(digested)
	for what, got := range map[string][]string{"by itself": single, "in digests": digested} {
		if len(got) != told || len(slices.Compact(slices.Clone(got))) != told {
			t.Errorf("%s: %d told of %d: %v", what, len(got), told, got)
		}
	}
	if len(in.odd) > 0 {
		t.Errorf("repeated with other words: %v", in.odd)
	}
	t.Logf("%d messages, %d of them twice", len(in.bodies), in.copies)
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if list, err := db.Alerts(ctx, record.AlertFilter{State: record.AlertSent}); err != nil || len(list) != 2*told {
		t.Errorf("%d of %d count as sent, %v", len(list), 2*told, err)
	}
	if r, err := db.Check(ctx); err != nil || !r.OK() {
		t.Errorf("%v %v", r, err)
	}
}

package wire_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"policywatch/cmd/internal/wire"
	"policywatch/notify"
	"policywatch/store"
	"policywatch/store/record"
)

// What one configuration had taken up and could not deliver before another took
// over is delivered by that at once, not when its lease is over.
func TestAlertsOutliveTheirConfiguration(t *testing.T) {
	dir := t.TempDir()
	begun, hang, arrived := make(chan struct{}, 10), make(chan struct{}), make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		select {
		case <-hang:
		case <-r.Context().Done():
			return
		}
		arrived <- r.Header.Get("webhook-id")
	}))
	t.Cleanup(hook.Close)
	cfg := filepath.Join(dir, "c.yaml")
	text := fmt.Sprintf(`store: {path: a.db}
crawl: {browser: "off", allow_addresses: [127.0.0.0/8]}
web: {listen: ""}
sites: [{domain: a.gov}]
notify: {channels: [{name: hook, kind: webhook, url: %q}], routes: [{channels: [hook]}]}
`, hook.URL)
	if err := os.WriteFile(cfg, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	var alerts []record.Alert
	for i := range 3 {
		alerts = append(alerts, notify.NewRouter([]notify.Route{{Channels: []string{"hook"}}}).Alerts(record.Event{Type: record.EventGone,
			Site: fmt.Sprintf("s%d.example", i), At: time.Now(), Severity: record.SeverityCritical, Reason: "It is gone."})...)
	}
	if err := db.Enqueue(t.Context(), alerts); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	w, first, err := wire.NewWatcher(t.Context(), wire.Options{ConfigPath: cfg, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Load()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		first.Close()
		second.Close()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, reloaded := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); first.Deliver(ctx) }()
	<-begun // the others wait behind this one
	reloaded()
	close(hang)
	<-ended
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended = make(chan struct{})
	go func() { defer close(ended); second.Deliver(ctx) }()
	got := map[string]int{}
	for len(got) < 3 {
		select {
		case id := <-arrived:
			got[id]++
		case <-time.After(time.Minute):
			t.Fatalf("arrived: %v", got)
		}
	}
	end()
	<-ended
	for id, n := range got {
		if n != 1 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
}

package wire_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/notify/webhook"
	"policywatch/store"
	"policywatch/store/record"
)

// Ten thousand alerts wait in a real archive for three webhooks, of which one takes
// connections and never answers, or answers like the others. What the living two
// need is reported for both: the dead one must not cost them time.
func BenchmarkTenThousandAlerts(b *testing.B) {
	for _, dead := range []bool{false, true} {
		b.Run(map[bool]string{false: "all living", true: "one of three dead"}[dead], func(b *testing.B) {
			for b.Loop() {
				tellTenThousand(b, dead)
			}
		})
	}
}

func tellTenThousand(b *testing.B, dead bool) {
	const n = 10_000
	b.StopTimer()
	ctx := b.Context()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(b.TempDir(), "a.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var mu sync.Mutex
	seen := map[string]int{}
	var living atomic.Int64
	finished := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		mu.Lock()
		seen[r.Header.Get("webhook-id")]++
		mu.Unlock()
		if r.URL.Path != "/c" && living.Add(1) == n-n/3 {
			close(finished)
		}
	}))
	defer srv.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer silent.Close() // the kernel takes connections; nobody serves them
	senders := map[string]notify.Sender{}
	for _, name := range []string{"a", "b", "c"} {
		url := srv.URL
		if dead && name == "c" {
			url = "http://" + silent.Addr().String()
		}
		if senders[name], err = webhook.New(webhook.Options{URL: url + "/" + name, Secret: "a key", Timeout: time.Second}); err != nil {
			b.Fatal(err)
		}
	}
	var alerts []record.Alert
	for i := range n {
		ev := record.Event{Type: record.EventGone, Site: fmt.Sprintf("s%05d.example", i), At: happened, Severity: record.SeverityCritical, To: 1}
		alerts = append(alerts, record.Alert{ID: notify.AlertID(ev, "x"), Channel: string("abc"[i%3]), Event: ev, State: record.AlertWaiting, Next: happened})
	}
	if err := db.Enqueue(ctx, alerts); err != nil {
		b.Fatal(err)
	}
	d := &notify.Dispatcher{Outbox: db, Senders: senders, Writer: report.New(books), Lang: "fa", Clock: func() time.Time { return happened }}
	b.StartTimer()
	begun := time.Now()
	go func() {
		<-finished
		b.ReportMetric(time.Since(begun).Seconds(), "s/living")
	}()
	tally, err := d.Drain(ctx)
	if err != nil {
		b.Fatal(err)
	}
	<-finished
	want := notify.Tally{Sent: n}
	if dead {
		want = notify.Tally{Sent: n - n/3, Retry: 3, PutOff: n/3 - 3}
	}
	if tally != want {
		b.Errorf("%+v, want %+v", tally, want)
	}
	for id, times := range seen {
		if times != 1 {
			b.Errorf("%s came %d times", id, times)
		}
	}
}

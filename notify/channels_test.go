package notify_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/file"
	"policywatch/notify/mail"
	"policywatch/notify/report"
	"policywatch/notify/webhook"
	"policywatch/store/record"
)

var (
	_ notify.Sender = (*mail.Sender)(nil)
	_ notify.Sender = (*webhook.Sender)(nil)
	_ notify.Sender = (*file.Sender)(nil)
)

// N1, with the real senders: a mail server that takes connections and says
// nothing holds up neither the webhook nor the folder.
func TestSilentMailServer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close() // the kernel takes connections; nobody serves them

	var posts atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		posts.Add(1)
	}))
	defer hook.Close()

	office, err := mail.New(mail.Options{
		Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, TLS: mail.None, From: "watch@office.example",
		To: []string{"officer@office.example"}, Timeout: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	hooked, err := webhook.New(webhook.Options{URL: hook.URL, Secret: "whsec_c2VjcmV0", Client: hook.Client()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	folder, err := file.New(file.Options{Path: dir, Compose: func(m report.Message) ([]byte, error) {
		return mail.Compose("watch@office.example", []string{"folder@office.example"}, m)
	}})
	if err != nil {
		t.Fatal(err)
	}

	router := notify.NewRouter([]notify.Route{{Channels: []string{"office", "hook", "folder"}}})
	o := newOutbox()
	const n = 20
	for i := range n {
		ev := alert("", "").Event
		ev.Site = fmt.Sprintf("site%d.example", i)
		for _, a := range router.Alerts(ev) {
			o.put(a)
		}
	}
	d := dispatcher(o, still, map[string]notify.Sender{"office": office, "hook": hooked, "folder": folder})
	if tally := drain(t, d); tally != (notify.Tally{Sent: 2 * n, Retry: 3, PutOff: n - 3}) {
		t.Errorf("%+v", tally)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2*n || posts.Load() != n {
		t.Errorf("%d files, %d posts, %v; want %d and %d", len(files), posts.Load(), err, 2*n, n)
	}
	if s := o.states(); s[record.AlertWaiting] != n {
		t.Errorf("%v", s)
	}
}

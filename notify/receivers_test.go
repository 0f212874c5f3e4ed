package notify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/chat"
	"policywatch/notify/notifytest"
	"policywatch/notify/trace"
	"policywatch/notify/webhook"
	"policywatch/store/record"
)

const (
	hookSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	hookPath    = "/in/0c6ad70beb3a7e76c3fc7adab7c46acc"
	roomPath    = "/services/T00000000/B00000000/aaaabbbbccccddddeeeeffff"
	botToken    = "110201543:plain-stand-in-for-a-token"
	flowQuery   = "sig=aaaabbbbccccddddeeeeffffgggghhhh"
	matrixToken = "plain-stand-in-for-an-access-token"
)

// Every answer of a receiver, for every kind of channel that posts, through the
// dispatcher as it runs: what becomes of the alert and when it is tried again; and
// that no secret stands in the error, in the log, in the outbox or in the steps, even
// where the receiver repeats all that it was sent.
func TestReceiversAnswers(t *testing.T) { // N1
	kinds := map[string]func(url string, c *http.Client, limit time.Duration) (notify.Sender, error){
		"webhook": func(url string, c *http.Client, limit time.Duration) (notify.Sender, error) {
			return webhook.New(webhook.Options{URL: url + hookPath, Secret: hookSecret, Previous: "an old secret of ours", Client: c, Clock: still, Timeout: limit})
		},
		"room": func(url string, c *http.Client, limit time.Duration) (notify.Sender, error) {
			return chat.New(chat.Options{URL: url + roomPath, Client: c, Clock: still, Timeout: limit})
		},
		"bot": func(url string, c *http.Client, limit time.Duration) (notify.Sender, error) {
			return chat.New(chat.Options{URL: url + "/bot" + botToken, ChatID: "1", Client: c, Clock: still, Timeout: limit})
		},
		"teams": func(url string, c *http.Client, limit time.Duration) (notify.Sender, error) {
			return chat.New(chat.Options{Service: chat.Teams, URL: url + "/workflows/1/invoke?" + flowQuery, Client: c, Clock: still, Timeout: limit})
		},
		"matrix": func(url string, c *http.Client, limit time.Duration) (notify.Sender, error) {
			return chat.New(chat.Options{Service: chat.Matrix, URL: url, ChatID: "!1:x.example", Token: matrixToken, Client: c, Clock: still, Timeout: limit})
		},
	}
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	for kind, build := range kinds {
		for _, c := range []struct {
			name  string
			code  int
			after string
			hang  bool
			state record.AlertState
			next  time.Duration // from now, of one that waits
			tells string
		}{
			{name: "200", code: 200, state: record.AlertSent},
			{name: "410", code: 410, state: record.AlertGivenUp, tells: "410"},
			{name: "429 with seconds", code: 429, after: "120", state: record.AlertWaiting, next: 2 * time.Minute, tells: "429"},
			{name: "429 with a date", code: 429, after: start.Add(3 * time.Hour).Format(http.TimeFormat), state: record.AlertWaiting, next: 3 * time.Hour, tells: "429"},
			{name: "429 without", code: 429, state: record.AlertWaiting, next: time.Minute, tells: "429"},
			{name: "500", code: 500, state: record.AlertWaiting, next: time.Minute, tells: "500"},
			{name: "503 with seconds", code: 503, after: "600", state: record.AlertWaiting, next: 10 * time.Minute, tells: "503"},
			{name: "404", code: 404, state: record.AlertGivenUp, tells: "404"},
			{name: "redirect", code: 307, state: record.AlertWaiting, next: time.Minute, tells: "redirect"},
			{name: "hang", hang: true, state: record.AlertWaiting, next: time.Minute, tells: "cannot be reached"},
		} {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				var mu sync.Mutex
				asked := 0
				srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					asked++
					mu.Unlock()
					body, _ := io.ReadAll(r.Body)
					if c.hang {
						select {
						case <-release:
						case <-r.Context().Done():
						}
						return
					}
					if c.after != "" {
						w.Header().Set("Retry-After", c.after)
					}
					w.Header().Set("Location", "/elsewhere?token="+strings.TrimPrefix(hookSecret, "whsec_"))
					w.WriteHeader(c.code)
					if c.code == 200 {
						io.WriteString(w, map[string]string{"bot": `{"ok":true}`, "matrix": `{"event_id":"$1"}`}[kind])
						return
					}
					// It tells too much.
					fmt.Fprintf(w, "%s %s %v %s %s", r.Method, r.URL, r.Header, hookSecret, body[:min(len(body), 40)])
				}))
				defer srv.Close()
				limit := time.Minute
				if c.hang {
					limit = 200 * time.Millisecond
				}
				s, err := build(srv.URL, srv.Client(), limit)
				if err != nil {
					t.Fatal(err)
				}
				o := newOutbox(alert("pw_1", "c"))
				var log bytes.Buffer
				d := dispatcher(o, still, map[string]notify.Sender{"c": s})
				d.Log = slog.New(slog.NewJSONHandler(&log, nil))
				var steps []string
				if _, err := d.Drain(trace.With(t.Context(), func(step string) { mu.Lock(); defer mu.Unlock(); steps = append(steps, step) })); err != nil {
					t.Fatal(err)
				}
				a := o.alert("pw_1")
				if a.State != c.state || a.State == record.AlertWaiting && !a.Next.Equal(start.Add(c.next)) || !strings.Contains(a.Reason, c.tells) {
					t.Errorf("%s until %s: %s; want %s until %s, %q", a.State, a.Next, a.Reason, c.state, start.Add(c.next), c.tells)
				}
				mu.Lock()
				defer mu.Unlock()
				if asked > 1 || asked < 1 && !c.hang { // where time is short it may be over before anybody is asked
					t.Errorf("asked %d times: a redirect was followed", asked)
				}
				row, err := json.Marshal(a)
				if err != nil {
					t.Fatal(err)
				}
				secrets := []string{hookPath, roomPath, botToken, strings.TrimPrefix(botToken, "110201543:"), flowQuery, strings.TrimPrefix(flowQuery, "sig="), matrixToken}
				if kind == "webhook" { // to others it is no secret
					secrets = append(secrets, hookSecret, strings.TrimPrefix(hookSecret, "whsec_"), "an old secret of ours")
				}
				notifytest.NoSecret(t, secrets, a.Reason, log.String(), string(row), strings.Join(steps, "\n"), s)
				if c.state != record.AlertSent && log.Len() == 0 {
					t.Error("the log says nothing")
				}
			})
		}
	}
}

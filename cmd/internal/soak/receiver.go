package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// receiver takes what the daemon tells, by webhook and by heartbeat.
type receiver struct {
	url string
	srv *http.Server
	// deaf refuses everything.
	deaf atomic.Bool

	mu    sync.Mutex
	told  []told
	ids   map[string]int // deliveries taken, by their id
	beats int
}

// told is one message that was taken for the first time.
type told struct {
	At   time.Time
	ID   string
	Type string `json:"type"`
	Data struct {
		Site     string `json:"site"`
		Severity string `json:"severity"`
		Reason   string `json:"reason"`
		Versions struct {
			From int `json:"from"`
			To   int `json:"to"`
		} `json:"versions"`
	} `json:"data"`
}

func newReceiver() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String(), ids: map[string]int{}}
	r.srv = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go r.srv.Serve(l)
	return r, nil
}

func (r *receiver) close() { r.srv.Close() }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil || r.deaf.Load() {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if strings.HasPrefix(req.URL.Path, "/beat") {
		r.beats++
		return
	}
	id := req.Header.Get("webhook-id")
	if r.ids[id]++; r.ids[id] > 1 {
		return
	}
	t := told{At: time.Now(), ID: id}
	if err := json.Unmarshal(body, &t); err != nil {
		t.Type = "unreadable: " + err.Error()
	}
	r.told = append(r.told, t)
}

// news is what was told beyond the first n messages.
func (r *receiver) news(n int) []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]told(nil), r.told[n:]...)
}

// heard counts the heartbeats.
func (r *receiver) heard() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats
}

// repeated counts deliveries of what had been taken before.
func (r *receiver) repeated() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, times := range r.ids {
		n += times - 1
	}
	return n
}

package tour

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// inbox receives webhooks on loopback, checks their signatures as a receiver
// should (Standard Webhooks), and keeps the good ones as files.
type inbox struct {
	dir, secret string
	server      *http.Server
	listener    net.Listener

	mu   sync.Mutex
	seen map[string]bool
}

func listen(ctx context.Context, dir string) (*inbox, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for webhooks: %w", err)
	}
	in := &inbox{dir: dir, secret: "whsec_" + base64.StdEncoding.EncodeToString([]byte(rand.Text())), listener: l, seen: map[string]bool{}}
	in.server = &http.Server{Handler: in, ReadTimeout: 10 * time.Second}
	go in.server.Serve(l)
	return in, nil
}

func (in *inbox) url() string { return "http://" + in.listener.Addr().String() + "/hook" }

func (in *inbox) close() { in.server.Close() }

func (in *inbox) count() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.seen)
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	id := r.Header.Get("webhook-id")
	if err != nil || !plainID.MatchString(id) || !in.signed(r.Header, id, body) {
		http.Error(w, "the signature does not fit", http.StatusUnauthorized)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if err := os.WriteFile(filepath.Join(in.dir, id+".json"), body, 0o644); err != nil {
		http.Error(w, "cannot be kept", http.StatusInternalServerError)
		return
	}
	in.seen[id] = true
}

func (in *inbox) signed(h http.Header, id string, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(in.secret[len("whsec_"):])
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, h.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(want), []byte(h.Get("webhook-signature")))
}

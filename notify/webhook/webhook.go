// Package webhook posts messages as signed JSON, by the Standard Webhooks
// specification (webhook-id, webhook-timestamp, webhook-signature).
//
// It knows one address and one secret, and nothing of what the body says.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"policywatch/notify/report"
)

// Options configure a Sender.
type Options struct {
	// URL is http or https. Its path and query count as secret: many services
	// tell their callers apart by them.
	URL string `json:"-"`
	// Secret is the key of the signature: after "whsec_" in base64, as the
	// specification writes keys, else its bytes as they are. Without a secret
	// the message goes unsigned.
	Secret string `json:"-"`
	// Client is the HTTP client to use, as one that guards addresses; nil means
	// one of our own. Its redirect policy is not used: no redirect is followed.
	Client *http.Client `json:"-"`
	// Timeout bounds one delivery; 0 means 15 seconds.
	Timeout time.Duration
	// Clock gives the time of the attempt; nil means time.Now.
	Clock func() time.Time `json:"-"`
}

// Format writes where the options lead and nothing else, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "webhook to %s", host(o.URL)) }

// LogValue keeps a JSON log from taking the options apart.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// host is the part of an address that may be shown.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "<invalid address>"
	}
	return u.Scheme + "://" + u.Host
}

// Sender posts to one address. It is safe for concurrent use.
type Sender struct {
	o      Options
	client *http.Client
	key    []byte
	host   string
}

// New checks the options and returns a sender. It connects to nobody.
func New(o Options) (*Sender, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("webhook: the url is not an http or https address")
	}
	s := &Sender{o: o, host: host(o.URL)}
	if s.key, err = key(o.Secret); err != nil {
		return nil, fmt.Errorf("webhook to %s: %w", s.host, err)
	}
	if o.Client != nil {
		c := *o.Client
		s.client = &c
	} else {
		// Connections of the default transport would be shared with others.
		s.client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	// A redirect would carry a signed message to someone who was not meant.
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if s.o.Timeout <= 0 {
		s.o.Timeout = 15 * time.Second
	}
	if s.o.Clock == nil {
		s.o.Clock = time.Now
	}
	return s, nil
}

// key reads the secret. Its error does not show it.
func key(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return []byte(secret), nil
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
		if b, err := enc.DecodeString(encoded); err == nil && len(b) > 0 {
			return b, nil
		}
	}
	return nil, errors.New("the secret begins with whsec_ but does not go on in base64")
}

// Format writes the sender as its options.
func (s *Sender) Format(f fmt.State, verb rune) { s.o.Format(f, verb) }

// LogValue implements slog.LogValuer.
func (s *Sender) LogValue() slog.Value { return s.o.LogValue() }

// Send posts the message's JSON. The timestamp is the attempt's, since receivers
// refuse old ones; the id is the alert's, the same at every attempt.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.URL, bytes.NewReader(m.JSON))
	if err != nil {
		return false, s.fault("cannot be asked", err, 0)
	}
	id, stamp := m.ID, strconv.FormatInt(s.o.Clock().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "policywatch")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", stamp)
	if len(s.key) > 0 {
		req.Header.Set("webhook-signature", Sign(s.key, id, stamp, m.JSON))
	}
	res, err := s.client.Do(req)
	if err != nil {
		return true, s.fault("cannot be reached", err, 0)
	}
	defer res.Body.Close()
	return s.judge(res)
}

// Sign returns the signature "v1,<base64>" of a body: HMAC-SHA256 over id,
// timestamp and body, joined by full stops.
func Sign(key []byte, id, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, key)
	for _, part := range []string{id, ".", timestamp, "."} {
		io.WriteString(h, part)
	}
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

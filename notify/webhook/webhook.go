// Package webhook posts messages as signed JSON, by the Standard Webhooks
// specification (webhook-id, webhook-timestamp, webhook-signature).
//
// It knows one address and its secrets, and nothing of what the body says.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"policywatch/notify/post"
	"policywatch/notify/report"
	"policywatch/notify/trace"
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
	// Previous is the key before Secret, of the same form. While it is set the
	// message bears a signature of each, so that receivers can change over one
	// after the other.
	Previous string `json:"-"`
	// Client is the HTTP client to use, as one that guards addresses; nil means
	// one of our own. Its redirect policy is not used: no redirect is followed.
	Client *http.Client `json:"-"`
	// Timeout bounds one delivery; 0 means 15 seconds.
	Timeout time.Duration
	// Clock gives the time of the attempt; nil means time.Now.
	Clock func() time.Time `json:"-"`
}

// Format writes where the options lead and nothing else, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "webhook to %s", post.Host(o.URL)) }

// LogValue keeps a JSON log from taking the options apart.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Sender posts to one address. It is safe for concurrent use.
type Sender struct {
	o      Options
	target *post.Target
	keys   [][]byte
}

// New checks the options and returns a sender. It connects to nobody.
func New(o Options) (*Sender, error) {
	s := &Sender{o: o}
	var secrets []string
	for _, secret := range []string{o.Secret, o.Previous} {
		if secret == "" {
			continue
		}
		k, err := key(secret)
		if err != nil {
			return nil, fmt.Errorf("webhook to %s: %w", post.Host(o.URL), err)
		}
		s.keys = append(s.keys, k)
		secrets = append(secrets, secret, strings.TrimPrefix(secret, "whsec_"))
	}
	var err error
	if s.target, err = post.New(post.Options{URL: o.URL, Secrets: secrets, Client: o.Client, Timeout: o.Timeout, Clock: o.Clock}); err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	return s, nil
}

// key reads a secret. Its error does not show it.
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
	stamp := strconv.FormatInt(s.target.Now().Unix(), 10)
	header := http.Header{}
	header.Set("webhook-id", m.ID)
	header.Set("webhook-timestamp", stamp)
	if len(s.keys) > 0 {
		var signatures []string
		for _, k := range s.keys {
			signatures = append(signatures, Sign(k, m.ID, stamp, m.JSON))
		}
		header.Set("webhook-signature", strings.Join(signatures, " "))
		trace.Step(ctx, "signed by %d key(s)", len(s.keys))
	}
	return s.target.Post(ctx, header, m.JSON, nil)
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

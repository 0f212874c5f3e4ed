package mail_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"policywatch/notify/mail"
	"policywatch/notify/notifytest"
	"policywatch/notify/trace"
)

// Every failure of a mail server, under every kind of protection that it can happen
// under: what becomes of the mail, what the operator reads, and that no secret
// stands in the error, in the log or in the steps of a test.
func TestFailureMatrix(t *testing.T) { // N1, N5
	reply := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
	}
	all := []mail.TLS{mail.None, mail.StartTLS, mail.Implicit}
	protected := []mail.TLS{mail.StartTLS, mail.Implicit}
	asked, release := make(chan struct{}, 1), make(chan struct{})
	t.Cleanup(func() { close(release) })
	for _, c := range []struct {
		name      string
		under     []mail.TLS
		configure func(*server)
		spoil     func(*x509.Certificate)
		bare      bool // the server offers no STARTTLS
		retry     bool
		tells     string
		logins    bool // whether it may come to a login
		slow      bool // the time is up when the server has been asked
	}{
		{name: "451 to the sender", under: all, configure: func(s *server) { s.OnMail = func(string) error { return reply(451, "greylisted") } }, retry: true, tells: "451", logins: true},
		{name: "550 to the sender", under: all, configure: func(s *server) { s.OnMail = func(string) error { return reply(550, "unknown") } }, tells: "550", logins: true},
		{name: "451 to the recipients", under: all, configure: func(s *server) { s.OnRcpt = func(string) error { return reply(451, "busy") } }, retry: true, tells: "puts off officer@office.example", logins: true},
		{name: "550 to the recipients", under: all, configure: func(s *server) { s.OnRcpt = func(string) error { return reply(550, "no such user") } }, tells: "refuses officer@office.example", logins: true},
		{name: "451 to the message", under: all, configure: func(s *server) { s.OnData = func() error { return reply(451, "disk full") } }, retry: true, tells: "disk full", logins: true},
		{name: "550 to the message", under: all, configure: func(s *server) { s.OnData = func() error { return reply(550, "spam") } }, tells: "spam", logins: true},
		{name: "drops in DATA", under: all, configure: func(s *server) { s.Drop = true }, retry: true, tells: "broke off while the message was sent", logins: true},
		{name: "slow", under: all, configure: func(s *server) { s.OnMail = func(string) error { asked <- struct{}{}; <-release; return nil } }, retry: true, tells: "timeout", logins: true, slow: true},
		{name: "login refused", under: all, configure: func(s *server) { s.Password = "another" }, retry: true, tells: "log in to", logins: true},
		{name: "certificate of another name", under: protected, spoil: func(c *x509.Certificate) {
			c.IPAddresses, c.DNSNames = []net.IP{net.IPv4(10, 0, 0, 1)}, []string{"mail.other.example"}
		}, retry: true, tells: "certificate is valid for 10.0.0.1"},
		{name: "certificate that is over", under: protected, spoil: func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(-time.Minute)
		}, retry: true, tells: "expired"},
		{name: "no STARTTLS when it is demanded", under: []mail.TLS{mail.StartTLS}, bare: true, retry: true, tells: "offers no STARTTLS"},
	} {
		for _, kind := range c.under {
			t.Run(fmt.Sprintf("%s/%s", c.name, kind), func(t *testing.T) {
				var opts []smtpOption
				if !c.bare {
					opts = append(opts, withCertificate(t, c.spoil))
				}
				srv := serve(t, func(s *server) {
					s.User, s.Password = "watch", password
					if c.configure != nil {
						c.configure(s)
					}
				}, kind == mail.Implicit, opts...)
				o := options(srv)
				o.TLS, o.User, o.Password = kind, "watch", password
				s := sender(t, o)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.slow {
					go func() { <-asked; cancel() }()
				}
				var mu sync.Mutex
				var steps []string
				retry, err := s.Send(trace.With(ctx, func(step string) {
					mu.Lock()
					defer mu.Unlock()
					steps = append(steps, step)
				}), message(t, "fa"))
				if err == nil || retry != c.retry || !strings.Contains(err.Error(), c.tells) {
					t.Errorf("retry %v, err %v; want retry %v and %q", retry, err, c.retry, c.tells)
				}
				if n := len(srv.Mails()); n > 0 || accepted(err) {
					t.Errorf("%d mails arrived all the same, counted as delivered: %t", n, accepted(err))
				}
				if !c.logins && srv.logins() > 0 {
					t.Error("a password was said before the connection was safe")
				}
				mu.Lock()
				defer mu.Unlock()
				notifytest.NoSecret(t, []string{password, "\x00watch\x00" + password}, err, errors.Unwrap(err), s, o, &o, strings.Join(steps, "\n"))
			})
		}
	}
}

// Package mail sends messages by SMTP.
//
// It knows servers, recipients and how a mail is built, and nothing of what the
// message says. The connection is protected unless it is told otherwise; a
// password goes over a bare connection only to this machine itself.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// TLS is how the connection to the mail server is protected.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // bare, then protected before anything is said; the default
	Implicit TLS = "implicit" // protected from the first byte
	None     TLS = "none"     // never protected
)

// Options configure a Sender.
type Options struct {
	Host string
	// Port defaults to 587, 465 or 25 by the kind of TLS.
	Port int
	TLS  TLS
	// User and Password log in where User is set.
	User     string
	Password string `json:"-"`
	// From and To are addresses as in RFC 5322, with or without a name.
	From string
	To   []string
	// Unsubscribe is where a reader asks to be left out, a mailto: or https: address;
	// empty leaves the header out. The recipients are the operator's list: nobody can
	// take himself off it.
	Unsubscribe string
	// RootCAs are the authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one delivery, from the connection to the last answer; 0
	// means 45 seconds. The context may end it earlier.
	Timeout time.Duration
	// Hello is the name to introduce ourselves by; empty means our address.
	Hello string
}

// Format writes the options without the password, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	user := ""
	if o.User != "" {
		user = o.User + ":<secret>@"
	}
	fmt.Fprintf(f, "mail to %s by %s%s (%s)", strings.Join(o.To, ", "), user, o.address(), o.TLS)
}

// LogValue keeps a JSON log from taking the options apart.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

func (o Options) address() string { return net.JoinHostPort(o.Host, strconv.Itoa(o.Port)) }

// Sender sends to the recipients of one channel. It is safe for concurrent use.
type Sender struct {
	o    Options
	from *mail.Address
	to   []*mail.Address

	mu sync.Mutex
	// accepted remembers, by message, who has got it while others are still to
	// get it. It is lost with the process; a second copy then bears the same
	// Message-ID.
	accepted map[string][]string
}

// New checks the options and returns a sender. It connects to nobody.
func New(o Options) (*Sender, error) {
	ports := map[TLS]int{StartTLS: 587, Implicit: 465, None: 25}
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	port, known := ports[o.TLS]
	switch {
	case !known:
		return nil, fmt.Errorf("mail: tls %q is none of starttls, implicit, none", o.TLS)
	case o.Host == "":
		return nil, errors.New("mail: no SMTP host is given")
	case o.Port < 0 || o.Port > 65535:
		return nil, fmt.Errorf("mail: %d is not a port", o.Port)
	case o.TLS == None && o.User != "" && !loopback(o.Host):
		return nil, fmt.Errorf("mail: a password is not sent to %s without TLS; use starttls or implicit", o.Host)
	case len(o.To) == 0:
		return nil, errors.New("mail: no recipient is given")
	case o.Unsubscribe != "" && !mayUnsubscribe(o.Unsubscribe):
		return nil, errors.New("mail: unsubscribe is not an address that begins with mailto: or https:")
	}
	if o.Port == 0 {
		o.Port = port
	}
	if o.Timeout <= 0 {
		o.Timeout = 45 * time.Second
	}
	s := &Sender{o: o, accepted: make(map[string][]string)}
	var err error
	if s.from, err = address(o.From); err != nil {
		return nil, fmt.Errorf("mail: sender: %w", err)
	}
	for _, to := range o.To {
		a, err := address(to)
		if err != nil {
			return nil, fmt.Errorf("mail: recipient: %w", err)
		}
		s.to = append(s.to, a)
	}
	return s, nil
}

// Format writes the sender as its options.
func (s *Sender) Format(f fmt.State, verb rune) { s.o.Format(f, verb) }

// LogValue implements slog.LogValuer.
func (s *Sender) LogValue() slog.Value { return s.o.LogValue() }

// address reads one address. Control characters never come so far as a header
// or a command of the protocol.
func address(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address: %w", s, err)
	}
	if strings.ContainsFunc(a.Name+a.Address, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, fmt.Errorf("%q holds a control character", s)
	}
	return a, nil
}

// mayUnsubscribe reports whether an address can stand in the header between angle
// brackets, RFC 2369.
func mayUnsubscribe(address string) bool {
	known := strings.HasPrefix(address, "mailto:") || strings.HasPrefix(address, "https://")
	return known && !strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' || r == ',' })
}

func (s *Sender) tls() *tls.Config {
	return &tls.Config{ServerName: s.o.Host, RootCAs: s.o.RootCAs, MinVersion: tls.VersionTLS12}
}

// loopback reports whether host is this machine without asking a name server,
// which could be made to lie.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

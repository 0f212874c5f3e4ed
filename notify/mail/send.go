package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"policywatch/notify/report"
	"policywatch/notify/trace"
)

// maxAnswers bounds what a server may say in one delivery, in bytes.
const maxAnswers = 1 << 20

// Send delivers m to all recipients over one connection. One that the server
// refuses holds up no other.
//
// A 5xx answer to the message or a recipient is final; a 4xx answer and
// everything before the message (connection, TLS, login) may be mended while
// the message waits. When some recipients took it, those that may take it later
// are tried alone the next time.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	body, err := compose(s.from, s.to, s.o.Unsubscribe, m)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	return s.deliver(ctx, m.ID, body)
}

func (s *Sender) deliver(ctx context.Context, id string, body []byte) (retry bool, err error) {
	c, done, err := s.connect(ctx)
	if err != nil {
		return true, s.fault(err, false)
	}
	defer done()
	if err := c.Mail("<" + s.from.Address + ">"); err != nil {
		return temporary(err), s.fault(fmt.Errorf("%s refuses the sender %s: %w", s.o.Host, s.from.Address, err), false)
	}
	var taken []string
	var later, never []error
	for _, to := range s.waiting(id) {
		err := c.Rcpt("<" + to + ">")
		switch {
		case err == nil:
			trace.Step(ctx, "%s takes mail for %s", s.o.Host, to)
			taken = append(taken, to)
		case temporary(err):
			later = append(later, fmt.Errorf("%s puts off %s: %w", s.o.Host, to, err))
		default:
			never = append(never, fmt.Errorf("%s refuses %s: %w", s.o.Host, to, err))
		}
	}
	if len(taken) > 0 {
		if err := data(c, body); err != nil {
			what := "%s refuses the message: %w"
			if !answered(err) {
				what = "%s broke off while the message was sent: %w"
			}
			return temporary(err), s.fault(fmt.Errorf(what, s.o.Host, err), false)
		}
		trace.Step(ctx, "%s has taken the message", s.o.Host)
	}
	refused := errors.Join(append(later, never...)...)
	some := s.remember(id, taken)
	if len(later) > 0 {
		return true, s.fault(refused, false)
	}
	s.forget(id)
	return false, s.fault(refused, some)
}

// data sends the message's bytes. Its error is the server's last answer.
func data(c *smtp.Client, body []byte) error {
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.Close()
}

// connect dials, protects the connection and logs in. done says goodbye and
// closes it.
func (s *Sender) connect(ctx context.Context) (c *smtp.Client, done func(), err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.o.address())
	if err != nil {
		return nil, nil, fmt.Errorf("connect to %s: %w", s.o.address(), err)
	}
	trace.Step(ctx, "connected to %s", conn.RemoteAddr())
	raw := conn
	// The protocol's reads know no context: its end ends them by their deadline.
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	hangUp := func() {
		stop()
		raw.Close()
	}
	defer func() {
		if err != nil {
			hangUp()
		}
	}()
	conn = &bounded{conn, maxAnswers}
	if s.o.TLS == Implicit {
		t := tls.Client(conn, s.tls())
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, nil, fmt.Errorf("protect the connection to %s: %w", s.o.address(), err)
		}
		trace.Step(ctx, "protected by %s", trace.TLS(t.ConnectionState()))
		conn = t
	}
	if c, err = smtp.NewClient(conn, s.o.Host); err != nil {
		return nil, nil, fmt.Errorf("greet %s: %w", s.o.address(), err)
	}
	// With this extension a server may pass our mail on only to servers that have
	// it too; it is of use to addresses beyond ASCII alone.
	c.SkipSMTPUTF8(!s.beyondASCII())
	if err := c.Hello(cmp.Or(s.o.Hello, literal(raw.LocalAddr()))); err != nil {
		return nil, nil, fmt.Errorf("greet %s: %w", s.o.address(), err)
	}
	if s.o.TLS == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return nil, nil, fmt.Errorf("%s offers no STARTTLS, and nothing is said to it without", s.o.address())
		}
		if err := c.StartTLS(s.tls()); err != nil {
			return nil, nil, fmt.Errorf("protect the connection to %s: %w", s.o.address(), err)
		}
		if state, ok := c.TLSConnectionState(); ok {
			trace.Step(ctx, "protected by %s", trace.TLS(state))
		}
	}
	if s.o.TLS == None {
		trace.Step(ctx, "not protected, as the configuration says")
	}
	if s.o.User != "" {
		if err := s.login(c); err != nil {
			return nil, nil, fmt.Errorf("log in to %s as %s: %w", s.o.address(), s.o.User, err)
		}
		trace.Step(ctx, "logged in as %s", s.o.User)
	}
	return c, func() {
		// The message is taken or refused by now. Who does not answer a farewell is
		// not waited for.
		raw.SetDeadline(time.Now().Add(time.Second))
		c.Quit()
		hangUp()
	}, nil
}

// literal is our own address as a name for the greeting, RFC 5321, 4.1.3: servers
// turn away names that nobody knows, as "localhost" is to them.
func literal(a net.Addr) string {
	addr, err := netip.ParseAddrPort(a.String())
	switch ip := addr.Addr().Unmap().WithZone(""); {
	case err != nil:
		return "localhost"
	case ip.Is4():
		return "[" + ip.String() + "]"
	default:
		return "[IPv6:" + ip.String() + "]"
	}
}

func (s *Sender) login(c *smtp.Client) error {
	_, offered := c.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	// New has made sure that a bare connection leads to this machine.
	bare := s.o.TLS == None
	switch {
	case slices.Contains(mechanisms, "PLAIN"):
		return c.Auth(smtp.PlainAuth("", s.o.User, s.o.Password, s.o.Host, bare))
	case slices.Contains(mechanisms, "LOGIN"):
		return c.Auth(smtp.LoginAuth(s.o.User, s.o.Password, s.o.Host, bare))
	case slices.Contains(mechanisms, "CRAM-MD5"):
		return c.Auth(smtp.CRAMMD5Auth(s.o.User, s.o.Password))
	}
	return fmt.Errorf("the server offers none of PLAIN, LOGIN and CRAM-MD5 but %q", offered)
}

func (s *Sender) beyondASCII() bool {
	for _, a := range append(slices.Clone(s.to), s.from) {
		if strings.ContainsFunc(a.Address, func(r rune) bool { return r > 0x7f }) {
			return true
		}
	}
	return false
}

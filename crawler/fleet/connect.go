package fleet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options say which NATS servers a fleet meets at, and under which name.
type Options struct {
	// URL is one server or several of one cluster, separated by commas: nats://,
	// tls:// or wss://.
	URL string
	// Name keeps fleets apart that share servers; empty means policywatch.
	Name string
	// User and Password, Token, or Credentials, the path of a .creds file, tell the
	// server who we are.
	User, Password, Token string
	Credentials           string
	// CA is a file of certificates to trust beside the system's; Cert and Key are the
	// files of a client's certificate.
	CA, Cert, Key string
	// Insecure allows a server on another machine without TLS or without
	// credentials, as in a network of one's own.
	Insecure bool
	// AckWait is how long a worker may be silent before its visits are given to
	// another; zero means 30 seconds.
	AckWait time.Duration
	// Member is how this process calls itself in logs.
	Member string
	Log    *slog.Logger
}

const (
	defaultName    = "policywatch"
	defaultAckWait = 30 * time.Second
)

var plainName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Check says what is wrong with the options, and what would mend it.
func (o Options) Check() error {
	if o.Name != "" && !plainName.MatchString(o.Name) {
		return fmt.Errorf("the fleet's name %q: use up to 32 of a-z, 0-9 and -", o.Name)
	}
	if (o.Cert == "") != (o.Key == "") {
		return errors.New("a client's certificate needs its key, and the key its certificate")
	}
	known := o.Token != "" || o.User != "" && o.Password != "" || o.Credentials != "" || o.Cert != ""
	for _, s := range strings.Split(o.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil || u.Hostname() == "" {
			// The address itself may hold a password.
			return errors.New("the fleet's address is none; write it as nats://127.0.0.1:4222 or tls://nats.example.org")
		}
		if u.User != nil {
			return fmt.Errorf("the address of %s holds a name or password, which would be shown in logs; give them apart from it", u.Host)
		}
		if o.Insecure || Loopback(u.Hostname()) {
			continue
		}
		switch u.Scheme {
		case "tls", "wss":
		case "nats":
			if o.CA == "" && o.Cert == "" {
				return fmt.Errorf("visits and statements would cross the network to %s unprotected; write tls://%s, or insecure: true where the network itself is safe", u.Host, u.Host)
			}
		default:
			return fmt.Errorf("%s://%s: write nats://, tls:// or wss://", u.Scheme, u.Host)
		}
		if !known {
			return fmt.Errorf("whoever reaches %s could join the fleet; give a token, a user and password, or credentials, or insecure: true where the network itself is safe", u.Host)
		}
	}
	return nil
}

// Loopback reports whether a host can be reached from this machine alone.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// link is a connection to the fleet's servers with the names of what lies there.
type link struct {
	Options
	nc *nats.Conn
	js jetstream.JetStream

	visits, reports, turns jetstream.Stream
	bodies                 jetstream.ObjectStore
	members                jetstream.KeyValue
}

// dial connects; servers that are down are waited for until ctx ends, and again
// whenever they go away.
func dial(ctx context.Context, o Options) (*link, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = defaultName
	}
	if o.AckWait == 0 {
		o.AckWait = defaultAckWait
	}
	opts, err := o.nats()
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(o.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to the fleet's servers: %w", err)
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(10*time.Second))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("connect to the fleet's servers: %w", err)
	}
	l := &link{Options: o, nc: nc, js: js}
	if err := l.prepare(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return l, nil
}

func (o Options) nats() ([]nats.Option, error) {
	opts := []nats.Option{nats.Name("policywatch " + o.Member), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.ReconnectBufSize(-1), nats.ReconnectWait(time.Second), nats.ReconnectJitter(time.Second, time.Second), nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				o.Log.Warn("the fleet's servers cannot be reached; trying again", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { o.Log.Info("the fleet's servers can be reached again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { o.Log.Debug("nats", "error", err) }),
	}
	switch {
	case o.Credentials != "":
		opts = append(opts, nats.UserCredentials(o.Credentials))
	case o.Token != "":
		opts = append(opts, nats.Token(o.Token))
	case o.User != "":
		opts = append(opts, nats.UserInfo(o.User, o.Password))
	}
	if o.CA == "" && o.Cert == "" {
		return opts, nil
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("the fleet's certificates: %w", err)
		}
		if conf.RootCAs, err = x509.SystemCertPool(); err != nil {
			conf.RootCAs = x509.NewCertPool()
		}
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the fleet's certificates: %s holds none", o.CA)
		}
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("the fleet's client certificate: %w", err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return append(opts, nats.Secure(conf)), nil
}

// answerTime is how long the servers may take to answer. A question that was under
// way when a server died is never answered, and the time of a visit is an hour.
const answerTime = 5 * time.Second

// publish puts a message into a stream and returns its number there.
func (l *link) publish(ctx context.Context, m *nats.Msg, opts ...jetstream.PublishOpt) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ack, err := l.js.PublishMsg(ctx, m, opts...)
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// last is the last message on a subject of a stream.
func last(ctx context.Context, s jetstream.Stream, subject string) (*jetstream.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return s.GetLastMsgForSubject(ctx, subject)
}

func (l *link) close() { l.nc.Close() }

package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// server is a real SMTP server on loopback that remembers what it got.
type server struct {
	Port int
	CA   *x509.CertPool

	// What it answers; set before the first delivery. A nil function accepts.
	OnMail func(from string) error
	OnRcpt func(to string) error
	OnData func() error
	// Drop ends the connection in the middle of the message.
	Drop bool
	// User and Password are asked for when User is set.
	User, Password string
	// Mechanisms are the ways to log in that it offers.
	Mechanisms []string

	mu    sync.Mutex
	mails []received
	auths int
	utf8  bool
}

type received struct {
	From string
	To   []string
	Body []byte
	TLS  bool
}

type smtpOption func(*smtp.Server, *server)

// withTLS makes the server offer STARTTLS with a certificate of the test's CA.
func withTLS(t *testing.T) smtpOption { return withCertificate(t, nil) }

// withCertificate is withTLS with a certificate that is spoilt first.
func withCertificate(t *testing.T, spoil func(*x509.Certificate)) smtpOption {
	return func(s *smtp.Server, srv *server) {
		cert, pool := certificate(t, spoil)
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		srv.CA = pool
	}
}

func serve(t *testing.T, configure func(*server), implicit bool, opts ...smtpOption) *server {
	t.Helper()
	srv := &server{Mechanisms: []string{sasl.Plain}}
	if configure != nil {
		configure(srv)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: srv, conn: c}, nil }))
	s.Domain = "mail.test"
	s.AllowInsecureAuth = true
	s.EnableSMTPUTF8 = true
	s.ErrorLog = quiet{}
	for _, o := range opts {
		o(s, srv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv.Port = l.Addr().(*net.TCPAddr).Port
	if implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return srv
}

func (s *server) Mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *server) logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.auths
}

func (s *server) askedForUTF8() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.utf8
}

type session struct {
	server *server
	conn   *smtp.Conn
	mail   received
	in     bool
}

func (s *session) Reset()        { s.mail = received{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, o *smtp.MailOptions) error {
	if s.server.User != "" && !s.in {
		return smtp.ErrAuthRequired
	}
	s.server.mu.Lock()
	s.server.utf8 = o.UTF8
	s.server.mu.Unlock()
	s.mail.From = from
	if s.server.OnMail != nil {
		return s.server.OnMail(from)
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.OnRcpt != nil {
		if err := s.server.OnRcpt(to); err != nil {
			return err
		}
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	if s.server.Drop {
		io.CopyN(io.Discard, r, 10)
		s.conn.Conn().Close()
		return io.ErrUnexpectedEOF
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.OnData != nil {
		if err := s.server.OnData(); err != nil {
			return err
		}
	}
	_, s.mail.TLS = s.conn.TLSConnectionState()
	s.mail.Body = b
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, s.mail)
	return nil
}

func (s *session) AuthMechanisms() []string {
	if s.server.User == "" {
		return nil
	}
	return s.server.Mechanisms
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		s.server.mu.Lock()
		s.server.auths++
		s.server.mu.Unlock()
		if user != s.server.User || password != s.server.Password {
			// A server that tells too much.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password " + password}
		}
		s.in = true
		return nil
	}
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	}
	return nil, errors.New("no such mechanism")
}

// loginServer speaks LOGIN, which go-sasl has for clients only.
type loginServer struct {
	check func(user, password string) error
	user  string
	step  int
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// certificate makes an authority and a certificate for 127.0.0.1 of it.
func certificate(t *testing.T, spoil func(*x509.Certificate)) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	check(err)
	parsed, err := x509.ParseCertificate(caDER)
	check(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if spoil != nil {
		spoil(leaf)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parsed, &key.PublicKey, caKey)
	check(err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

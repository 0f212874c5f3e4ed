package fetch_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// authority signs the certificates of one test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-1000 * time.Hour), NotAfter: time.Now().Add(1000 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, cert: cert, pool: x509.NewCertPool()}
	a.pool.AddCert(cert)
	return a
}

// issue signs a certificate for 127.0.0.1 and the given names.
func (a *authority) issue(t testing.TB, from, until time.Duration, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "site"}, DNSNames: names,
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until)}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func serveTLS(t testing.TB, cfg *tls.Config) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret garden") }))
	s.TLS = cfg
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// F2: what is wrong with a certificate is said, and nothing is read past it.
func TestCertificates(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	const day = 24 * time.Hour
	cases := []struct {
		name   string
		cert   tls.Certificate
		kind   record.FaultKind // empty: fine
		detail string
	}{
		{"valid", ours.issue(t, -day, day), "", ""},
		{"expired", ours.issue(t, -9*day, -day), record.FaultTLSExpired, "expired on " + time.Now().Add(-day).UTC().Format(time.DateOnly)},
		{"expired and of an unknown authority", theirs.issue(t, -9*day, -day), record.FaultTLSExpired, "expired"},
		{"not valid yet", ours.issue(t, day, 9*day), record.FaultTLSInvalid, "not valid before"},
		{"unknown authority", theirs.issue(t, -day, day), record.FaultTLSInvalid, "unknown authority"},
		{"for another name", ours.issue(t, -day, day, "other.example"), record.FaultTLSInvalid, "127.0.0.1"},
	}
	c := client(t, fetch.Options{RootCAs: ours.pool})
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			s := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{k.cert}})
			snap, err := get(t, c, s.URL)
			if k.kind == "" {
				if err != nil || string(snap.Body) != "secret garden" {
					t.Fatalf("got %v, %v", snap, err)
				}
				return
			}
			if f := wantFault(t, err, k.kind); !strings.Contains(f.Detail, k.detail) {
				t.Errorf("detail %q does not say %q", f.Detail, k.detail)
			}
			if snap != nil {
				t.Errorf("something was read: %+v", snap)
			}
		})
	}
}

// Old servers are read as long as their certificate is good.
func TestOldTLS(t *testing.T) {
	ours := newAuthority(t)
	cert := ours.issue(t, -time.Hour, time.Hour)
	c := client(t, fetch.Options{RootCAs: ours.pool})
	s := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS10, MinVersion: tls.VersionTLS10})
	if snap, err := get(t, c, s.URL); err != nil || string(snap.Body) != "secret garden" {
		t.Errorf("TLS 1.0: %v", err)
	}
}

// F2: servers that do not manage TLS at all.
func TestHandshakeFails(t *testing.T) {
	ours := newAuthority(t)
	cert := ours.issue(t, -time.Hour, time.Hour)
	c := client(t, fetch.Options{RootCAs: ours.pool})
	strange := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}})
	_, err := get(t, c, strange.URL)
	wantFault(t, err, record.FaultTLSInvalid)

	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err = get(t, c, strings.Replace(plain.URL, "http:", "https:", 1))
	wantFault(t, err, record.FaultTLSInvalid)

	broken := map[string]struct {
		talk func(net.Conn)
		kind record.FaultKind
	}{
		"closes": {func(c net.Conn) { c.Close() }, record.FaultUnreachable},
		"silent": {func(net.Conn) {}, record.FaultTimeout},
		"alert":  {func(c net.Conn) { io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x28"); c.Close() }, record.FaultTLSInvalid},
	}
	for name, b := range broken {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := l.Accept()
				if err != nil {
					return
				}
				conn.Read(make([]byte, 4096))
				b.talk(conn)
				if name == "silent" {
					conn.Read(make([]byte, 1))
				}
				conn.Close()
			}()
			t.Cleanup(func() { l.Close(); <-done })
			c := c
			if b.kind == record.FaultTimeout {
				c = client(t, fetch.Options{Timeout: 200 * time.Millisecond})
			}
			_, err = get(t, c, "https://"+l.Addr().String()+"/")
			wantFault(t, err, b.kind)
		})
	}
}

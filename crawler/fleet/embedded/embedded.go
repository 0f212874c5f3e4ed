// Package embedded is a NATS server inside the program, for fleets that one machine
// can coordinate. It is a package of its own so that a program without it begins no
// slower: linking the server costs start-up time even where it is never used.
package embedded

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"policywatch/crawler/fleet"
)

// Options set up a Server.
type Options struct {
	// Listen is the address that workers connect to, Dir the folder that holds what
	// the fleet keeps.
	Listen, Dir string
	// User and Password or Token are asked of whoever connects.
	User, Password, Token string
	// Cert and Key are the files of the server's certificate; CA, where it is set,
	// is asked to have signed that of every client.
	Cert, Key, CA string
	// Insecure allows an address that others can reach without TLS or without a
	// password.
	Insecure bool
	Log      *slog.Logger
}

// Server is a running NATS server.
type Server struct {
	s    *server.Server
	addr net.Addr
	tls  bool
}

// Start starts a server and returns when it takes connections.
func Start(o Options) (*Server, error) {
	host, p, err := net.SplitHostPort(o.Listen)
	port, perr := strconv.Atoi(p)
	if err != nil || perr != nil {
		return nil, fmt.Errorf("%q is not an address to listen on; write it as 127.0.0.1:4222", o.Listen)
	}
	if !o.Insecure && !fleet.Loopback(host) && (o.Cert == "" || o.Token == "" && (o.User == "" || o.Password == "")) {
		return nil, fmt.Errorf("others can reach %s: give the fleet's server a certificate (cert, key) and a token or a user and password, listen on 127.0.0.1, or write insecure: true where the network itself is safe", o.Listen)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	so := &server.Options{ServerName: "policywatch", Host: host, Port: port, JetStream: true, StoreDir: o.Dir, NoSigs: true,
		Username: o.User, Password: o.Password, Authorization: o.Token, NoSystemAccount: false, DisableJetStreamBanner: true}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("the certificate of the fleet's server: %w", err)
		}
		so.TLS, so.TLSConfig = true, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		if o.CA != "" {
			if so.TLSConfig, err = server.GenTLSConfig(&server.TLSConfigOpts{CertFile: o.Cert, KeyFile: o.Key, CaFile: o.CA, Verify: true}); err != nil {
				return nil, fmt.Errorf("the certificate of the fleet's server: %w", err)
			}
			so.TLSVerify = true
		}
	}
	s, err := server.NewServer(so)
	if err != nil {
		return nil, fmt.Errorf("set up the fleet's server: %w", err)
	}
	s.SetLoggerV2(logger{o.Log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, errors.New("the fleet's server does not start; another may listen on " + o.Listen + " or use " + o.Dir)
	}
	return &Server{s: s, addr: s.Addr(), tls: so.TLS}, nil
}

// URL is where workers on this machine reach the server.
func (s *Server) URL() string {
	scheme := "nats"
	if s.tls {
		scheme = "tls"
	}
	return scheme + "://" + s.addr.String()
}

// Close ends the server in order. What the fleet keeps stays in its folder.
func (s *Server) Close() error {
	s.s.Shutdown()
	s.s.WaitForShutdown()
	return nil
}

// logger brings the server's log into the program's.
type logger struct{ log *slog.Logger }

func (l logger) Noticef(f string, v ...any) { l.log.Debug("nats: " + fmt.Sprintf(f, v...)) }
func (l logger) Warnf(f string, v ...any)   { l.log.Warn("nats: " + fmt.Sprintf(f, v...)) }
func (l logger) Errorf(f string, v ...any)  { l.log.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l logger) Fatalf(f string, v ...any)  { l.log.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l logger) Debugf(f string, v ...any)  {}
func (l logger) Tracef(f string, v ...any)  {}

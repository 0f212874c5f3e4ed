//go:build nats

package wire

import (
	"log/slog"

	"policywatch/configs"
	"policywatch/crawler/fleet/embedded"
)

const hasServer = true

// startServer starts a NATS server in the program, for small fleets.
func startServer(c configs.Fleet, log *slog.Logger) (url string, stop func() error, err error) {
	s, err := embedded.Start(embedded.Options{Listen: c.Listen, Dir: c.Path, User: c.User, Password: c.Password.Reveal(), Token: c.Token.Reveal(),
		Cert: c.TLS.Cert, Key: c.TLS.Key, Insecure: c.Insecure, Log: log})
	if err != nil {
		return "", nil, &UsageError{err}
	}
	return s.URL(), s.Close, nil
}

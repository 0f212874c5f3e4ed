//go:build !nats

package wire

import (
	"log/slog"

	"policywatch/configs"
)

const hasServer = false

// startServer has none to start: linking one makes every command begin later.
func startServer(configs.Fleet, *slog.Logger) (url string, stop func() error, err error) {
	return "", nil, errNoServer
}

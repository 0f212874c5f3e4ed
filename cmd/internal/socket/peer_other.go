//go:build !linux

package socket

import (
	"net"
	"os"
)

// peer trusts the rights of the socket's file, which let nobody else connect.
func peer(*net.UnixConn) (uid int, err error) { return os.Geteuid(), nil }

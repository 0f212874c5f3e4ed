package configs

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// check refuses what would show the dashboard, and with it the buttons that act,
// to everybody who can reach the machine.
func (w *Web) check(v *validator) {
	if w.BaseURL != "" {
		checkURL(v, "web.base_url", w.BaseURL, "http", "https")
	}
	if w.Auth.User != "" && w.Auth.Password.Reveal() == "" {
		v.bad("web.auth", "has a user and no password")
	}
	if w.Listen == "" {
		return
	}
	host, port, err := net.SplitHostPort(w.Listen)
	if n, nerr := strconv.ParseUint(port, 10, 16); err != nil || nerr != nil || n > 65535 {
		v.bad("web.listen", "%q is not an address; write it as 127.0.0.1:8080, or \"\" for no dashboard", w.Listen)
		return
	}
	if !loopback(host) && w.Auth.Password.Reveal() == "" {
		v.bad("web.listen", "others can reach %s; write web.auth: {user: ..., password: ...}, or listen on 127.0.0.1", w.Listen)
	}
}

// loopback reports whether a host to listen on can be reached from this machine
// alone. No host means every network, and a name may mean any.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"policywatch/notify/web/api"
)

// policy allows this server's style sheet and pictures, and nothing else: no
// script, no frame, no form to elsewhere. Archived text that slipped through the
// escaping could still do nothing.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard stands before every page.
func (d *dashboard) guard(h http.Handler) http.Handler {
	// A page elsewhere must not press our buttons in a reader's name.
	crossing := http.NewCrossOriginProtection()
	crossing.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forPrograms(r) {
			api.Problem(w, http.StatusForbidden, "A page elsewhere may not act here.")
			return
		}
		d.sorry(w, r, http.StatusForbidden, "")
	}))
	if d.base != nil {
		// Behind a proxy the Host may differ from what the browser shows.
		if err := crossing.AddTrustedOrigin(d.base.Scheme + "://" + d.base.Host); err != nil {
			d.Log.Warn("the base address is no origin", "base_url", d.BaseURL, "error", err)
		}
	}
	h = crossing.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Permissions-Policy", "interest-cohort=()")
		if !d.hostAllowed(r) {
			plain(w, http.StatusMisdirectedRequest, "This server does not answer for that host name.\n")
			return
		}
		probe := r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
		if !probe && !d.knows(r) {
			d.slowDown(r)
			head.Set("WWW-Authenticate", `Basic realm="policywatch", charset="UTF-8"`)
			plain(w, http.StatusUnauthorized, "A name and password are needed.\n")
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, 16<<10) // forms of a few fields
		}
		defer d.recover(w, r)
		h.ServeHTTP(w, r)
	})
}

// recover makes a panic over one page that page's trouble: the archive holds what
// strangers wrote, and the daemon behind the dashboard has work to do.
func (d *dashboard) recover(w http.ResponseWriter, r *http.Request) {
	switch x := recover(); x {
	case nil:
	case http.ErrAbortHandler:
		panic(x)
	default:
		d.Log.Error("a page broke", "path", r.URL.Path, "panic", x, "stack", string(debug.Stack()))
		if forPrograms(r) {
			api.Problem(w, http.StatusInternalServerError, "The log says why.")
			return
		}
		d.sorry(w, r, http.StatusInternalServerError, "")
	}
}

// hostAllowed keeps a page elsewhere from reaching the dashboard by a name of
// its own that it lets point here (DNS rebinding). An address cannot be made to
// point elsewhere, so it is always allowed. A name is checked where there is
// something to check it by: on a loopback listener, or with a base address.
func (d *dashboard) hostAllowed(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if d.base != nil {
		return host == strings.ToLower(d.base.Hostname())
	}
	return !onLoopback(r)
}

func onLoopback(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	ap, err := netip.ParseAddrPort(addr.String())
	return err == nil && ap.Addr().Unmap().IsLoopback()
}

// knows reports whether the request comes from whom the dashboard is for. The
// digests are compared so that neither length nor beginning of the password
// shows in the time it takes.
func (d *dashboard) knows(r *http.Request) bool {
	if d.User == "" && d.Password == "" {
		return true
	}
	user, password, ok := r.BasicAuth()
	return ok && equal(user, d.User)&equal(password, d.Password) == 1
}

// guessing is how long a wrong password takes, one after the other: whoever tries
// them out gets two a second, from however many places, and who has the right one
// waits for nobody.
const guessing = 500 * time.Millisecond

func (d *dashboard) slowDown(r *http.Request) {
	user, _, ok := r.BasicAuth()
	if !ok {
		return // a browser asks without one first
	}
	d.Log.Warn("a wrong name or password", "user", clipped(user, 40), "from", r.RemoteAddr, "path", clipped(r.URL.Path, 100))
	select {
	case d.guesses <- struct{}{}:
		defer func() { <-d.guesses }()
	case <-r.Context().Done():
		return
	}
	wait := time.NewTimer(guessing)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.Context().Done():
	}
}

func equal(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"policywatch/store/record"
)

// final marks a fault that asking again soon cannot change although others of
// its kind may: a name that does not exist, a redirect that robots.txt forbids.
// It never leaves the package.
type final struct{ *record.Fault }

func (f final) Unwrap() error { return f.Fault }

// transportFault reads an error of the transport as a fault. at is the address
// that was being asked when it happened.
func transportFault(err error, at string, x *exchange) error {
	var f *record.Fault
	if errors.As(err, &f) {
		return err
	}
	f = &record.Fault{URL: at, Status: x.status}
	var name *net.DNSError
	switch {
	case forbidden(err):
		f.Kind, f.Detail = record.FaultForbiddenAddress, "it leads to an address that is not public"
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Addr != nil {
			f.Detail = "it leads to " + op.Addr.String() + ", which is no public address"
		}
	case errors.As(err, &name) && !x.limit.ranOut():
		return nameFault(f, name)
	case errors.Is(err, errTooLarge):
		f.Kind, f.Detail = record.FaultTooLarge, errTooLarge.Error()
	case errors.Is(err, errNotText):
		f.Kind, f.Detail = record.FaultNotText, "the server calls it "+mediaType(x.header.Get("Content-Type"))
	case errors.Is(err, errEncoding):
		// Damage is not ours to repair: a text is never guessed at.
		f.Kind, f.Detail = record.FaultUnreachable, err.Error()
	case certificateFault(f, err): // which has filled f
	case isTimeout(err), x.limit.ranOut():
		f.Kind, f.Detail = record.FaultTimeout, "time ran out while "+x.words()
	default:
		f.Kind, f.Detail = record.FaultUnreachable, "failed while "+x.words()+": "+reason(err)
	}
	return f
}

func nameFault(f *record.Fault, e *net.DNSError) error {
	f.Kind = record.FaultDNS
	switch {
	case e.IsNotFound:
		f.Detail = "the name " + e.Name + " does not exist"
		return final{f}
	case e.IsTimeout:
		f.Detail = "looking up " + e.Name + " took too long"
	default:
		f.Detail = "looking up " + e.Name + " failed: " + e.Err
	}
	return f
}

// certificateFault fills f when err is about TLS.
func certificateFault(f *record.Fault, err error) bool {
	var (
		invalid   x509.CertificateInvalidError
		unknown   x509.UnknownAuthorityError
		host      x509.HostnameError
		verify    *tls.CertificateVerificationError
		header    tls.RecordHeaderError
		alert     tls.AlertError
		operation *net.OpError
	)
	f.Kind = record.FaultTLSInvalid
	switch {
	case errors.As(err, &invalid):
		if invalid.Reason == x509.Expired && invalid.Cert != nil {
			if now := time.Now(); now.Before(invalid.Cert.NotBefore) {
				f.Detail = "the certificate is not valid before " + invalid.Cert.NotBefore.UTC().Format(time.DateOnly)
				return true
			}
			f.Kind = record.FaultTLSExpired
			f.Detail = "the certificate expired on " + invalid.Cert.NotAfter.UTC().Format(time.DateOnly)
			return true
		}
		f.Detail = reason(invalid)
	case errors.As(err, &unknown):
		f.Detail = "the certificate is signed by an unknown authority"
	case errors.As(err, &host):
		f.Detail = reason(host)
	case errors.As(err, &verify):
		f.Detail = reason(verify.Err)
	case errors.As(err, &header):
		f.Detail = "the server does not speak TLS on this port"
	case errors.As(err, &alert):
		f.Detail = "the TLS handshake failed: " + reason(alert)
	case errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error"):
		f.Detail = "the TLS handshake failed: " + reason(operation.Err)
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		// crypto/tls has no types for the rest.
		f.Detail = "the TLS handshake failed: " + reason(err)
	default:
		return false
	}
	return true
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &t) && t.Timeout()
}

// reason words an error without addresses of ours and without the request's
// address, which may hold what is not to be stored.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset by the server"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the server"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the answer broke off"
	case errors.Is(err, io.EOF):
		return "the server closed the connection without an answer"
	}
	s := err.Error()
	if len(s) > 200 {
		s = s[:200]
	}
	return strings.ToValidUTF8(fmt.Sprintf("%+q", s), "")
}

package extract

import (
	"net/url"
	"strings"
)

// protected is where Cloudflare's hidden mail addresses lead.
const protected = "/cdn-cgi/l/email-protection"

// resolver turns the addresses of a page into absolute ones.
type resolver struct{ base *url.URL }

func newResolver(page, base string) resolver {
	var r resolver
	if u, err := url.Parse(page); err == nil && u.IsAbs() {
		r.base = u
	}
	if base != "" {
		if b, err := url.Parse(strings.TrimSpace(base)); err == nil {
			if r.base != nil {
				b = r.base.ResolveReference(b)
			}
			if b.IsAbs() {
				r.base = b
			}
		}
	}
	return r
}

// resolve returns the absolute address of ref, ref itself where the page's own
// address is unknown, and "" for what leads nowhere: fragments and scripts.
func (r resolver) resolve(ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' || len(ref) > 4096 {
		return ""
	}
	if _, hash, ok := strings.Cut(ref, protected); ok {
		// The hash differs with every request; the address behind it does not.
		if mail := decodeMail(strings.TrimPrefix(hash, "#")); mail != "" {
			return "mailto:" + mail
		}
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "", "http", "https", "mailto", "tel", "ftp":
	default:
		return ""
	}
	if r.base != nil && u.Opaque == "" {
		u = r.base.ResolveReference(u)
	}
	u.User = nil
	return u.String()
}

package discover

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/encoding/charmap"
)

// resolve makes a link absolute and brings it into one form: no user
// information, default port, fragment or tracking parameters. A fragment that
// is a route of a script-built site ("#/privacy") stays.
func resolve(base *url.URL, href string) (*url.URL, bool) {
	href = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, href)
	if len(href) > 2000 || hasPrefixFold(href, "javascript:") {
		return nil, false
	}
	u, err := base.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, false
	}
	u.User = nil
	u.Host = strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) + port(u)
	if u.Path == "" {
		u.Path = "/"
	}
	if !strings.HasPrefix(u.Fragment, "/") && !strings.HasPrefix(u.Fragment, "!") {
		u.Fragment, u.RawFragment = "", ""
	}
	if strings.Contains(u.RawQuery, "utm_") {
		q := u.Query()
		for k := range q {
			if strings.HasPrefix(k, "utm_") {
				q.Del(k)
			}
		}
		u.RawQuery = q.Encode()
	}
	return u, true
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p == "", p == "80" && u.Scheme == "http", p == "443" && u.Scheme == "https":
		return ""
	default:
		return ":" + p
	}
}

// sameAddress reports whether two addresses are one page but for scheme,
// trailing slash and fragment.
func sameAddress(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	if err1 != nil || err2 != nil {
		return a == b
	}
	return strings.EqualFold(x.Host, y.Host) && strings.TrimSuffix(x.Path, "/") == strings.TrimSuffix(y.Path, "/") && x.RawQuery == y.RawQuery && !strings.Contains(x.Fragment+y.Fragment, "/")
}

// elsewhere lists hosts whose own privacy pages stand on everybody's site:
// share bars, captchas, embedded maps and players.
var elsewhere = []string{"google.com", "facebook.com", "twitter.com", "x.com", "youtube.com", "linkedin.com", "instagram.com", "whatsapp.com",
	"telegram.org", "t.me", "microsoft.com", "apple.com", "adobe.com", "cloudflare.com", "hcaptcha.com", "addthis.com", "sharethis.com",
	"wordpress.org", "aparat.com", "vimeo.com", "flickr.com", "pinterest.com", "tiktok.com", "snapchat.com", "onetrust.com", "cookiebot.com"}

// hostRank says how near another host is: 1 the same, 0.95 the same
// registrable domain, 0.75 a neighbour under the same government suffix (a
// central portal), less for strangers and for the big platforms.
func hostRank(base, to *url.URL) float64 {
	a, b := strings.TrimPrefix(base.Hostname(), "www."), strings.TrimPrefix(to.Hostname(), "www.")
	if strings.EqualFold(a, b) {
		return 1
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(b)
	if err != nil {
		return 0.5
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(a)); err == nil && own == site {
		return 0.95
	}
	if slices.Contains(elsewhere, site) {
		return 0.15
	}
	sa, _ := publicsuffix.PublicSuffix(strings.ToLower(a))
	sb, _ := publicsuffix.PublicSuffix(b)
	if sa == sb && (strings.Contains(sa, ".") || sa == "gov" || sa == "mil") {
		return 0.75
	}
	return 0.5
}

// addressWords returns the words of a path and query, percent-decoded; values
// of parameters that only say where to go back to are left out.
func addressWords(u *url.URL) string {
	s := u.Path
	if !utf8.ValidString(s) {
		// Old Persian and Arabic servers percent-encode windows-1256.
		if t, err := charmap.Windows1256.NewDecoder().String(s); err == nil {
			s = t
		}
	}
	if u.RawQuery != "" {
		q := u.Query()
		keys := make([]string, 0, len(q))
		for k := range q {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			switch strings.ToLower(k) {
			case "returnurl", "return", "redirect", "redirect_uri", "redirecturl", "url", "u", "next", "back", "backurl", "source", "referer", "continue":
			default:
				s += " " + k + " " + strings.Join(q[k], " ")
			}
		}
	}
	if u.Fragment != "" {
		s += " " + u.Fragment
	}
	return splitCase(strings.ToValidUTF8(s, " "))
}

// addressLang is the language that an address names: /fa/, ?lang=ar-sa.
func addressLang(u *url.URL) string {
	if u.RawQuery == "" {
		return pathLang(u)
	}
	q := u.Query()
	for _, k := range []string{"lang", "language", "locale", "culture", "hl"} {
		if v := q.Get(k); len(v) >= 2 && len(v) <= 6 {
			return primary(v)
		}
	}
	return pathLang(u)
}

func pathLang(u *url.URL) string {
	seg, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if len(seg) == 2 || len(seg) == 5 && (seg[2] == '-' || seg[2] == '_') {
		return primary(seg)
	}
	return ""
}

func lastSegment(u *url.URL) string {
	s := strings.TrimSuffix(u.Path, "/")
	return s[strings.LastIndexByte(s, '/')+1:]
}

func isPDF(u *url.URL) bool {
	return strings.HasSuffix(strings.ToLower(u.Path), ".pdf")
}

// dated reports whether a path carries a year and a month: /2024/05/, /1402/7.
func dated(path string) bool {
	year := false
	for seg := range strings.SplitSeq(path, "/") {
		n := 0
		for _, c := range []byte(seg) {
			if c < '0' || c > '9' {
				n = -1
				break
			}
			n = n*10 + int(c-'0')
			if n > 1e6 {
				break
			}
		}
		if year && len(seg) <= 2 && n >= 1 && n <= 12 {
			return true
		}
		year = len(seg) == 4 && (n >= 1990 && n <= 2100 || n >= 1370 && n <= 1480)
	}
	return false
}

package fetch

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ruleSet is what one robots.txt says to us: the group that names our token, or
// else the group for all.
//
// It is read here and not by a library because the ones at hand refuse a whole
// file for one bad line, do not anchor wildcard rules, let Disallow win ties
// and keep a compiled pattern for every rule of every group.
type ruleSet struct {
	Rules    []rule        `json:"r,omitempty"`
	Delay    time.Duration `json:"d,omitempty"`
	Sitemaps []string      `json:"s,omitempty"`
}

// rule is one Allow or Disallow line.
type rule struct {
	// Path is the pattern in normal form; * and a final $ are special in it.
	Path  string `json:"p"`
	Allow bool   `json:"a,omitempty"`
}

// maxSitemaps bounds the sitemap lines kept from one file.
const maxSitemaps = 100

// readRobots reads a robots.txt for the product token (RFC 9309, section 2.2).
// Lines that make no sense are skipped, so that an HTML page served as
// robots.txt restricts nothing.
func readRobots(text, token string) ruleSet {
	var ours, everyones ruleSet
	var named bool               // some group names us: the one for all is void
	var forUs, forAll, open bool // whom the group being read is for; open: more agents may join it
	var sitemaps []string
	text = strings.TrimPrefix(text, "\uFEFF")
	for text != "" {
		line := text
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent", "useragent", "user agent":
			if !open {
				forUs, forAll, open = false, false, true
			}
			if agent := productToken(value); agent == "*" {
				forAll = true
			} else if strings.EqualFold(agent, token) {
				forUs, named = true, true
			}
		case "allow", "disallow":
			open = false
			// An empty Disallow allows everything, which is what no rule does.
			if value == "" {
				continue
			}
			r := rule{Path: rulePath(value), Allow: key == "allow"}
			if forUs {
				ours.Rules = append(ours.Rules, r)
			}
			if forAll {
				everyones.Rules = append(everyones.Rules, r)
			}
		case "crawl-delay", "crawldelay":
			open = false
			s, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
			if err != nil || !(s > 0) || math.IsInf(s, 0) {
				continue
			}
			d := time.Duration(min(s, 1e6) * float64(time.Second))
			if forUs {
				ours.Delay = d
			}
			if forAll {
				everyones.Delay = d
			}
		case "sitemap", "site-map": // stands outside groups and does not end one
			if value != "" && len(sitemaps) < maxSitemaps {
				sitemaps = append(sitemaps, value)
			}
		}
	}
	set := everyones
	if named {
		set = ours
	}
	set.Sitemaps = sitemaps
	return set
}

// productToken cuts a User-agent value down to the token: "PolicyWatch/2.0 (x)"
// is "PolicyWatch".
func productToken(v string) string {
	if strings.HasPrefix(v, "*") {
		return "*"
	}
	for i := range len(v) {
		c := v[i] | 0x20
		if (c < 'a' || c > 'z') && v[i] != '-' && v[i] != '_' && (v[i] < '0' || v[i] > '9') {
			return v[:i]
		}
	}
	return v
}

// allows reports whether the rules let a path be fetched. target is the path
// with its query as it is sent. The longest matching rule decides; Allow wins
// a tie (RFC 9309, section 2.2.2).
func (s *ruleSet) allows(target string) bool {
	if len(s.Rules) == 0 {
		return true
	}
	path := normalPath(target, false)
	if path == "/robots.txt" {
		return true
	}
	longest, allowed := -1, true
	for _, r := range s.Rules {
		if n := len(r.Path); (n > longest || n == longest && r.Allow) && matches(r.Path, path) {
			longest, allowed = n, r.Allow
		}
	}
	return allowed
}

// rulePath brings a rule into normal form.
func rulePath(v string) string {
	if v[0] != '/' && v[0] != '*' {
		v = "/" + v // "Disallow: private" means a path
	}
	return normalPath(v, true)
}

// normalPath makes paths comparable byte for byte: everything outside printable
// ASCII is percent-encoded, and so is nothing that need not be. Rules that hold
// raw Persian letters match the encoded address in this way, and the other way
// round. In a rule, * and a final $ keep their meaning; elsewhere they are
// encoded, so that they match only themselves.
func normalPath(s string, isRule bool) string {
	i := 0
	for i < len(s) && (s[i] == '/' || unreserved(s[i])) {
		i++
	}
	if i == len(s) {
		return s // the usual path costs nothing
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		c := s[i]
		special := isRule && (c == '*' || c == '$' && i == len(s)-1)
		switch {
		case special:
			b.WriteByte(c)
			continue
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
			if unreserved(c) {
				b.WriteByte(c)
				continue
			}
		case c > ' ' && c < 0x7f && c != '*' && c != '$' && c != '%':
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// unreserved is RFC 3986's set of the same name.
func unreserved(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// matches reports whether a rule's pattern matches a path from its beginning.
// Taking the first place where each piece between stars fits is enough, so the
// work is bounded by the product of the lengths, whatever the pattern.
func matches(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	head, rest, star := strings.Cut(pattern, "*")
	if !strings.HasPrefix(path, head) {
		return false
	}
	path = path[len(head):]
	for star {
		var piece string
		piece, rest, star = strings.Cut(rest, "*")
		if !star && anchored {
			return strings.HasSuffix(path, piece)
		}
		i := strings.Index(path, piece)
		if i < 0 {
			return false
		}
		path = path[i+len(piece):]
	}
	return !anchored || path == ""
}

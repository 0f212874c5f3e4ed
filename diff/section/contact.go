package section

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// addresses finds e-mail addresses and URLs.
func (f *factReader) addresses() {
	raw := f.t.raw
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == '@':
			from, to := i, i+1
			for from > 0 && isLocal(raw[from-1]) {
				from--
			}
			for to < len(raw) && isHost(raw[to]) {
				to++
			}
			host := strings.Trim(raw[i+1:to], ".-")
			to = i + 1 + len(strings.TrimRight(raw[i+1:to], ".-"))
			from += len(raw[from:i]) - len(strings.TrimLeft(raw[from:i], ".-+_"))
			if from < i && strings.Contains(host, ".") && !f.isTaken(from, to) {
				f.addBytes(record.FactEmail, strings.ToLower(raw[from:to]), from, to)
				f.take(from, to)
				i = to
			}
		case raw[i] == ':' && strings.HasPrefix(raw[i:], "://") || raw[i] == 'w' && strings.HasPrefix(raw[i:], "www."):
			from := i
			for raw[i] == ':' && from > 0 && isHost(raw[from-1]) && i-from < 8 {
				from--
			}
			to := i
			for to < len(raw) && isURL(raw[to]) {
				to++
			}
			to = from + len(strings.TrimRight(raw[from:to], ".,;:!?)'\"*"))
			if to-from > 6 && !f.isTaken(from, to) {
				f.addBytes(record.FactURL, urlValue(raw[from:to]), from, to)
				f.take(from, to)
				i = to
			}
		}
	}
	for _, w := range f.t.words {
		if isDomain(w.Text) && !f.isTaken(w.From, w.To) {
			f.addBytes(record.FactURL, w.Text, w.From, w.To)
			f.take(w.From, w.To)
		}
	}
}

func isLocal(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._%+-", c) >= 0
}

func isHost(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-'
}

func isURL(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte("<>\"`{}|\\^[]", c) < 0
}

// urlValue normalises a URL for comparison: no scheme, no www, host in lower
// case, no fragment, no tracking parameters, no slash at the end.
func urlValue(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "#")
	path, query, _ := strings.Cut(s, "?")
	host, rest, _ := strings.Cut(path, "/")
	out := strings.TrimPrefix(strings.ToLower(host), "www.")
	if rest = strings.TrimRight(rest, "/"); rest != "" {
		out += "/" + rest
	}
	var kept []string
	for _, p := range strings.Split(query, "&") {
		key, _, _ := strings.Cut(strings.ToLower(p), "=")
		if p != "" && !strings.HasPrefix(key, "utm_") && key != "fbclid" && key != "gclid" && key != "msclkid" {
			kept = append(kept, p)
		}
	}
	if len(kept) > 0 {
		out += "?" + strings.Join(kept, "&")
	}
	return out
}

// topLevels end bare domain names: "see example.gov.ir".
var topLevels = func() map[string]bool {
	m := map[string]bool{}
	for t := range strings.FieldsSeq("gov com org net edu int mil info ir sa ae qa kw om bh iq sy lb jo eg ma dz tn ly ye sd ps tr fr de at ch be lu " +
		"ca uk us eu es mx ar co cl pe pk in af nl it io krd") {
		m[t] = true
	}
	return m
}()

func isDomain(w string) bool {
	i := strings.LastIndexByte(w, '.')
	if i < 3 || !topLevels[w[i+1:]] || startsWithDigit(w) && strings.Count(w, ".") == 1 && !hasLetter(w[:i]) {
		return false
	}
	for k := range len(w) {
		if !isHost(w[k]) {
			return false
		}
	}
	return hasLetter(w[:i])
}

func hasLetter(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
}

// phoneWords announce a telephone number, in canonical form.
var phoneWords = canonicalSet("تلفن تلفکس دورنگار نمابر فکس همراه موبایل تماس هاتف الهاتف جوال الجوال فاكس الفاكس الموحد الرقم phone telephone tel fax call " +
	"mobile téléphone télécopieur télécopie tél telefon telefonnummer rufnummer telefax hotline faks teléfono móvil llame فون ٹیلیفون تەلەفۆن مۆبایل " +
	"téléscripteur tty toll-free")

// phones finds telephone numbers: runs of 7 to 15 digits with the usual marks
// between, that a plus sign begins or a word announces.
func (f *factReader) phones() {
	raw := f.t.raw
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRuneInString(raw[i:])
		if _, ok := digitValue(r); !ok && r != '+' || i > 0 && attached(raw[:i]) {
			i += size
			continue
		}
		number, end := phoneAt(raw[i:])
		if number == "" {
			for i < len(raw) { // past these digits
				r, size := utf8.DecodeRuneInString(raw[i:])
				if _, ok := digitValue(r); !ok && r != '+' {
					break
				}
				i += size
			}
			continue
		}
		to := i + end
		plain := strings.HasPrefix(number, "+") || strings.HasPrefix(number, "00") && len(number) > 10
		if !f.isTaken(i, to) && (plain || f.announced(i)) {
			if rest, ok := strings.CutPrefix(number, "00"); ok {
				number = "+" + rest
			}
			f.addBytes(record.FactPhone, number, i, to)
			f.take(i, to)
		}
		i = to
	}
}

// attached reports whether what comes next is the inside of a word.
func attached(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	_, digit := digitValue(r)
	return digit || r == '.' || r == '/' || r == '@' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// digitValue reads an ASCII, Arabic-Indic or Persian digit.
func digitValue(r rune) (byte, bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), true
	case r >= 0x660 && r <= 0x669:
		return byte('0' + r - 0x660), true
	case r >= 0x6f0 && r <= 0x6f9:
		return byte('0' + r - 0x6f0), true
	}
	return 0, false
}

// phoneAt reads a telephone number at the beginning of s and returns it with
// the bytes it takes.
func phoneAt(s string) (number string, end int) {
	const least, most = 7, 15
	var b strings.Builder
	marks := 0
	for i, r := range s {
		if d, ok := digitValue(r); ok {
			b.WriteByte(d)
			end, marks = i+utf8.RuneLen(r), 0
			continue
		}
		if r == '+' && i == 0 {
			b.WriteByte('+')
			continue
		}
		if !strings.ContainsRune("-‐‑–() /\u00a0", r) && r != '.' || marks >= 2 || b.Len() > most+1 {
			break
		}
		marks++
	}
	number = b.String()
	if n := len(strings.TrimPrefix(number, "+")); n < least || n > most {
		return "", 0
	}
	return number, end
}

// announced reports whether a word for telephones stands in the few words
// before byte i.
func (f *factReader) announced(i int) bool {
	const reach = 6
	seen := 0
	for k := len(f.t.words) - 1; k >= 0 && seen < reach; k-- {
		if f.t.words[k].To > i {
			continue
		}
		seen++
		if phoneWords[f.t.words[k].Text] {
			return true
		}
	}
	return false
}

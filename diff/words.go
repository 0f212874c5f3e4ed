package diff

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
)

// words are the canonical words of s.
func words(s string) []string {
	ts := canon.Tokens(s)
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Text
	}
	return out
}

// minus returns the words of a that b has no more.
func minus(a, b []string) (out []string) {
	left := make(map[string]int)
	for _, w := range b {
		left[w]++
	}
	for _, w := range a {
		if left[w] > 0 {
			left[w]--
			continue
		}
		out = append(out, w)
	}
	return out
}

// values are the words that hold a digit, and e-mail addresses.
func values(ws []string) (out []string) {
	for _, w := range ws {
		if strings.ContainsAny(w, "@0123456789") {
			out = append(out, w)
		}
	}
	return out
}

// numbers are the words that hold a digit.
func numbers(ws []string) (out []string) {
	for _, w := range ws {
		if strings.ContainsAny(w, "0123456789") {
			out = append(out, w)
		}
	}
	return out
}

func all(ws []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(ws, func(w string) bool { return !ok(w) })
}

func isURL(w string) bool { return strings.Contains(w, "://") || strings.HasPrefix(w, "www.") }

// hidden reports whether the words are what mail protection puts in place of an
// address: [email protected].
func hidden(ws []string) bool {
	return len(ws) > 0 && all(ws, func(w string) bool { return w == "email" || w == "protected" })
}

// respelt reports whether the words only part in other places: e-mail and email,
// in so far and insofar.
func respelt(gone, come []string) bool {
	return len(values(gone)) == 0 && strings.Join(gone, "") == strings.Join(come, "")
}

func isMail(w string) bool { return strings.Contains(w, "@") }

// weighty counts the words that are more than a particle.
func weighty(lists ...[]string) (n int) {
	for _, ws := range lists {
		for _, w := range ws {
			if utf8.RuneCountInString(w) > 3 {
				n++
			}
		}
	}
	return n
}

// listMark is the number or letter that begins a list's entry or a numbered
// paragraph, with the sign that makes it one: "3.", "2.1)", "(iv)", "الف:". "30
// days" begins with a number and has no mark.
var listMark = regexp.MustCompile(`^[\s(\[]*((?:[0-9۰-۹٠-٩]+[.\-])*[0-9۰-۹٠-٩]+|[ivxIVX]{1,5}|\p{L}|الف)\s*[.)\]:\-–](?:\s|$)`)

// headMark is the same for headings, whose number may stand without a sign.
var headMark = regexp.MustCompile(`^[\s(\[]*((?:[0-9۰-۹٠-٩]{1,3}[.\-])*[0-9۰-۹٠-٩]{1,3}|[IVX]{1,5})(?:\s*[.)\]:\-–])?\s`)

// cutMark returns a line's mark, in canonical form, and what stands behind it.
func cutMark(line string, heading bool) (mark, rest string) {
	re := listMark
	if heading {
		re = headMark
	}
	m := re.FindStringSubmatchIndex(line)
	if m == nil {
		return "", line
	}
	return canon.Text(line[m[2]:m[3]]), line[m[1]:]
}

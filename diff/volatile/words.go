package volatile

import (
	"strings"
	"unicode"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// Reader knows the words that dates are made of. It is never modified after New
// and safe for concurrent use.
type Reader struct {
	// names are weekdays and months: by the first word, the words that follow it.
	names map[string][][]string
}

// New returns a Reader that knows the lexicons' months and weekdays.
func New(lex []record.Lexicon) *Reader {
	r := &Reader{names: make(map[string][][]string)}
	for _, l := range lex {
		for _, w := range l.Furniture.Weekdays {
			r.add(w)
		}
		for _, months := range l.Facts.Months {
			for _, month := range months {
				for spelling := range strings.SplitSeq(month, "|") {
					r.add(spelling)
				}
			}
		}
	}
	return r
}

func (r *Reader) add(name string) {
	var ws []string
	for _, t := range canon.Tokens(name) {
		ws = append(ws, t.Text)
	}
	if len(ws) == 0 {
		return
	}
	r.names[ws[0]] = append(r.names[ws[0]], ws[1:])
	if len(ws) > 1 {
		joined := strings.Join(ws, "") // سه‌شنبه is also written in one word
		r.names[joined] = append(r.names[joined], nil)
	}
}

// name returns how many of the words are a weekday's or month's name, 0 for none.
func (r *Reader) name(ws []canon.Token) int {
	best := 0
	for _, rest := range r.names[ws[0].Text] {
		if len(rest)+1 > best && len(rest) < len(ws) && begins(ws[1:], rest) {
			best = len(rest) + 1
		}
	}
	return best
}

func begins(ws []canon.Token, with []string) bool {
	for i, w := range with {
		if ws[i].Text != w {
			return false
		}
	}
	return true
}

// halves of the day stand behind the hour. Alone they are other words.
var halves = map[string]bool{"am": true, "pm": true, "a.m": true, "p.m": true, "ص": true, "م": true, "صباحا": true, "مساء": true,
	"ق.ظ": true, "ب.ظ": true, "ق": true, "ب": true, "ظ": true, "صبح": true, "ظهر": true, "عصر": true, "شب": true, "بعدازظهر": true}

// fleeting marks the words of a block that could be volatile.
func (r *Reader) fleeting(text string, ws []canon.Token) []bool {
	out := make([]bool, len(ws))
	for i := 0; i < len(ws); i++ {
		if n := r.name(ws[i:]); n > 0 {
			for k := range n {
				out[i+k] = true
			}
			i += n - 1
			continue
		}
		w := ws[i].Text
		out[i] = numbered(w) || random(text[ws[i].From:ws[i].To]) || i > 0 && out[i-1] && halves[w]
	}
	// The parts of 3f2a-beef-cafe are one token although some are words.
	part := make([]bool, len(ws))
	for i := range ws {
		part[i] = numbered(ws[i].Text) || i > 0 && part[i-1] && glued(text, ws[i-1], ws[i])
	}
	for i := len(ws) - 1; i >= 0; i-- {
		part[i] = part[i] || i+1 < len(ws) && part[i+1] && glued(text, ws[i], ws[i+1])
		out[i] = out[i] || part[i]
	}
	return out
}

// numbered reports whether a word holds a digit. An e-mail address is nobody's
// counter.
func numbered(w string) bool {
	return strings.ContainsAny(w, "0123456789") && !strings.Contains(w, "@")
}

// glued reports whether two Latin words are parts of one token.
func glued(text string, a, b canon.Token) bool {
	between := text[a.To:b.From]
	return between != "" && strings.Trim(between, "-_+/=~.:") == "" && latin(a.Text) && latin(b.Text)
}

func latin(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// random reports whether a word without digits looks like a token all the same:
// its case changes as in no name, or it has no vowel.
func random(w string) bool {
	if len(w) < 6 || !latin(w) {
		return false
	}
	rises, vowels := 0, 0
	for i, r := range w {
		if !unicode.IsLetter(r) {
			return false
		}
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(w[i-1])) {
			rises++
		}
		if strings.ContainsRune("aeiouyAEIOUY", r) {
			vowels++
		}
	}
	return vowels == 0 || rises > 2
}

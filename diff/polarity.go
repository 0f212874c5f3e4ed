package diff

import (
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// polarity knows how one language denies, obliges and qualifies. All its words are in
// canonical form.
type polarity struct {
	neutral    phrases
	denials    phrases
	exceptions phrases
	duties     phrases
	maybes     phrases
	qualifiers phrases
	joins      phrases
	begun      []string // beginnings of words that qualify
	prefixes   []string
	stems      []string
	infixes    []string
}

// phrases are runs of canonical words, by their first word.
type phrases map[string][][]string

func newPhrases(list []string) phrases {
	p := make(phrases)
	for _, s := range list {
		if ws := words(s); len(ws) > 0 {
			p[ws[0]] = append(p[ws[0]], ws)
		}
	}
	return p
}

// at reports how many words of ws, from i on, make up a phrase; 0 for none.
func (p phrases) at(ws []string, i int) int {
	best := 0
	for _, f := range p[ws[i]] {
		if len(f) > best && i+len(f) <= len(ws) && slices.Equal(f, ws[i:i+len(f)]) {
			best = len(f)
		}
	}
	return best
}

func newPolarity(l record.PolarityWords) *polarity {
	p := &polarity{neutral: newPhrases(l.Neutral), denials: newPhrases(l.Negators), exceptions: newPhrases(l.Exceptions), duties: newPhrases(l.Duty), maybes: newPhrases(l.Maybe)}
	var whole []string
	for _, q := range l.Qualifiers {
		if stem, open := strings.CutSuffix(q, "*"); open {
			p.begun = append(p.begun, canon.Text(stem))
		} else {
			whole = append(whole, q)
		}
	}
	p.qualifiers, p.joins = newPhrases(whole), newPhrases(l.Joins)
	// canon.Text keeps the apostrophe of n' and n't.
	fold := func(list []string) (out []string) {
		for _, s := range list {
			if t := canon.Text(s); t != "" {
				out = append(out, t)
			}
		}
		return out
	}
	p.prefixes, p.stems, p.infixes = fold(l.VerbPrefixes), fold(l.Stems), fold(l.Infixes)
	// The longest prefix that fits is the one that is meant.
	slices.SortFunc(p.prefixes, func(a, b string) int { return len(b) - len(a) })
	return p
}

// affirmed returns the word without the prefix that denies it, and whether
// there was one. A prefix of one letter needs a known stem behind it: نکند is
// "not do", نام is "name".
func (p *polarity) affirmed(w string) (string, bool) {
	for _, x := range p.prefixes {
		rest, ok := strings.CutPrefix(w, x)
		if !ok || rest == "" {
			continue
		}
		if n := utf8.RuneCountInString(x); n > 1 || len(p.stems) == 0 {
			// نمی is ن before می: the plain verb keeps its می.
			for _, one := range p.prefixes {
				if utf8.RuneCountInString(one) == 1 && n > 1 && strings.HasPrefix(x, one) {
					return w[len(one):], true
				}
			}
			return rest, true
		}
		for _, s := range p.stems {
			if strings.HasPrefix(rest, s) {
				return rest, true
			}
		}
	}
	return w, false
}

// denies reports whether the single word denies what it says.
func (p *polarity) denies(w string) bool {
	for _, x := range p.infixes {
		if i := strings.Index(w, x); i > 0 {
			return true
		}
	}
	_, yes := p.affirmed(w)
	return yes
}

// stance is what a run of words takes back, narrows, promises, leaves open and
// makes depend on something.
type stance struct{ denials, exceptions, duties, maybes, qualifiers int }

func (p *polarity) stance(ws []string) (s stance) {
	for i := 0; i < len(ws); {
		n, what := p.turner(ws, i)
		if n == 0 {
			if p.denies(ws[i]) {
				s.denials++
			}
			i++
			continue
		}
		switch what {
		case denial:
			s.denials++
		case exception:
			s.exceptions++
		case duty:
			s.duties++
		case maybe:
			s.maybes++
		case qualifier:
			s.qualifiers++
		}
		i += n
	}
	return s
}

// turning names the kinds of turning phrases; the longest phrase at a place is
// the one that counts.
type turning int

const (
	neutral turning = iota
	denial
	exception
	duty
	maybe
	qualifier
)

// turner returns the length of the longest turning phrase at i, 0 for none.
func (p *polarity) turner(ws []string, i int) (n int, what turning) {
	for k, f := range []phrases{p.neutral, p.denials, p.exceptions, p.duties, p.maybes, p.qualifiers} {
		if m := f.at(ws, i); m > n {
			n, what = m, turning(k)
		}
	}
	if n == 0 && slices.ContainsFunc(p.begun, func(b string) bool { return strings.HasPrefix(ws[i], b) }) {
		return 1, qualifier
	}
	return n, what
}

func (s stance) any() bool { return s.denials+s.exceptions+s.duties+s.qualifiers > 0 }

// bare are the words that are left when denial, exception, duty and possibility
// are taken out: what a sentence is about, whichever way it is turned.
func (p *polarity) bare(ws []string) []string {
	out := make([]string, 0, len(ws))
	for i := 0; i < len(ws); i++ {
		if n, _ := p.turner(ws, i); n > 0 {
			i += n - 1
			continue
		}
		w, denied := p.affirmed(ws[i])
		if !denied && p.denies(w) { // an infix: the stem before it is what stays
			for _, x := range p.infixes {
				if k := strings.Index(w, x); k > 0 {
					w = w[:k]
					break
				}
			}
		}
		out = append(out, w)
	}
	return out
}

// sameMatter is the least likeness of two sentences, without their turning
// words, of which one can be the reverse of the other.
const sameMatter = 0.7

// turned says whether a sentence was turned round, given both sides' words.
type turned struct {
	denial bool // one denies, or excepts, what the other says
	duty   bool // a promise became a possibility, or the reverse
	// weighty: denial or duty differ although the sentences are too far apart
	// to call one the reverse of the other.
	weighty bool
}

// turn compares two versions of one sentence.
func (p *polarity) turn(old, new []string) turned {
	a, b := p.stance(old), p.stance(new)
	var t turned
	if p.bareDenial(minus(old, new), minus(new, old)) {
		return turned{denial: true, weighty: true}
	}
	if a == b {
		return t
	}
	t.weighty = true
	// What is left without the turning words must be mostly the same, or the
	// sentences speak of different things.
	if likeness(p.bare(old), p.bare(new)) < sameMatter {
		return t
	}
	t.denial = a.denials != b.denials || a.exceptions != b.exceptions
	t.duty = (a.duties-b.duties)*(a.maybes-b.maybes) < 0
	return t
}

// bareDenial reports whether two sentences differ in words of denial alone,
// which no idiom excuses: "not limited to" became "limited to".
func (p *polarity) bareDenial(gone, come []string) bool {
	deny := func(w string) bool { return p.denials.at([]string{w}, 0) > 0 }
	return len(gone)+len(come) > 0 && (len(gone) == 0 || len(come) == 0) && all(gone, deny) && all(come, deny)
}

// likeness is 0 to 1: the part of all words, by length, that both sides have.
// Words that begin alike count half: the denied and the plain form of a verb.
func likeness(a, b []string) float64 {
	left := make(map[string]int)
	total, same := 0, 0
	weigh := func(w string) int { return min(utf8.RuneCountInString(w), 8) }
	for _, w := range a {
		left[w]++
		total += weigh(w)
	}
	for _, w := range b {
		total += weigh(w)
		if left[w] > 0 {
			left[w]--
			same += 2 * weigh(w)
		}
	}
	if total == 0 {
		return 1
	}
	return float64(same) / float64(total)
}

package section

import (
	"cmp"
	"slices"

	"policywatch/store/record"
)

// clue is a fact with the words of its text that hold it.
type clue struct {
	kind     record.FactKind
	value    string
	from, to int // bytes of the text
}

// factReader reads the facts of one text.
type factReader struct {
	t    *text
	m    *matcher
	hits []hit
	// number holds, for the word after it, what a numeral in words says.
	number map[int]int
	clues  []clue
	taken  []span // bytes that addresses and dates occupy
}

// readFacts reads all facts of t but the owner, which needs the whole
// document. items tells whether the text is about data, so that a named kind of
// data is one that is gathered and not the office's own address.
func (m *matcher) readFacts(t *text, hits []hit, items bool) []clue {
	f := &factReader{t: t, m: m, hits: hits}
	longest := 0
	for _, h := range hits {
		if p := &m.phrases[h.phrase]; p.means == ofNumber {
			if f.number == nil {
				f.number = make(map[int]int)
			}
			// أربعة عشر ends in عشر: the longer numeral counts, and it is seen first.
			if _, seen := f.number[h.to]; !seen || h.to-h.from > longest {
				f.number[h.to], longest = p.number, h.to-h.from
			}
		}
	}
	f.addresses()
	f.dates()
	f.postal()
	f.phones()
	f.laws()
	f.measures()
	f.names(items)
	slices.SortStableFunc(f.clues, func(a, b clue) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return f.clues
}

// means calls each for every hit of a meaning.
func (f *factReader) means(want meaning, each func(h hit, p *phrase)) {
	for _, h := range f.hits {
		if p := &f.m.phrases[h.phrase]; p.means == want {
			each(h, p)
		}
	}
}

// add records a fact that the words [from,to) hold.
func (f *factReader) add(kind record.FactKind, value string, from, to int) {
	f.addBytes(kind, value, f.t.words[from].From, f.t.words[to-1].To)
}

func (f *factReader) addBytes(kind record.FactKind, value string, from, to int) {
	for _, c := range f.clues {
		if c.kind == kind && c.value == value && c.from == from {
			return
		}
	}
	f.clues = append(f.clues, clue{kind, value, from, to})
}

// take marks bytes as read, so that no later reader reads them otherwise.
func (f *factReader) take(from, to int) { f.taken = append(f.taken, span{from, to}) }

func (f *factReader) isTaken(from, to int) bool {
	for _, s := range f.taken {
		if from < s.To && s.From < to {
			return true
		}
	}
	return false
}

// names finds data items, recipients.
func (f *factReader) names(items bool) {
	f.longest(ofThirdParty, record.FactThirdParty)
	if items {
		f.longest(ofDataItem, record.FactDataItem)
	}
}

// longest adds the hits of a meaning that lie inside no longer one: a phone
// number inside "mobile phone number", Google inside "Google Analytics".
func (f *factReader) longest(want meaning, kind record.FactKind) {
	f.means(want, func(h hit, p *phrase) {
		inside := false
		f.means(want, func(o hit, _ *phrase) {
			inside = inside || o.from <= h.from && h.to <= o.to && o.to-o.from > h.to-h.from
		})
		if !inside {
			f.add(kind, p.value, h.from, h.to)
		}
	})
}

// digits reads a word that is a plain number of at most nine digits.
func digits(w string) (n int, ok bool) {
	if w == "" || len(w) > 9 {
		return 0, false
	}
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return 0, false
		}
		n = n*10 + int(w[i]-'0')
	}
	return n, true
}

// facts reads the whole document, in reading order, the owner last. A fact
// counts once a block.
func (j *judgement) facts(sections []record.Section) []record.Fact {
	out := []record.Fact{}
	about := aboutData(sections, len(j.doc.Blocks))
	read := func(p *passage, from int, starts []int) {
		if p.matcher == nil {
			return
		}
		items := from < len(about) && about[from]
		for _, c := range p.clues(items) {
			k := len(starts) - 1
			for k > 0 && starts[k] > c.from {
				k--
			}
			// A fact that a line break cut stands in the block that it begins in;
			// one that runs from one item into the next is none.
			if k+1 < len(starts) && c.to > starts[k+1]-1 {
				if c.to = starts[k+1] - 1; p.text.raw[c.to] == '\n' {
					continue
				}
			}
			fact := record.Fact{Kind: c.kind, Value: c.value, Text: p.text.raw[c.from:c.to], Block: from + k}
			if !slices.ContainsFunc(out, func(f record.Fact) bool {
				return f.Block == fact.Block && f.Kind == fact.Kind && f.Value == fact.Value
			}) {
				out = append(out, fact)
			}
		}
	}
	for _, s := range j.stretches {
		if s.heading >= 0 {
			read(&s.head, s.heading, []int{0})
		}
		for i := range s.units {
			u := &s.units[i]
			read(&u.passage, u.from, u.starts)
		}
	}
	if f, ok := j.owner(); ok {
		out = append(out, f)
	}
	return out
}

// aboutData says of each block whether it stands in a section about people's
// data, where "e-mail address" is an item gathered, not the office's own.
func aboutData(sections []record.Section, n int) []bool {
	out := make([]bool, n)
	for _, s := range sections {
		for _, t := range s.Topics {
			switch t {
			case record.CollectionProvided, record.CollectionAutomatic, record.RegistrationAccount, record.Use, record.Cookies,
				record.SharingThirdParties, record.Retention, record.Consent, record.Children:
				for i := s.From; i < s.To && i < n; i++ {
					out[i] = true
				}
			}
		}
	}
	return out
}

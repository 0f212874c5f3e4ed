package section

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// How much evidence it takes. A lexicon's weights are written against these:
// a phrase of weight 1 says its topic by itself.
const (
	enough = 1.0
	// named is what a heading must reach to name a topic without its body's
	// help; hinted is what a body may complete.
	named  = 0.9
	hinted = 0.3
	// share is the part of a section's units that makes a topic the section's
	// own rather than a paragraph's.
	share = 0.34
	// plenty is what a soft topic needs under a heading that names another.
	plenty = 1.6
)

// soft are the topics that any sentence of a statement touches: data are
// mentioned with what they are used for and with whose consent. Under a heading
// about something else a touch does not cover them.
func soft(t record.Topic) bool {
	switch t {
	case record.PurposeScope, record.CollectionProvided, record.Use, record.Consent:
		return true
	}
	return false
}

// passage is a text and what was found in it. Its matcher is nil when no
// lexicon fits its language.
type passage struct {
	text    *text
	matcher *matcher
	hits    []hit
	scores  scores
	used    []hit // the hits that the scores were made of
	// read keeps what else was read in the text; nil for no passage of a Reader.
	read *readings
}

// unit is what is judged as one: a paragraph, or a lead and its short items.
type unit struct {
	passage
	from, to int   // blocks
	starts   []int // where each block begins in the text
}

// part of the document under one heading, or before the first.
type stretch struct {
	heading  int // block, -1 when there is none
	from, to int // blocks, heading included
	units    []unit
	words    int // in the body

	head passage
	// spoken is set when the heading is a sentence rather than a title.
	spoken bool
	// container is set when the body is empty but the next heading stands
	// below this one; children are the stretches there.
	container bool
	children  []*stretch
}

type judgement struct {
	doc       *record.Document
	stretches []*stretch
}

// judge cuts the document and weighs every piece.
func (r *Reader) judge(doc *record.Document) *judgement {
	j := &judgement{doc: doc}
	var cur *stretch
	for i, b := range doc.Blocks {
		if b.Kind == record.Heading || cur == nil {
			cur = &stretch{heading: -1, from: i, to: i}
			if b.Kind == record.Heading {
				cur.heading = i
			}
			j.stretches = append(j.stretches, cur)
		}
		cur.to = i + 1
	}
	for _, s := range j.stretches {
		r.weigh(doc, s)
	}
	j.adopt()
	return j
}

// weigh fills a stretch's scores.
func (r *Reader) weigh(doc *record.Document, s *stretch) {
	body := s.from
	if s.heading >= 0 {
		body++
		s.head = r.passage(doc.Lang, doc.Blocks[s.heading].Text)
		s.spoken = s.head.weighHeading()
	}
	s.units = units(doc.Blocks, body, s.to)
	for i := range s.units {
		u := &s.units[i]
		raw, starts := unitText(doc.Blocks[u.from:u.to])
		u.passage, u.starts = r.passage(doc.Lang, raw), starts
		u.weighBody()
		s.words += len(u.text.words)
	}
}

// passage reads a text: its words, and the phrases in them.
func (r *Reader) passage(lang, raw string) passage {
	return r.memo.passage(lang, raw, r.readPassage)
}

func (r *Reader) readPassage(lang, raw string) passage {
	p := passage{text: newText(raw), matcher: r.matcher(lang, raw), read: &readings{}}
	if p.matcher != nil {
		p.hits = p.matcher.hits(p.text)
	}
	return p
}

// weighHeading scores a heading. Where it says nothing that headings say, its
// words are tried in reversed order, as some PDF writers leave them, and then as
// a sentence ("We do not sell your data"), which it reports.
func (p *passage) weighHeading() (spoken bool) {
	if p.matcher == nil {
		return false
	}
	if p.weighTitle(p.text, p.hits); !p.scores.empty() {
		return false
	}
	if n := len(p.text.words); p.matcher.rtl && n > 1 {
		back := *p.text
		back.words = slices.Clone(p.text.words)
		slices.Reverse(back.words)
		if p.weighTitle(&back, p.matcher.hits(&back)); !p.scores.empty() {
			for i, h := range p.used {
				p.used[i].from, p.used[i].to = n-h.to, n-h.from
			}
			return false
		}
	}
	p.scores, p.used = p.matcher.evidence(p.hits, func(_ hit, ph *phrase) float64 {
		if ph.heading {
			return 0
		}
		return ph.weight
	})
	return true
}

// weighTitle scores by heading phrases alone.
func (p *passage) weighTitle(t *text, hits []hit) {
	first := p.matcher.clauses.skip(t, len(t.words))
	p.scores, p.used = p.matcher.evidence(hits, func(h hit, ph *phrase) float64 {
		if !ph.heading || ph.whole && (h.from > first || h.to < len(t.words)) {
			return 0
		}
		return ph.weight
	})
}

// weighBody scores a unit. A few words before a colon or a cell's end at its
// beginning count as a heading: "Retention: six months".
func (p *passage) weighBody() {
	if p.matcher == nil {
		return
	}
	if known := p.read.body.Load(); known != nil {
		p.scores, p.used = known.scores, known.used
		return
	}
	first := p.matcher.clauses.skip(p.text, len(p.text.words))
	lead := leadWords(p.text, first)
	p.scores, p.used = p.matcher.evidence(p.hits, func(h hit, ph *phrase) float64 {
		if ph.heading && (h.to > lead || ph.whole && (h.from > first || h.to < lead)) {
			return 0
		}
		return ph.weight
	})
	p.read.body.Store(&weight{p.scores, p.used})
}

// leadWords counts the words before an early colon or cell border, those from
// first on and the numbering before them; 0 when there is none.
func leadWords(t *text, first int) int {
	const most = 8
	for i := first; i < len(t.words) && i < first+most; i++ {
		if i+1 == len(t.words) {
			return 0
		}
		between := t.between(i + 1)
		if strings.ContainsAny(between, ":：|\t") {
			if next := t.words[i+1].Text; strings.Contains(next, "@") || startsWithDigit(next) {
				return 0 // an address: "E-mail: info@…" says nothing of e-mail
			}
			return i + 1
		}
		if strings.ContainsAny(between, ".،,;؛?؟!\n") {
			return 0
		}
	}
	return 0
}

// units groups blocks [from,to): a paragraph that ends in a colon takes the
// items after it, short items stand together, and lines that a page break cut
// are put together again.
func units(blocks []record.Block, from, to int) []unit {
	const short, long = 160, 1200
	var out []unit
	open := false // whether the next block may join the last unit
	size := 0
	for i := from; i < to; i++ {
		b := &blocks[i]
		listed := b.Kind == record.Item || b.Kind == record.Row
		joins := open && len(out) > 0 && size+len(b.Text) < long
		if joins && listed {
			joins = len(b.Text) <= short*2
		} else if joins {
			joins = blocks[i-1].Kind == record.Paragraph && !strings.HasSuffix(strings.TrimRightFunc(blocks[i-1].Text, unicode.IsSpace), ":")
		}
		if joins {
			out[len(out)-1].to = i + 1
			size += len(b.Text)
		} else {
			out = append(out, unit{from: i, to: i + 1})
			size = len(b.Text)
		}
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(b.Text, unicode.IsSpace))
		switch {
		case listed:
			open = len(b.Text) <= short*2
		case last == ':':
			open = true
		default:
			open = i+1 < to && brokenOff(b.Text, last, blocks[i+1].Text)
		}
	}
	return out
}

// brokenOff reports whether a line looks cut by a page or a column: it is as
// long as a line, does not end a sentence, and the next does not begin one.
func brokenOff(line string, last rune, next string) bool {
	const full = 50
	first, _ := utf8.DecodeRuneInString(next)
	return utf8.RuneCountInString(line) >= full && !strings.ContainsRune(".!?؟۔»\"”)", last) && !unicode.IsUpper(first)
}

// unitText joins blocks, lines of one paragraph with a space and items with a
// line break, which ends a sentence. It also says where each block begins.
func unitText(blocks []record.Block) (raw string, starts []int) {
	if len(blocks) == 1 {
		return blocks[0].Text, []int{0}
	}
	var b strings.Builder
	for i := range blocks {
		if i > 0 {
			if blocks[i].Kind == record.Paragraph && blocks[i-1].Kind == record.Paragraph {
				b.WriteByte(' ')
			} else {
				b.WriteByte('\n')
			}
		}
		starts = append(starts, b.Len())
		b.WriteString(blocks[i].Text)
	}
	return b.String(), starts
}

// adopt finds the headings without a body that stand above others.
func (j *judgement) adopt() {
	for i, s := range j.stretches {
		if s.heading < 0 || s.words > 0 || i+1 == len(j.stretches) {
			continue
		}
		h, next := &j.doc.Blocks[s.heading], &j.doc.Blocks[j.stretches[i+1].heading]
		numbered := marked(h.Text)
		below := next.Level > h.Level || strings.HasSuffix(strings.TrimSpace(h.Text), ":") || marked(next.Text) != numbered
		if !below {
			continue
		}
		for _, c := range j.stretches[i+1:] {
			b := &j.doc.Blocks[c.heading]
			if b.Level < next.Level || next.Level == h.Level && marked(next.Text) != numbered && marked(b.Text) == numbered {
				break
			}
			s.children = append(s.children, c)
			s.container = s.container || c.words > 0
		}
	}
}

// marked reports whether a heading begins with a list marker.
func marked(s string) bool {
	f := strings.FieldsFunc(s, unicode.IsSpace)
	if len(f) < 2 {
		return false
	}
	w := strings.TrimRight(f[0], ".:)-–،")
	return w != f[0] && ordinal(strings.ToLower(w))
}

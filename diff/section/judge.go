package section

import (
	"cmp"
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

// unit is what is judged as one: a paragraph, or a lead and its short items.
type unit struct {
	from, to int // blocks
	text     *text
	matcher  *matcher
	scores   scores
	used     []hit
}

// part of the document under one heading, or before the first.
type stretch struct {
	heading  int // block, -1 when there is none
	from, to int // blocks, heading included
	units    []unit
	words    int // in the body

	headText    *text
	headMatcher *matcher
	head        scores
	headUsed    []hit
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
		b := &doc.Blocks[s.heading]
		s.headText = newText(b.Text)
		s.headMatcher = r.matcher(doc.Lang, b.Text)
		if s.headMatcher != nil {
			s.head, s.headUsed, s.spoken = s.headMatcher.headingScores(s.headText)
			if len(s.head) == 0 && s.headMatcher.rtl && len(s.headText.words) > 1 {
				s.head, s.headUsed = s.headMatcher.reversedScores(s.headText)
			}
		}
	}
	for _, u := range units(doc.Blocks, body, s.to) {
		u.text = newText(unitText(doc.Blocks[u.from:u.to]))
		s.words += len(u.text.words)
		u.matcher = r.matcher(doc.Lang, u.text.raw)
		if u.matcher != nil {
			u.scores, u.used = u.matcher.bodyScores(u.text)
		}
		s.units = append(s.units, u)
	}
}

// headingScores weighs t as a heading. Where it says nothing that headings
// say, it may still be a sentence: "We do not sell your data".
func (m *matcher) headingScores(t *text) (s scores, used []hit, spoken bool) {
	first := 0
	for first < len(t.words) && ordinal(t.words[first].Text) {
		first++
	}
	hits := m.hits(t)
	s, used = m.evidence(hits, func(h hit) float64 {
		p := &m.phrases[h.phrase]
		if !p.heading || p.whole && (h.from > first || h.to < len(t.words)) {
			return 0
		}
		return p.weight
	})
	if len(s) > 0 {
		return s, used, false
	}
	s, used = m.evidence(hits, func(h hit) float64 {
		if p := &m.phrases[h.phrase]; !p.heading {
			return p.weight
		}
		return 0
	})
	return s, used, true
}

// reversedScores weighs a heading whose words stand in reversed order, as some
// PDF writers leave them.
func (m *matcher) reversedScores(t *text) (scores, []hit) {
	back := &text{raw: t.raw, words: slices.Clone(t.words), sentence: make([]int32, len(t.words)), sentences: t.sentences}
	slices.Reverse(back.words)
	n := len(t.words)
	s, used, _ := m.headingScores(back)
	for i, h := range used {
		used[i].from, used[i].to = n-h.to, n-h.from
	}
	return s, used
}

// bodyScores weighs a unit. A few words before a colon or a cell's end at its
// beginning count as a heading: "Retention: six months".
func (m *matcher) bodyScores(t *text) (scores, []hit) {
	lead := leadWords(t)
	hits := m.hits(t)
	first := 0
	for first < lead && ordinal(t.words[first].Text) {
		first++
	}
	return m.evidence(hits, func(h hit) float64 {
		p := &m.phrases[h.phrase]
		if !p.heading {
			return p.weight
		}
		if h.to > lead || p.whole && (h.from > first || h.to < lead) {
			return 0
		}
		return p.weight
	})
}

// leadWords counts the words before an early colon or cell border; 0 when
// there is none.
func leadWords(t *text) int {
	const most = 8
	for i := 0; i < len(t.words) && i < most; i++ {
		end := len(t.raw)
		if i+1 < len(t.words) {
			end = t.words[i+1].From
		}
		between := t.raw[t.words[i].To:end]
		if strings.ContainsAny(between, ":：|\t") && end < len(t.raw) {
			return i + 1
		}
		if strings.ContainsAny(between, ".،,;؛?؟!\n") {
			return 0
		}
	}
	return 0
}

// ordinal reports whether a word only numbers what follows it.
func ordinal(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n == len(w) || unicode.IsDigit(r) || w == "الف" || w == "ii" || w == "iii" || w == "iv" || w == "vi" || w == "vii"
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
			open = len(b.Text) > 0 && !strings.ContainsRune(".!?؟۔»\"”)", last)
		}
	}
	return out
}

// unitText joins blocks: lines of one paragraph with a space, items with a
// line break, which ends a sentence.
func unitText(blocks []record.Block) string {
	if len(blocks) == 1 {
		return blocks[0].Text
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
		b.WriteString(blocks[i].Text)
	}
	return b.String()
}

// adopt finds the headings without a body that stand above others.
func (j *judgement) adopt() {
	for i, s := range j.stretches {
		if s.heading < 0 || s.words > 0 || i+1 == len(j.stretches) {
			continue
		}
		h, next := &j.doc.Blocks[s.heading], &j.doc.Blocks[j.stretches[i+1].heading]
		below := next.Level > h.Level ||
			strings.HasSuffix(strings.TrimSpace(h.Text), ":") || marked(next.Text) && !marked(h.Text)
		if !below {
			continue
		}
		for _, c := range j.stretches[i+1:] {
			if j.doc.Blocks[c.heading].Level < next.Level || next.Level == h.Level && marked(next.Text) && !marked(j.doc.Blocks[c.heading].Text) {
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

// opening returns the first stretch that has both a heading and a body.
func (j *judgement) opening() *stretch {
	for _, s := range j.stretches {
		if s.heading >= 0 && s.words > 0 {
			return s
		}
	}
	return nil
}

// verdict is one topic accepted for a section.
type verdict struct {
	topic record.Topic
	score float64
}

func (j *judgement) sections() []record.Section {
	out := []record.Section{}
	for _, s := range j.stretches {
		if s.heading < 0 {
			out = append(out, j.loose(s)...)
			continue
		}
		out = append(out, j.headed(s)...)
	}
	return out
}

// headed makes the section of a heading, followed by the paragraphs in it that
// are about something else.
func (j *judgement) headed(s *stretch) []record.Section {
	b := &j.doc.Blocks[s.heading]
	sec := record.Section{Heading: b.Text, Level: b.Level, Topics: []record.Topic{}, From: s.from, To: s.to}
	if s.words == 0 && !s.container {
		return []record.Section{sec} // K2: a heading alone covers nothing
	}
	units := s.units
	for _, c := range s.children {
		units = append(units, c.units...)
	}
	best, total, count := scores{}, scores{}, map[record.Topic]int{}
	for _, u := range units {
		for t, v := range u.scores {
			best[t] = max(best[t], v)
			total[t] += min(v, 1.5)
			if v >= enough {
				count[t]++
			}
		}
	}
	pervaded := false // whether one topic runs through the body
	for t, n := range count {
		pervaded = pervaded || total[t] >= 2 && 2*n >= len(units)
	}
	clear := 0.0 // what the heading says most clearly
	for _, v := range s.head {
		clear = max(clear, v)
	}
	var topics []verdict
	has := func(t record.Topic) bool {
		return slices.ContainsFunc(topics, func(v verdict) bool { return v.topic == t })
	}
	for _, t := range record.Topics() {
		h := s.head[t]
		switch {
		case h >= named && best[t] == 0 && s.words >= 40 && pervaded:
			// The heading misleads: the body never speaks of it and speaks
			// plainly of something else.
		case h >= named, h >= hinted && !s.spoken && h+best[t] >= enough && (clear < named || best[t] >= enough):
			topics = append(topics, verdict{t, 1 + h + best[t]})
		}
	}
	titled := len(topics) > 0 && !s.spoken
	if !titled && s == j.opening() && s.words >= 8 {
		// What stands under the statement's own title introduces it.
		topics = append(topics, verdict{record.PurposeScope, max(0.5, best[record.PurposeScope])})
	}
	bar := func(t record.Topic) float64 {
		if titled && soft(t) && count[t] < 2 {
			return plenty
		}
		return enough
	}
	if !s.container {
		topics = append(topics, shared(units, best, total, bar, has, titled)...)
	}
	known := j.fill(&sec, topics, s, units)
	out := []record.Section{sec}
	if s.container {
		return out
	}
	for _, u := range s.units {
		var more []verdict
		for _, t := range record.Topics() {
			if u.scores[t] >= bar(t) && !has(t) {
				more = append(more, verdict{t, u.scores[t]})
			}
		}
		if len(more) > 0 {
			in := record.Section{Implicit: true, From: u.from, To: u.to}
			j.fill(&in, more, nil, []unit{u})
			out = append(out, in)
		}
	}
	if known && len(sec.Topics) == 0 && s.words > 0 {
		out[0].Topics = []record.Topic{record.Other}
	}
	return out
}

// shared finds the topics that a section has from its body alone: those of a
// good part of its units, under a heading that says nothing also those that
// weigh most, and where no unit is plain, what all of them add up to.
func shared(units []unit, best, total scores, bar func(record.Topic) float64, has func(record.Topic) bool, titled bool) []verdict {
	var out []verdict
	top, plain, most := record.Topic(""), false, 0.0
	for _, v := range total {
		most = max(most, v)
	}
	for _, t := range record.Topics() {
		if has(t) || t == record.Other {
			continue
		}
		count := 0
		for _, u := range units {
			if u.scores[t] >= bar(t) {
				count++
			}
		}
		plain = plain || count > 0
		if count > 0 && (float64(count) >= share*float64(len(units)) || !titled && 2*total[t] >= most) {
			out = append(out, verdict{t, best[t]})
		}
		if top == "" || total[t] > total[top] {
			top = t
		}
	}
	if !plain && len(out) == 0 && top != "" && total[top] >= 1.5*bar(top) {
		out = append(out, verdict{top, total[top] / 2})
	}
	return out
}

// loose makes implicit sections of the blocks before the first heading: a new
// one begins where a unit has a topic that the one before has not.
func (j *judgement) loose(s *stretch) []record.Section {
	var out []record.Section
	var run []unit
	var topics []verdict
	flush := func() {
		if len(run) == 0 {
			return
		}
		sec := record.Section{Implicit: true, Topics: []record.Topic{}, From: run[0].from, To: run[len(run)-1].to}
		j.fill(&sec, topics, nil, run)
		out = append(out, sec)
		run, topics = nil, nil
	}
	for _, u := range s.units {
		var mine []verdict
		fresh := false
		for _, t := range record.Topics() {
			if u.scores[t] >= enough {
				mine = append(mine, verdict{t, u.scores[t]})
				fresh = fresh || !slices.ContainsFunc(topics, func(v verdict) bool { return v.topic == t })
			}
		}
		if fresh && (len(topics) > 0 || len(run) > 0 && len(mine) > 0) {
			flush()
		}
		if len(topics) == 0 {
			topics = mine
		}
		run = append(run, u)
	}
	flush()
	return out
}

// fill writes the accepted topics into a section, the surest first, with the
// words that decided. It reports whether any of the text could be read.
func (j *judgement) fill(sec *record.Section, topics []verdict, s *stretch, units []unit) (known bool) {
	slices.SortStableFunc(topics, func(a, b verdict) int { return cmp.Compare(b.score, a.score) })
	sec.Topics = make([]record.Topic, 0, len(topics))
	for _, v := range topics {
		sec.Topics = append(sec.Topics, v.topic)
	}
	if len(topics) > 0 {
		sec.Confidence = float64(int(100*min(0.99, 0.4+0.2*topics[0].score))) / 100
	}
	const most = 8
	collect := func(t *text, m *matcher, used []hit) {
		for _, h := range used {
			if len(sec.Words) >= most || !slices.Contains(sec.Topics, m.phrases[h.phrase].topic) {
				continue
			}
			w := t.raw[t.words[h.from].From:t.words[h.to-1].To]
			if !slices.Contains(sec.Words, w) {
				sec.Words = append(sec.Words, w)
			}
		}
	}
	if s != nil {
		known = known || s.headMatcher != nil
		collect(s.headText, s.headMatcher, s.headUsed)
	}
	for _, u := range units {
		if u.matcher != nil {
			known = true
			collect(u.text, u.matcher, u.used)
		}
	}
	return known
}

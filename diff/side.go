package diff

import (
	"index/suffixarray"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/diff/align"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// side is one document under comparison with what is worked out about it. What
// depends on a block or a section is worked out once, so that a block of a
// megabyte costs no more for having thousands of sentences.
type side struct {
	doc    *record.Document
	old    bool
	page   *pageWords
	ss     []align.Sentence
	group  []int // of each sentence, its place in Alignment.Groups
	groups []align.Group
	// within is each block's section, -1 for none. own are the topics of the
	// implicit sections that hold a block, which its own words make.
	within []int
	own    map[int][]record.Topic
	sure   map[int][]record.Topic // those of own that are no passing mention
	// heads is each section's heading among the sentences, -1 for none.
	heads []int
	faces []face
	says  map[int]bool
	edges [2]edge

	whole    string
	lookups  int
	index    *suffixarray.Index
	headings map[string]bool
}

func newSide(doc *record.Document, lang *tongue, ss []align.Sentence, group []int, groups []align.Group) *side {
	s := &side{doc: doc, page: lang.page, ss: ss, group: group, groups: groups, own: make(map[int][]record.Topic), sure: make(map[int][]record.Topic), says: make(map[int]bool),
		faces: make([]face, len(doc.Blocks)), within: align.SectionOf(doc), heads: make([]int, len(doc.Sections))}
	for k := range doc.Sections {
		sec := &doc.Sections[k]
		s.heads[k] = -1
		if sec.Implicit {
			for i := max(sec.From, 0); i < min(sec.To, len(doc.Blocks)); i++ {
				s.own[i] = append(s.own[i], sec.Topics...)
				if sec.Confidence >= sure {
					s.sure[i] = append(s.sure[i], sec.Topics...)
				}
			}
		}
	}
	for i := range ss {
		if k := ss[i].Section; k >= 0 && s.heads[k] < 0 && !doc.Sections[k].Implicit && ss[i].Block == doc.Sections[k].From {
			s.heads[k] = i
		}
	}
	s.edges = s.findEdges()
	return s
}

// size is the length of the text in bytes.
func (s *side) size() (n int) {
	for i := range s.doc.Blocks {
		n += len(s.doc.Blocks[i].Text)
	}
	return n
}

// heading is the heading that a sentence stands under.
func (s *side) heading(t align.Sentence) string {
	if t.Section < 0 {
		return ""
	}
	return s.doc.Sections[t.Section].Heading
}

// topics lists what a block is about: by its heading and by its own words.
func (s *side) topics(block int) []record.Topic {
	if k := s.within[block]; k >= 0 && !s.doc.Sections[k].Implicit {
		return append(slices.Clone(s.doc.Sections[k].Topics), s.own[block]...)
	}
	return s.own[block]
}

// sectionTopics lists the topics of section k and of the passages in it that
// are about something else than its heading says; at least "other".
func (s *side) sectionTopics(k int) (out []record.Topic) {
	sec := &s.doc.Sections[k]
	out = note(out, sec.Topics...)
	for i := max(sec.From, 0); i < min(sec.To, len(s.doc.Blocks)); i++ {
		out = note(out, s.own[i]...)
	}
	if len(out) == 0 {
		return []record.Topic{record.Other}
	}
	return out
}

// mainTopics lists what section k is about by its heading, and what a passage in
// it is about beyond doubt.
func (s *side) mainTopics(k int) (out []record.Topic) {
	sec := &s.doc.Sections[k]
	out = note(out, sec.Topics[:min(len(sec.Topics), 3)]...)
	for i := max(sec.From, 0); i < min(sec.To, len(s.doc.Blocks)); i++ {
		out = note(out, s.sure[i]...)
	}
	return out
}

// leads reports whether a section under a heading is about the topic before all else.
func (s *side) leads(t record.Topic) bool {
	return slices.ContainsFunc(s.doc.Sections, func(sec record.Section) bool { return !sec.Implicit && len(sec.Topics) > 0 && sec.Topics[0] == t })
}

// sure is the confidence of a topic that is no passing mention.
const sure = 0.75

// inner reports whether section k only repeats a part of a headed one.
func (s *side) inner(k int) bool {
	sec := &s.doc.Sections[k]
	if !sec.Implicit || sec.From < 0 || sec.From >= len(s.within) {
		return false
	}
	in := s.within[sec.From]
	return in >= 0 && !s.doc.Sections[in].Implicit
}

// carries reports whether any topic says something of the statement's subject.
func carries(ts []record.Topic) bool {
	return slices.ContainsFunc(ts, func(t record.Topic) bool { return t != record.Other })
}

// note adds topics to a list, once each, and leaves out "other".
func note(list []record.Topic, ts ...record.Topic) []record.Topic {
	for _, t := range ts {
		if t != record.Other && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// face is what a block looks like, whatever it says.
type face struct {
	known bool
	// link: a link and nothing else, an entry of a menu or a table of contents.
	link bool
	// linked: part of the block is a link.
	linked bool
	// button: a skip link, a share bar, a counter, a feedback prompt.
	button bool
	// prose: running text, a sentence with its end or many words.
	prose bool
	// states: an address or a number, something to reach or hold someone by.
	states bool
	// mail: an e-mail address.
	mail bool
	// private: a word that any statement uses; nil while nobody has asked.
	private *bool
}

func (s *side) face(block int) *face {
	f := &s.faces[block]
	if f.known {
		return f
	}
	b := &s.doc.Blocks[block]
	f.known, f.linked, f.link = true, len(b.Links) > 0, isLink(b)
	f.button = s.page.furniture(b.Text)
	if b.Kind != record.Heading && !f.link {
		// A table's cells are short by nature.
		f.prose = b.Kind == record.Row || runs(b.Text)
	}
	f.mail = mail.MatchString(b.Text)
	f.states = !f.link && states(b, f.mail)
	return f
}

// private reports whether a block has a word that any statement uses. Few blocks
// are asked, and the answer costs more than the rest of their face.
func (s *side) private(block int) bool {
	f := s.face(block)
	if f.private == nil {
		yes := s.page.private(s.doc.Blocks[block].Text)
		f.private = &yes
	}
	return *f.private
}

// runs reports whether a text runs on like prose.
func runs(text string) bool {
	n := 0
	for range strings.FieldsSeq(text) {
		if n++; n >= 16 {
			return true
		}
	}
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, " \"'”’»)]*_"))
	return n >= 8 && strings.ContainsRune(".!?؟۔:;؛…", r)
}

// states reports whether a line states a number or an address. The year of a
// copyright line is none, nor a small number in a list's entry or a heading.
func states(b *record.Block, mail bool) bool {
	if strings.ContainsAny(b.Text, "©®") {
		return false
	}
	digits := 0
	for _, r := range b.Text {
		if unicode.IsDigit(r) {
			if digits++; digits >= 7 {
				return true
			}
		}
	}
	return mail || digits > 0 && (b.Kind == record.Paragraph || b.Kind == record.Row)
}

var (
	mail    = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w`)
	address = regexp.MustCompile(`https?://\S+`)
)

// isLink reports whether a block is a link and nothing else.
func isLink(b *record.Block) bool {
	if len(b.Text) > 200 {
		return false
	}
	if len(b.Links) == 0 {
		return strings.Contains(b.Text, "://") && letters(address.ReplaceAllString(b.Text, "")) < 3
	}
	linked := 0
	for _, l := range b.Links {
		linked += letters(l.Text)
	}
	return linked*10 >= letters(b.Text)*9
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// longKey is the least length, in bytes of canonical text, from which a
// sentence is not found in another text by chance.
const longKey = 40

// plain is how many bytes are searched without an index.
const plain = 1 << 24

// isHeading reports whether a short sentence is a heading of the document: the
// entry of a table of contents.
func (s *side) isHeading(t align.Sentence) bool {
	if s.headings == nil {
		s.headings = make(map[string]bool)
		for i := range s.doc.Blocks {
			if b := &s.doc.Blocks[i]; b.Kind == record.Heading {
				s.headings[canon.Key(b.Text)] = true
			}
		}
	}
	return s.headings[key(t)]
}

// times counts how often the document says what a key stands for, within a
// longer sentence or by itself; 0 for what is too short to be found without
// chance.
func (s *side) times(k string) int {
	if len(k) < longKey {
		return 0
	}
	if s.whole == "" {
		s.whole = canon.Key(strings.Join(s.doc.Texts(), "\n"))
	}
	if s.lookups++; s.lookups*len(s.whole) <= plain {
		return strings.Count(s.whole, k)
	}
	if s.index == nil {
		s.index = suffixarray.New([]byte(s.whole))
	}
	return len(s.index.Lookup([]byte(k), 100))
}

func key(t align.Sentence) string {
	if t.Key == "" {
		return canon.Key(t.Text)
	}
	return t.Key
}

package section

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"policywatch/store/record"
)

// Check holds a labelled document against a profile: one finding for each
// element, in the profile's order, and after them the observations (see
// observe). Label must have been called on doc.
//
// A finding is present with the sentence that shows it, word for word as the
// document has it; absent when the document was read and says nothing of it;
// unknown when that cannot be told: the page was not judged to be a statement,
// or its language has no words for the element.
func (r *Reader) Check(doc *record.Document, p record.Profile) []record.Finding {
	c := &checker{r: r, doc: doc, profile: p, lang: baseLanguage(doc.Lang)}
	out := make([]record.Finding, 0, len(p.Elements)+4)
	for _, e := range p.Elements {
		out = append(out, c.element(e))
	}
	return append(out, c.observe()...)
}

// checker is one check of one document.
type checker struct {
	r       *Reader
	doc     *record.Document
	profile record.Profile
	lang    string
	// texts holds each block cut up, once it was needed.
	texts map[int]*passage
}

func (c *checker) element(e record.Element) record.Finding {
	f := record.Finding{ID: e.ID, Title: e.Title["en"], Citation: e.Citation, Must: e.Must, Topics: slices.Concat(e.Any, e.All)}
	if f.Topics == nil {
		f.Topics = []record.Topic{}
	}
	if reason, told := c.blind(); reason != "" {
		return because(f, record.StatusUnknown, reason, told)
	}
	for _, t := range f.Topics {
		if !c.r.speaks(c.lang, t) {
			return because(f, record.StatusUnknown, fmt.Sprintf("the lexicon of %q has no words for %s", c.lang, t),
				record.Say("told.find.no_topic_words", inLanguages(c.lang), record.About(t)))
		}
	}
	sections := c.covering(e)
	if len(f.Topics) > 0 && len(sections) == 0 {
		return because(f, record.StatusAbsent, "no section is about "+list(f.Topics), record.Say("told.find.no_section", record.About(f.Topics...)))
	}
	if len(e.Words) > 0 {
		return c.byWords(f, e, sections)
	}
	return c.byTopic(f, e, sections)
}

// because gives a finding that is not present its verdict and the reason, in
// English and as data.
func because(f record.Finding, status record.Status, reason string, told ...record.Sentence) record.Finding {
	f.Status, f.Reason, f.Told = status, reason, told
	return f
}

func inLanguages(codes ...string) record.Value {
	return record.Value{Kind: record.ValueLanguage, Texts: codes}
}

// blind says why nothing can be told of the document, empty when it can.
func (c *checker) blind() (reason string, told record.Sentence) {
	if v := c.doc.Quality.Verdict; v != record.VerdictStatement {
		if v == "" {
			return "nobody judged whether the page is a statement", record.Say("told.find.unjudged")
		}
		return fmt.Sprintf("the page was judged %q, not a statement", v), record.Say("told.find.no_statement", record.Clauses(record.Clause{Key: "verdict." + string(v)}))
	}
	if c.r.language(c.lang) == nil {
		return fmt.Sprintf("there is no lexicon for the language %q", c.doc.Lang), record.Say("told.find.no_lexicon", inLanguages(c.doc.Lang))
	}
	return "", record.Sentence{}
}

// covering returns the sections that carry an element's topics, those of its
// first topic first and the surest first among them; all sections for an element
// without topics.
func (c *checker) covering(e record.Element) []record.Section {
	if len(e.Any)+len(e.All) == 0 {
		return c.doc.Sections
	}
	covers := c.doc.Covers()
	for _, t := range e.All {
		if !covers[t] {
			return nil
		}
	}
	topics := slices.Concat(e.Any, e.All)
	rank := func(s record.Section) int {
		return slices.IndexFunc(topics, func(t record.Topic) bool { return slices.Contains(s.Topics, t) })
	}
	var out []record.Section
	for _, s := range c.doc.Sections {
		if rank(s) >= 0 {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b record.Section) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Confidence, a.Confidence))
	})
	return out
}

// byTopic finds the sentence that shows the topics most plainly.
func (c *checker) byTopic(f record.Finding, e record.Element, sections []record.Section) record.Finding {
	if len(e.Facts) > 0 && !c.hasFact(e.Facts, sections) {
		return because(f, record.StatusAbsent, fmt.Sprintf("a section is about %s, but names none of: %s", list(f.Topics), list(e.Facts)),
			record.Say("told.find.no_fact", record.About(f.Topics...), nouns(e.Facts)))
	}
	best := quote{score: math.Inf(-1)}
	for _, s := range sections {
		for b := s.From; b < s.To; b++ {
			p := c.text(b)
			if p.matcher == nil {
				continue
			}
			if c.doc.Blocks[b].Kind == record.Heading {
				continue // a heading promises; the body shows
			}
			for i, t := range f.Topics {
				if !slices.Contains(s.Topics, t) {
					continue
				}
				q := p.plainest(t)
				if q.text == "" {
					continue
				}
				// Of sentences that say it about as well the one about the first
				// topic counts, then the one in the surest section.
				if q.score += s.Confidence/2 - float64(i); q.score > best.score {
					best = q
					best.section = c.headingOf(s)
				}
			}
		}
	}
	f.Status = record.StatusPresent
	if best.text == "" {
		// Only the heading names it; the body's first sentence stands for it.
		best = c.opening(sections[0])
		f.Reason = fmt.Sprintf("the heading %q names %s", sections[0].Heading, list(f.Topics))
	} else {
		f.Reason = fmt.Sprintf("a section is about %s: %q", list(f.Topics), best.words)
	}
	f.Evidence = &record.Evidence{Quote: best.text, Section: best.section}
	return f
}

// byWords finds a sentence with one of the element's phrases.
func (c *checker) byWords(f record.Finding, e record.Element, sections []record.Section) record.Finding {
	known := false
	var best quote
	var phrases *matcher
	lang := ""
	for _, s := range sections {
		for b := s.From; b < s.To && best.score < 1; b++ {
			p := c.text(b)
			if p.matcher == nil || len(e.Words[p.matcher.lang]) == 0 {
				continue
			}
			known = true
			// A body is better evidence than a heading.
			score := 1.0
			if c.doc.Blocks[b].Kind == record.Heading {
				score = 0.5
			}
			if p.matcher.lang != lang {
				lang = p.matcher.lang
				phrases = c.r.phrases(lang, e.Words[lang])
			}
			if h, met := p.firstOf(phrases); met && score > best.score {
				best = p.sentenceOf(h)
				best.score, best.section = score, c.headingOf(s)
			}
		}
	}
	if best.score > 0 {
		f.Status = record.StatusPresent
		f.Evidence = &record.Evidence{Quote: best.text, Section: best.section}
		f.Reason = fmt.Sprintf("the statement says %q", best.words)
		return f
	}
	if !known && len(e.Words[c.lang]) == 0 {
		return because(f, record.StatusUnknown, fmt.Sprintf("the profile has no words for this in the language %q", c.lang),
			record.Say("told.find.no_profile_words", inLanguages(c.lang)))
	}
	if len(f.Topics) == 0 {
		return because(f, record.StatusAbsent, "nothing in the statement says so", record.Say("told.find.not_said"))
	}
	return because(f, record.StatusAbsent, fmt.Sprintf("the sections about %s do not say so", list(f.Topics)),
		record.Say("told.find.not_said_there", record.About(f.Topics...)))
}

// nouns are kinds of facts as a sentence speaks of them.
func nouns(kinds []record.FactKind) record.Value {
	out := make([]record.Clause, len(kinds))
	for i, k := range kinds {
		out[i].Key = "fact." + string(k)
	}
	return record.Clauses(out...)
}

func (c *checker) hasFact(kinds []record.FactKind, sections []record.Section) bool {
	for _, f := range c.doc.Facts {
		if slices.Contains(kinds, f.Kind) && slices.ContainsFunc(sections, func(s record.Section) bool { return s.From <= f.Block && f.Block < s.To }) {
			return true
		}
	}
	return false
}

// text returns a block cut up for matching.
func (c *checker) text(block int) *passage {
	if p := c.texts[block]; p != nil {
		return p
	}
	if c.texts == nil {
		c.texts = map[int]*passage{}
	}
	p := c.r.passage(c.doc.Lang, c.doc.Blocks[block].Text)
	c.texts[block] = &p
	return &p
}

// headingOf returns the heading that a section stands under.
func (c *checker) headingOf(s record.Section) string {
	if !s.Implicit {
		return s.Heading
	}
	heading := ""
	for _, o := range c.doc.Sections {
		if !o.Implicit && o.From <= s.From && s.To <= o.To {
			heading = o.Heading
		}
	}
	return heading
}

// opening quotes the first sentence of a section's body.
func (c *checker) opening(s record.Section) quote {
	for b := s.From; b < s.To; b++ {
		if c.doc.Blocks[b].Kind == record.Heading && s.To-s.From > 1 {
			continue
		}
		if p := c.text(b); len(p.text.sentences) > 0 {
			at := p.text.sentences[0]
			return quote{text: p.text.raw[at.From:at.To], section: c.headingOf(s)}
		}
	}
	return quote{text: s.Heading, section: c.headingOf(s)}
}

// quote is a sentence of a block and the words in it that say the thing.
type quote struct {
	text, words, section string
	score                float64
}

// plainest returns the sentence in which the phrases of a topic weigh most.
func (p *passage) plainest(t record.Topic) quote {
	_, used := p.matcher.evidence(p.hits, func(_ hit, ph *phrase) float64 {
		if ph.heading || ph.topic != t {
			return 0
		}
		return ph.weight
	})
	weights := make(map[int32]float64, len(used))
	var best quote
	for _, h := range used { // the weightiest first
		k := p.text.sentence[h.from]
		weights[k] += p.matcher.phrases[h.phrase].weight
	}
	for _, h := range used {
		if w := weights[p.text.sentence[h.from]]; w > best.score {
			best = p.sentenceOf(h)
			best.score = w
		}
	}
	return best
}

// sentenceOf quotes the sentence that a hit begins in, and the next where the
// hit reaches into it.
func (p *passage) sentenceOf(h hit) quote {
	first := p.text.sentences[p.text.sentence[h.from]]
	last := p.text.sentences[p.text.sentence[h.to-1]]
	return quote{text: p.text.raw[first.From:last.To], words: p.text.raw[p.text.words[h.from].From:p.text.words[h.to-1].To]}
}

// list joins names for a sentence.
func list[T ~string](names []T) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, " or ")
}

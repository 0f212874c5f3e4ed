package diff

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// What a capture must have lost to be called half-loaded, beyond what an editor
// takes out in one go.
const (
	collapse     = 0.30 // of the old text is left
	manyTopics   = 3    // topics gone from the whole statement
	manySections = 3    // sections gone, nothing added or reworded
	stillWhole   = 0.7  // of the old topics are covered by what is left
	remnant      = 0.1  // of the old text, less than which is nothing
	notice       = 1500 // bytes of text up to which a page may be a mere notice
)

// balance sums up what a comparison says about completeness. pure means that
// nothing was added or reworded.
type balance struct {
	oldLen, newLen int // bytes of text
	pure           bool
	sections       int // of the old side that have text
	goneSections   int
	scattered      bool // they stood in several places, or at the end
	goneTopics     []record.Topic
	coverage       float64 // part of the old topics that the new side covers
	brokenOff      bool    // the new text ends within a sentence of the old one
	hole           int     // numbered sections missing although the later ones kept their numbers
}

// weigh sums up the comparison.
func (x *comparison) weigh() balance {
	b := balance{pure: true}
	for _, s := range x.al.Old {
		b.oldLen += len(s.Text)
	}
	for _, s := range x.al.New {
		b.newLen += len(s.Text)
	}
	for i := range x.passages {
		p := &x.passages[i]
		if p.weight < slight {
			continue
		}
		switch p.op() {
		case record.EditInsert:
			b.pure = false
		case record.EditReplace:
			if p.shortened {
				b.brokenOff = b.brokenOff || x.breaksOff(p)
			} else {
				b.pure = false
			}
		}
	}
	was, is := x.old.doc.Covers(), x.new.doc.Covers()
	all := 0
	for _, t := range record.Topics() {
		if t == record.Other || !was[t] {
			continue
		}
		all++
		if !is[t] {
			b.goneTopics = append(b.goneTopics, t)
		}
	}
	if all > 0 {
		b.coverage = 1 - float64(len(b.goneTopics))/float64(all)
	}
	gone := make(map[int]bool)
	for _, l := range x.losses {
		if l.heading != "" {
			b.goneSections++
			gone[l.section] = true
		}
	}
	runs, last := 0, false
	for k := range x.old.doc.Sections {
		if s := &x.old.doc.Sections[k]; !s.Implicit && s.To-s.From > 1 {
			b.sections++
			if gone[k] && !last {
				runs++
			}
			last = gone[k]
		}
	}
	b.scattered = runs > 1 || last
	b.hole = x.hole()
	return b
}

// hole returns the longest run of numbered headings that are missing in the new
// text while the numbers before and behind stand as they were. An editor who
// takes sections out closes the gap; a page that was not loaded whole cannot.
func (x *comparison) hole() int {
	have := make(map[int]bool)
	for _, n := range numbered(x.new.doc) {
		have[n] = true
	}
	run, longest, last := 0, 0, 0
	for _, n := range numbered(x.old.doc) {
		if n <= last || n > last+2 {
			run = 0 // another list, or numbers out of order: no evidence
		}
		last = n
		if have[n] {
			longest = max(longest, run)
			run = 0
		} else {
			run++
		}
	}
	return longest // a run at the end is no hole: the text may end there
}

// numbered lists the whole numbers that headings begin with.
func numbered(d *record.Document) (out []int) {
	for i := range d.Blocks {
		if d.Blocks[i].Kind != record.Heading {
			continue
		}
		w := words(d.Blocks[i].Text)
		if len(w) < 2 {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimRight(w[0], ".)")); err == nil && n > 0 && n < 100 {
			out = append(out, n)
		}
	}
	return out
}

// breaksOff reports whether the passage is the end of the new text and stops in
// the middle of a sentence.
func (x *comparison) breaksOff(p *passage) bool {
	if p.New.To != len(x.al.New) {
		return false
	}
	end, _ := utf8.DecodeLastRuneInString(strings.TrimRight(p.new, " \"'”’»)"))
	return !strings.ContainsRune(".!?؟۔:", end) && strings.HasPrefix(p.old, strings.TrimRight(p.new, " ….|"))
}

// half reports whether the new side looks like a half-loaded page: much of the
// statement is missing while what is left is as it was. The second result is a
// weaker suspicion, for Change.Suspect.
func (x *comparison) half() (why *record.Sentence, suspect string) {
	b := x.weigh()
	left := float64(b.newLen) / float64(max(b.oldLen, 1))
	percent := record.Value{Kind: record.ValuePercent, Number: int(left*100 + 0.5)}
	say := func(key string, v record.Value) *record.Sentence {
		s := record.Say(key, v)
		return &s
	}
	switch {
	case b.pure && b.brokenOff && left < 0.95:
		return say("told.broken_off", percent), ""
	case left < remnant && x.kept() < remnant && b.newLen < notice:
		return say("told.notice", percent), ""
	case b.pure && left < collapse && b.coverage < stillWhole:
		return say("told.fraction", percent), ""
	case b.pure && b.hole >= 2 && b.goneSections >= 2:
		return say("told.hole", record.Count(b.hole)), ""
	case b.pure && b.goneSections >= manySections && b.goneSections*2 > b.sections && len(b.goneTopics) >= manyTopics:
		return say("told.mostly_missing", record.About(b.goneTopics...).AtMost(4)), ""
	case left < collapse:
		return nil, "collapse"
	// What stood together in the middle is taken out by an editor; what did not
	// come through is the end, or boxes here and there.
	case b.pure && b.goneSections >= 2 && len(b.goneTopics) >= 2 && b.scattered:
		return nil, "partial"
	}
	return nil, ""
}

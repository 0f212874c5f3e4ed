package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// clip cuts s to at most n runes, at the end of a word where one is near, never
// between a letter and its marks.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := max(n-1, 0)
	for i := cut; i > cut*3/4; i-- {
		if runes[i] == ' ' {
			cut = i
			break
		}
	}
	for cut > 0 && (unicode.In(runes[cut], unicode.Mn, unicode.Me, unicode.Cf) || unicode.Is(unicode.Cf, runes[cut-1])) {
		cut--
	}
	return strings.TrimRight(string(runes[:cut]), " ") + "…"
}

// run is a stretch of a comparison: words that both sides have (op ""), or only
// one. Folded counts words left out of a long equal stretch.
type run struct {
	Op     record.EditOp
	Text   string
	Folded int
	// lead and trail say that white space stood before or after the words: a full
	// stop that is a run of its own belongs to the word before it.
	lead, trail bool
}

// apart reports whether a space separates two runs that are shown in a row. What
// went and what came in its place are kept apart in any case.
func apart(a, b run) bool { return a.trail || b.lead || a.Op != "" && b.Op != "" }

// runs cuts an edit into stretches. An edit that carries no parts is cut where
// the two sides begin and end to differ.
func runs(e record.Edit) []run {
	var out []run
	// loose runs stand apart whether or not their text says so.
	loose := true
	add := func(op record.EditOp, text string) {
		r := run{Op: op, Text: speech.Clean(text), lead: loose || startsWithSpace(text), trail: loose || endsWithSpace(text)}
		switch {
		case r.Text != "":
			out = append(out, r)
		case text != "" && len(out) > 0:
			out[len(out)-1].trail = true // nothing but white space
		}
	}
	switch {
	case e.Op == record.EditDelete:
		add(record.EditDelete, e.Before)
	case e.Op == record.EditInsert:
		add(record.EditInsert, e.After)
	case e.Op == record.EditMove:
		add("", speech.First(e.After, e.Before))
	case len(e.Parts) > 0:
		// Parts that make up a side letter by letter carry their own spaces.
		loose = join(e.Parts, record.EditInsert) != e.Before && join(e.Parts, record.EditDelete) != e.After
		for _, p := range e.Parts {
			add(p.Op, p.Text)
		}
	default:
		before, after := strings.Fields(speech.Clean(e.Before)), strings.Fields(speech.Clean(e.After))
		head := 0
		for head < len(before) && head < len(after) && before[head] == after[head] {
			head++
		}
		tail := 0
		for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
			tail++
		}
		add("", strings.Join(before[:head], " "))
		add(record.EditDelete, strings.Join(before[head:len(before)-tail], " "))
		add(record.EditInsert, strings.Join(after[head:len(after)-tail], " "))
		add("", strings.Join(before[len(before)-tail:], " "))
	}
	return out
}

func join(parts []record.Part, hide record.EditOp) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Op != hide {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func startsWithSpace(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

func endsWithSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(r)
}

// fold leaves context words of each equal stretch on either side of what
// differs, so that a change at the end of a long sentence stays in sight. The
// words left out become a run of their own, which keeps them for who can unfold.
func fold(rs []run, context int) []run {
	var out []run
	for i, r := range rs {
		if r.Op != "" || len(rs) == 1 {
			out = append(out, r)
			continue
		}
		words := strings.Fields(r.Text)
		head, tail := context, context
		if i == 0 {
			head = 0
		}
		if i == len(rs)-1 {
			tail = 0
		}
		// Leaving out three words gains nothing.
		if len(words) <= head+tail+3 {
			out = append(out, r)
			continue
		}
		middle := words[head : len(words)-tail]
		if head > 0 {
			out = append(out, run{Text: strings.Join(words[:head], " "), lead: r.lead})
		}
		out = append(out, run{Text: strings.Join(middle, " "), Folded: len(middle), lead: head > 0 || r.lead, trail: tail > 0 || r.trail})
		if tail > 0 {
			out = append(out, run{Text: strings.Join(words[len(words)-tail:], " "), trail: r.trail})
		}
	}
	return out
}

// nothing is an operation that no run has.
const nothing record.EditOp = "nothing"

// side picks the runs that one side of the comparison shows, within limit
// letters, folded stretches as an ellipsis.
func side(rs []run, hide record.EditOp, limit int) []run {
	var out []run
	left := limit
	for _, r := range rs {
		if r.Op == hide {
			continue
		}
		if r.Folded > 0 {
			r.Text = "…"
			out = append(out, r)
			continue
		}
		if left <= 0 {
			break
		}
		r.Text = clip(r.Text, left)
		left -= len([]rune(r.Text))
		out = append(out, r)
	}
	return out
}

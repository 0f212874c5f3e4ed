package report

import (
	"strings"
	"unicode"

	"policywatch/store/record"
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
}

// runs cuts an edit into stretches. An edit that carries no parts is cut where
// the two sides begin and end to differ.
func runs(e record.Edit) []run {
	var out []run
	add := func(op record.EditOp, text string) {
		if text = clean(text); text != "" {
			out = append(out, run{Op: op, Text: text})
		}
	}
	switch {
	case e.Op == record.EditDelete:
		add(record.EditDelete, e.Before)
	case e.Op == record.EditInsert:
		add(record.EditInsert, e.After)
	case e.Op == record.EditMove:
		text := e.After
		if text == "" {
			text = e.Before
		}
		add("", text)
	case len(e.Parts) > 0:
		for _, p := range e.Parts {
			add(p.Op, p.Text)
		}
	default:
		before, after := strings.Fields(clean(e.Before)), strings.Fields(clean(e.After))
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
			out = append(out, run{Text: strings.Join(words[:head], " ")})
		}
		out = append(out, run{Text: strings.Join(middle, " "), Folded: len(middle)})
		if tail > 0 {
			out = append(out, run{Text: strings.Join(words[len(words)-tail:], " ")})
		}
	}
	return out
}

// side joins the runs that one side of the comparison shows, folded stretches
// as an ellipsis.
func side(rs []run, hide record.EditOp, limit int) []run {
	var out []run
	left := limit
	for _, r := range rs {
		if r.Op == hide {
			continue
		}
		if r.Folded > 0 {
			out = append(out, run{Text: "…"})
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

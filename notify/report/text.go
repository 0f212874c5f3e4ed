package report

import (
	"slices"
	"strings"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// Colours of a terminal, ECMA-48 SGR sequences.
const (
	plain  = ""
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// styles are the looks of what went and what came.
var styles = map[record.EditOp]string{record.EditDelete: red, record.EditInsert: green}

// text writes the page as lines.
func (p page) text(view View) string {
	t := &typesetter{dir: p.Dir, width: view.Width, colour: view.Colour}
	v := p.voice
	if p.Site != "" {
		t.line(0, span{text: speech.Isolate(p.Site, p.Dir), style: bold})
	}
	head := []span{{text: p.Headline, style: bold}}
	if p.Severity != "" {
		head = append(head, span{text: "(" + p.Severity + ")", style: shade(p.Level)})
	}
	t.line(0, head...)
	t.blank()
	for _, r := range p.Rows {
		value := span{text: r.Text}
		if r.Foreign {
			value = span{text: r.Text, dir: speech.LTR}
		}
		t.line(0, span{text: r.Label + ":", style: faint}, value)
	}
	t.head(len(p.Lost), v.Say("label.lost"))
	for _, e := range p.Lost {
		s := speech.Isolate(e.Title, p.Dir)
		if e.Citation != "" {
			s += " (" + speech.Isolate(e.Citation, p.Dir) + ")"
		}
		t.item(span{text: s})
	}
	t.more(p.More["lost"])
	t.head(len(p.Facts), v.Say("label.facts"))
	none := v.Say("absent")
	for _, f := range p.Facts {
		t.item(span{text: f.Label + ":"}, span{text: v.Say("arrow", speech.First(f.Before, none), speech.First(f.After, none))})
	}
	t.more(p.More["facts"])
	t.head(len(p.Flips), v.Say("label.flips"))
	for _, f := range p.Flips {
		p.replacement(t, f)
	}
	t.more(p.More["flips"])
	t.head(len(p.Groups), v.Say("label.edits"))
	if view.Side && len(p.Groups) > 0 {
		p.pair(t, []span{{text: p.name(false), style: faint}}, []span{{text: p.name(true), style: faint}})
	}
	for _, g := range p.Groups {
		p.group(t, g, view.Side)
	}
	t.more(p.More["edits"])
	return t.String()
}

// group writes what stands under one heading, in short where nothing changed.
func (p page) group(t *typesetter, g group, sides bool) {
	heading := span{text: g.Heading, style: bold, dir: p.QuoteDir}
	switch {
	case g.Same && g.Words == 0:
		return
	case g.Same && g.Heading != "":
		t.line(2, span{text: g.Heading, style: faint, dir: p.QuoteDir}, span{text: "… " + p.folded(g.Words), style: faint})
		return
	case g.Heading == "":
	case g.Op == "":
		t.line(2, heading)
	default:
		heading.style = styles[g.Op]
		t.line(2, heading, span{text: "(" + p.voice.Say("edit."+string(known(g.Op))) + ")", style: faint})
	}
	for _, e := range g.Edits {
		switch {
		case e.Op == "":
			t.line(4, span{text: "… " + p.folded(e.Words), style: faint})
		case sides:
			before, after := side(e.Runs, record.EditInsert, p.limits.quote), side(e.Runs, record.EditDelete, p.limits.quote)
			if e.Op == record.EditInsert {
				before = nil
			}
			if e.Op == record.EditDelete {
				after = nil
			}
			p.pair(t, p.spans(before), p.spans(after))
		case known(e.Op) == record.EditReplace:
			p.replacement(t, e.Runs)
		default:
			t.item(p.quote(e.Label, side(e.Runs, nothing, p.limits.quote))...)
		}
	}
}

// folded says how many words stand that are not shown.
func (p page) folded(n int) string { return p.voice.Count("fold", n, p.voice.Number(n)) }

// replacement writes what was reworded as one text with what went and what came
// amid it.
func (p page) replacement(t *typesetter, rs []run) {
	t.item(p.quote(p.voice.Say("edit.replace"), bracketed(side(rs, nothing, p.limits.quote)))...)
}

// quote sets a label and quoted words, each in its own direction.
func (p page) quote(label string, rs []run) []span {
	open, closing, _ := strings.Cut(p.voice.Phrase("quote"), "%s")
	out := []span{{text: label + ":", style: faint}, {text: open}}
	words := p.spans(rs)
	if len(words) > 0 {
		words[0].glue = open != ""
	}
	return append(append(out, words...), span{text: closing, glue: true})
}

// spans are the statement's words with the looks of what came and went.
func (p page) spans(rs []run) []span {
	var out []span
	way := p.way(rs)
	for i, r := range rs {
		out = append(out, span{text: r.Text, style: styles[r.Op], dir: way, glue: i > 0 && !apart(rs[i-1], r)})
	}
	return out
}

// bracketed marks what went and what came without colour too, as wdiff does.
func bracketed(rs []run) []run {
	out := slices.Clone(rs)
	for i := range out {
		switch out[i].Op {
		case record.EditDelete:
			out[i].Text = "[-" + out[i].Text + "-]"
		case record.EditInsert:
			out[i].Text = "{+" + out[i].Text + "+}"
		}
	}
	return out
}

func shade(s record.Severity) string {
	switch {
	case s.AtLeast(record.SeverityMajor):
		return red
	case s == record.SeverityMinor:
		return yellow
	}
	return plain
}

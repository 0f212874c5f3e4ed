package report

import (
	"strings"

	"policywatch/store/record"
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

// text writes the page as lines.
func (p page) text(width int, colour bool) string {
	t := &typesetter{dir: p.Dir, width: width, colour: colour}
	v := p.voice
	if p.Site != "" {
		t.line(0, span{text: isolate(p.Site, p.Dir), style: bold})
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
			value = span{text: r.Text, dir: ltr}
		}
		t.line(0, span{text: r.Label + ":", style: faint}, value)
	}
	t.head(len(p.Lost), v.say("label.lost"))
	for _, e := range p.Lost {
		s := isolate(e.Title, p.Dir)
		if e.Citation != "" {
			s += " (" + isolate(e.Citation, p.Dir) + ")"
		}
		t.item(span{text: s})
	}
	t.more(p.More["lost"])
	t.head(len(p.Facts), v.say("label.facts"))
	none := v.say("absent")
	for _, f := range p.Facts {
		t.item(span{text: f.Label + ":"}, span{text: v.say("arrow", firstOf(f.Before, none), firstOf(f.After, none))})
	}
	t.more(p.More["facts"])
	t.head(len(p.Flips), v.say("label.flips"))
	for _, f := range p.Flips {
		p.replacement(t, f)
	}
	t.more(p.More["flips"])
	t.head(len(p.Groups), v.say("label.edits"))
	for _, g := range p.Groups {
		if g.Heading != "" {
			t.line(2, span{text: g.Heading, style: bold, dir: p.QuoteDir})
		}
		for _, e := range g.Edits {
			p.edit(t, e)
		}
	}
	t.more(p.More["edits"])
	if p.limits == brief && p.Footer != "" {
		t.blank()
		for _, line := range append(p.Why[:len(p.Why):len(p.Why)], p.Footer) {
			t.line(0, span{text: line, style: faint})
		}
	}
	return t.String()
}

func (p page) edit(t *typesetter, e edit) {
	if known(e.Op) == record.EditReplace {
		p.replacement(t, e.Runs)
		return
	}
	t.item(p.quote(e.Label, side(e.Runs, nothing, p.limits.quote))...)
}

// replacement writes both sides, each on a line of its own so that it can be
// read as a sentence; in colour the differing words stand out.
func (p page) replacement(t *typesetter, rs []run) {
	v := p.voice
	t.item(p.quote(v.say("label.before"), side(rs, record.EditInsert, p.limits.quote))...)
	t.under(p.quote(v.say("label.after"), side(rs, record.EditDelete, p.limits.quote))...)
}

// quote sets a label and quoted words, each in its own direction.
func (p page) quote(label string, rs []run) []span {
	open, closing, _ := strings.Cut(p.voice.phrase("quote"), "%s")
	out := []span{{text: label + ":", style: faint}, {text: open}}
	for i, r := range rs {
		style := plain
		switch r.Op {
		case record.EditDelete:
			style = red
		case record.EditInsert:
			style = green
		}
		out = append(out, span{text: r.Text, style: style, dir: p.QuoteDir, glue: i == 0 && open != "" || i > 0 && !apart(rs[i-1], r)})
	}
	return append(out, span{text: closing, glue: true})
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

package report

import (
	"strings"

	"policywatch/store/record"
)

const (
	// nameLimit bounds names of sites and elements, in runes; a name is a line's
	// beginning, not the line.
	nameLimit = 80
	// valueLimit bounds a fact's value in a headline.
	valueLimit = 40
	// subjectLimit bounds the subject: mail programs show some sixty letters, and
	// a header line must stay below 998 octets (RFC 5322, 2.1.1) also when every
	// letter takes six.
	subjectLimit = 150
)

// title is the site's name for people, empty when the event has no site, as
// with two files compared.
func title(ev record.Event) string {
	return clip(clean(firstOf(ev.Name, ev.Site)), nameLimit)
}

// severity is the event's own, else its change's.
func severity(ev record.Event) record.Severity {
	if ev.Severity == "" && ev.Change != nil {
		return ev.Change.Severity
	}
	return ev.Severity
}

// subject is one line that names the site, what happened and how much it
// matters.
func (v voice) subject(ev record.Event) string {
	name, head := title(ev), v.headline(ev)
	s := severity(ev)
	told := s.Rank() > 0
	// The head may be long, by names of elements or addresses; the site and the
	// severity must survive it.
	head = clipIsolated(head, subjectLimit-len([]rune(name)))
	switch {
	case name != "" && told:
		return v.say("subject", name, head, v.severity(s))
	case name != "":
		return v.say("subject.plain", name, head)
	}
	return head
}

// clipIsolated clips a text of our own phrases and closes the isolates that the
// cut left open.
func clipIsolated(s string, n int) string {
	cut := clip(s, n)
	if cut == s {
		return s
	}
	open := strings.Count(cut, lri) + strings.Count(cut, rli) + strings.Count(cut, fsi) - strings.Count(cut, pdi)
	return cut + strings.Repeat(pdi, max(open, 0))
}

// headline says what happened, in half a sentence.
func (v voice) headline(ev record.Event) string {
	switch ev.Type {
	case record.EventFailing:
		if ev.Fault == nil {
			return v.say("head.failing")
		}
		return v.say("head.failing.why", v.inner(v.fault(ev.Fault.Kind)))
	case record.EventRecovered:
		return v.say("head.recovered")
	case record.EventGone:
		return v.say("head.gone")
	case record.EventMoved:
		return v.say("head.moved")
	case record.EventScanFinished:
		if ev.Scan == nil {
			return v.say("head.scan")
		}
		return v.say("head.scan.counts", v.number(ev.Scan.Sites), v.number(ev.Scan.Changed), v.number(ev.Scan.Faults))
	case record.EventReturned:
		return v.say("head.returned")
	case record.EventOutage:
		return v.say("head.outage")
	case record.EventTest:
		return v.say("head.test")
	}
	if ev.Change != nil {
		return v.change(ev)
	}
	return v.say("head.changed")
}

// change picks the gravest part of a change.
func (v voice) change(ev record.Event) string {
	c := ev.Change
	switch {
	case c.Class == record.ClassReturned, c.Class == record.ClassUnusable:
		return v.class(c.Class)
	case len(c.Dropped) > 0:
		return v.sections("head.dropped", c.Dropped)
	case len(c.Lost) > 0:
		var names []string
		for _, e := range lost(ev) {
			names = append(names, clip(e.Title, nameLimit))
		}
		return v.count("head.lost", len(names), v.list(v.quoted(names), 2))
	case len(c.Flips) > 0:
		return v.count("head.flip", len(c.Flips), v.number(len(c.Flips)))
	case len(c.Added) > 0:
		return v.sections("head.added", c.Added)
	case c.Class != record.ClassSubstantive && c.Class != record.ClassMinor:
		return v.class(c.Class)
	case len(c.Facts) == 1:
		f := c.Facts[0]
		label := v.factLabel(f.Kind)
		before, after := v.fact(f.Kind, f.Before, valueLimit), v.fact(f.Kind, f.After, valueLimit)
		switch {
		case f.Before == "":
			return v.say("head.fact.added", label, after)
		case f.After == "":
			return v.say("head.fact.removed", label, before)
		}
		return v.say("head.fact", label, before, after)
	case len(c.Facts) > 1:
		return v.say("head.facts", v.number(len(c.Facts)))
	case len(c.Altered) > 0 && c.Class == record.ClassSubstantive:
		return v.sections("head.altered", c.Altered)
	}
	return v.class(c.Class)
}

func (v voice) sections(key string, topics []record.Topic) string {
	return v.count(key, len(topics), v.list(v.quoted(v.topics(topics)), 3))
}

// inner makes a sentence fit inside another: without its full stop.
func (v voice) inner(s string) string { return strings.TrimRight(s, ".。") }

// element is a profile's element that the statement no longer meets.
type element struct{ Title, Citation string }

// lost looks up the elements that went; one that the findings do not name is
// shown by its ID.
func lost(ev record.Event) []element {
	var out []element
	for _, id := range ev.Change.Lost {
		e := element{Title: strings.ReplaceAll(clean(id), "_", " ")}
		for _, f := range ev.Findings {
			if f.ID == id {
				e = element{firstOf(clean(f.Title), e.Title), clean(f.Citation)}
			}
		}
		out = append(out, e)
	}
	return out
}

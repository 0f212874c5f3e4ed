package report

import (
	"strings"

	"policywatch/store/record"
	"policywatch/store/speech"
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
	return clip(speech.Clean(speech.First(ev.Name, ev.Site)), nameLimit)
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
		return v.Say("subject", name, head, v.Severity(s))
	case name != "":
		return v.Say("subject.plain", name, head)
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
	open := strings.Count(cut, speech.LRI) + strings.Count(cut, speech.RLI) + strings.Count(cut, speech.FSI) - strings.Count(cut, speech.PDI)
	return cut + strings.Repeat(speech.PDI, max(open, 0))
}

// headline says what happened, in half a sentence.
func (v voice) headline(ev record.Event) string {
	switch ev.Type {
	case record.EventFailing:
		if ev.Fault == nil {
			return v.Say("head.failing")
		}
		return v.Say("head.failing.why", speech.Inner(v.Fault(ev.Fault.Kind)))
	case record.EventRecovered:
		if ev.Site == "" { // the monitor's own network
			return v.Say("head.reached")
		}
		return v.Say("head.recovered")
	case record.EventGone:
		return v.Say("head.gone")
	case record.EventMoved:
		return v.Say("head.moved")
	case record.EventScanFinished:
		if ev.Scan == nil {
			return v.Say("head.scan")
		}
		return v.Say("head.scan.counts", v.Number(ev.Scan.Sites), v.Number(ev.Scan.Changed), v.Number(ev.Scan.Faults))
	case record.EventReturned:
		return v.Say("head.returned")
	case record.EventOutage:
		return v.Say("head.outage")
	case record.EventTest:
		return v.Say("head.test")
	}
	if ev.Change != nil {
		return v.change(ev)
	}
	return v.Say("head.changed")
}

// change picks the gravest part of a change.
func (v voice) change(ev record.Event) string {
	c := ev.Change
	switch {
	case c.Class == record.ClassReturned, c.Class == record.ClassUnusable:
		return v.Class(c.Class)
	case len(c.Dropped) > 0:
		return v.sections("head.dropped", c.Dropped)
	case len(c.Lost) > 0:
		var names []string
		for _, e := range v.lost(ev) {
			names = append(names, clip(e.Title, nameLimit))
		}
		return v.Count("head.lost", len(names), v.List(v.Quoted(names), 2))
	case len(c.Flips) > 0:
		return v.Count("head.flip", len(c.Flips), v.Number(len(c.Flips)))
	case len(c.Added) > 0:
		return v.sections("head.added", c.Added)
	case c.Class != record.ClassSubstantive && c.Class != record.ClassMinor:
		return v.Class(c.Class)
	case len(c.Facts) == 1:
		f := c.Facts[0]
		label := v.factLabel(f.Kind)
		before, after := v.fact(f.Kind, f.Before, valueLimit), v.fact(f.Kind, f.After, valueLimit)
		switch {
		case f.Before == "":
			return v.Say("head.fact.added", label, after)
		case f.After == "":
			return v.Say("head.fact.removed", label, before)
		}
		return v.Say("head.fact", label, before, after)
	case len(c.Facts) > 1:
		return v.Say("head.facts", v.Number(len(c.Facts)))
	case len(c.Altered) > 0 && c.Class == record.ClassSubstantive:
		return v.sections("head.altered", c.Altered)
	}
	return v.Class(c.Class)
}

func (v voice) sections(key string, topics []record.Topic) string {
	return v.Count(key, len(topics), v.List(v.Quoted(v.topics(topics)), 3))
}

// element is a profile's element that the statement no longer meets.
type element struct{ Title, Citation string }

// lost looks up the elements that went: their names in the voice's language where
// the reason brings them, else those of the findings; one that neither names is
// shown by its ID.
func (v voice) lost(ev record.Event) []element {
	named := make(map[string]element)
	for _, f := range ev.Findings {
		named[f.ID] = element{f.Title, f.Citation}
	}
	for _, s := range ev.Change.Told {
		for _, x := range s.Values {
			for _, n := range x.Elements {
				e := named[n.ID]
				named[n.ID] = element{speech.First(n.Title[v.Book.Lang], e.Title, n.Title["en"]), speech.First(n.Citation[v.Book.Lang], e.Citation, n.Citation["en"])}
			}
		}
	}
	var out []element
	for _, id := range ev.Change.Lost {
		e := named[id]
		out = append(out, element{speech.First(speech.Clean(e.Title), strings.ReplaceAll(speech.Clean(id), "_", " ")), speech.Clean(e.Citation)})
	}
	return out
}

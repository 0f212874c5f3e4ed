package main

import (
	"fmt"
	"slices"
	"strings"

	"policywatch/store/canon"
)

// remembered is how many earlier texts of a site the program knows again when they
// return; returns beyond that are changes like any other.
const remembered = 12

// truth is what the daemon should have found and told so far.
type truth struct {
	sites   map[string]*course // by domain
	domains []string           // by the simulator's number
	// due counts what is to be told until the next reckoning, by site and kind.
	due map[notice]int
	// may counts what may be told by then, or not.
	may map[notice]int
	// real, cosmetic and outages count edits of all epochs.
	real, cosmetic, outages int
}

// course is what happened to one site.
type course struct {
	// texts are the identities of its texts, the newest last.
	texts   []string
	version int
	// down says that the site fails in this epoch by the simulator's will.
	down bool
	// number is what the last edit made of a number, where it changed nothing else, and
	// run how often in a row that number alone changed. One that did so twice is taken
	// for a counter if nothing depends on it: then loose says that the newest version
	// may be missing.
	number string
	run    int
	loose  bool
}

// notice is one kind of message about one site; the empty site is the monitor.
type notice struct{ site, kind string }

// The kinds of notices: for who reads a statement it is all one whether the change
// is a dropped section.
const (
	change    = "change"
	failing   = "site.failing"
	recovered = "site.recovered"
	outage    = "monitor.outage"
)

func (t told) notice() notice {
	kind := t.Type
	if kind == "statement.changed" || kind == "statement.dropped_section" {
		kind = change
	}
	return notice{t.Data.Site, kind}
}

func newTruth(list []simulated) *truth {
	t := &truth{sites: map[string]*course{}, due: map[notice]int{}, may: map[notice]int{}}
	for _, s := range list {
		t.sites[s.domain()] = &course{version: 1}
		t.domains = append(t.domains, s.domain())
	}
	return t
}

// begin takes note of the texts of the first epoch.
func (t *truth) begin(sim *simulator) error {
	for id, domain := range t.domains {
		if err := t.sites[domain].read(sim, id); err != nil {
			return err
		}
	}
	return nil
}

// read takes note of the text as it is now and reports whether it was there before.
func (c *course) read(sim *simulator, id int) error {
	text, err := sim.text(id)
	if err == nil {
		c.texts = append(c.texts, canon.Identity(strings.Split(text, "\n")))
	}
	return err
}

// returned reports whether the newest text was there before.
func (c *course) returned() bool {
	last := len(c.texts) - 1
	return slices.Contains(c.texts[max(0, last-remembered):last], c.texts[last])
}

// advance takes note of the edits of an epoch, and what they make due.
func (t *truth) advance(sim *simulator) error {
	edits, err := sim.edits()
	if err != nil {
		return err
	}
	for _, e := range edits {
		domain := t.domains[e.ID]
		c := t.sites[domain]
		switch e.Class {
		case "real":
			if err := c.read(sim, e.ID); err != nil {
				return err
			}
			t.real++
			c.version++
			before, after, alone := e.number()
			if !alone || before == "" || canon.Text(before) != canon.Text(c.number) {
				c.run = 0
			}
			if alone {
				c.run++
			}
			c.number, c.loose = after, c.run > 2
			switch {
			case c.loose:
				t.may[notice{domain, change}]++
			case !c.returned():
				t.due[notice{domain, change}]++
			}
		case "cosmetic":
			t.cosmetic++
		case "outage":
			t.outages++
		}
		down := e.Class == "outage"
		if down != c.down {
			kind := recovered
			if down {
				kind = failing
			}
			t.due[notice{domain, kind}]++
			c.down = down
		}
	}
	return nil
}

// reckon strikes what was told out of what is due, and says what was told that was
// not due. What stays due has not been told.
func (t *truth) reckon(all []told) (wrong []string) {
	for _, x := range all {
		n := x.notice()
		if t.due[n] == 0 && t.may[n] > 0 {
			t.may[n]--
			continue
		}
		if t.due[n]--; t.due[n] < 0 {
			wrong = append(wrong, fmt.Sprintf("told and not true, or told twice: %s of %s, version %d: %s", n.kind, n.site, x.Data.Versions.To, x.Data.Reason))
		}
		if t.due[n] <= 0 {
			delete(t.due, n)
		}
	}
	return wrong
}

// missing lists what is due.
func (t *truth) missing() (out []string) {
	for n, times := range t.due {
		out = append(out, fmt.Sprintf("not told: %d × %s of %s", times, n.kind, n.site))
	}
	slices.Sort(out)
	return out
}

package report

import (
	"strings"

	"policywatch/store/record"
)

// whyLimit bounds how many routes are named: who is told by five routes need
// not read of the sixth.
const whyLimit = 5

// why says each cause in a line.
func (v voice) why(causes []record.Cause) []string {
	var out []string
	for _, c := range causes[:min(len(causes), whyLimit)] {
		var parts []string
		if c.Event != "" {
			parts = append(parts, v.eventName(c.Event))
		}
		if c.Floor != "" {
			parts = append(parts, v.say("why.floor", v.severity(c.Floor)))
		}
		for _, p := range []struct{ key, value string }{{"why.label", c.Label}, {"why.site", c.Site}, {"why.profile", c.Profile}} {
			if p.value != "" {
				parts = append(parts, v.say(p.key, clip(clean(p.value), nameLimit)))
			}
		}
		if len(parts) == 0 {
			parts = []string{v.say("why.all")}
		}
		out = append(out, v.say("why.route", v.route(c), v.row(parts)))
	}
	return out
}

// route is what a route is called. A number that names one is written as the
// language writes numbers.
func (v voice) route(c record.Cause) string {
	name := clip(clean(c.Route), nameLimit)
	if strings.Trim(name, "0123456789") == "" {
		return v.digits(name)
	}
	return name
}

// eventName is what a type of event is called where several are listed.
func (v voice) eventName(t record.EventType) string {
	return firstOf(v.phrase("event."+string(t)), clean(string(t)))
}

// short writes the page in a few lines.
func (p page) short() string {
	t := &typesetter{dir: p.Dir}
	t.line(0, span{text: p.Subject})
	for _, r := range p.Rows {
		switch {
		case r.Foreign:
			t.line(0, span{text: clipIsolated(r.Text, shortReason), dir: ltr})
		case r.Label == p.voice.say("label.reason"):
			t.line(0, span{text: clipIsolated(r.Text, shortReason)})
		}
	}
	for _, r := range p.Rows {
		if r.URL != "" {
			t.line(0, span{text: r.URL})
		}
	}
	return t.String()
}

// shortReason bounds the reason in a chat, in runes. With subject and addresses
// it stays below what the strictest service takes: 4096 letters.
const shortReason = 600

package report

import (
	"strconv"

	"policywatch/store/record"
	"policywatch/store/speech"
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
			parts = append(parts, v.Say("why.floor", v.Severity(c.Floor)))
		}
		for _, p := range []struct{ key, value string }{{"why.label", c.Label}, {"why.site", c.Site}, {"why.profile", c.Profile}} {
			if p.value != "" {
				parts = append(parts, v.Say(p.key, clip(speech.Clean(p.value), nameLimit)))
			}
		}
		if len(parts) == 0 {
			parts = []string{v.Say("why.all")}
		}
		out = append(out, v.Say("why.route", v.route(c), v.Row(parts)))
	}
	return out
}

// route is what a route is called. A number that names one is written as the
// language writes numbers.
func (v voice) route(c record.Cause) string {
	name := clip(speech.Clean(c.Route), nameLimit)
	if n, err := strconv.Atoi(name); err == nil {
		return v.Number(n)
	}
	return name
}

// eventName is what a type of event is called where several are listed.
func (v voice) eventName(t record.EventType) string {
	return speech.First(v.Phrase("event."+string(t)), speech.Clean(string(t)))
}

// shortReason bounds the reason in a chat, in runes. With subject and addresses
// it stays below what the strictest service takes: 4096 letters.
const shortReason = 600

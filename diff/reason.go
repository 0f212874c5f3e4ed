package diff

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// topicWords name topics in a sentence: "nothing else in the statement covers
// how long data are kept".
var topicWords = map[record.Topic]string{
	record.PurposeScope:          "purpose and scope",
	record.LegalBasis:            "the legal basis",
	record.ControllerContact:     "who is responsible and how to reach them",
	record.CollectionProvided:    "what people are asked for",
	record.CollectionAutomatic:   "what is gathered automatically",
	record.Use:                   "what the data are used for",
	record.Cookies:               "cookies",
	record.SharingThirdParties:   "sharing with others",
	record.InternationalTransfer: "transfer abroad",
	record.Retention:             "how long data are kept",
	record.Security:              "security",
	record.Rights:                "people's rights",
	record.Consent:               "consent",
	record.Children:              "children",
	record.ExternalLinks:         "links to other sites",
	record.Changes:               "changes of the statement",
	record.RegistrationAccount:   "registration and accounts",
	record.Other:                 "other matters",
}

func topicNames(ts []record.Topic) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = topicWords[t]
	}
	return out
}

// list writes names as a person would: a, b and c; no more than most of them.
func list(names []string, most int) string {
	if n := len(names) - most; n > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// quoted shortens a text to what fits into a sentence.
func quoted(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		r := []rune(s)[:most]
		if k := strings.LastIndexByte(string(r), ' '); k > len(string(r))/2 {
			return "“" + string(r)[:k] + " …”"
		}
		return "“" + string(r) + " …”"
	}
	return "“" + s + "”"
}

// reason says in one to four sentences what changed, the weightiest first.
func (x *comparison) reason(findings []record.Finding) string {
	switch x.change.Class {
	case record.ClassCosmetic:
		return "Only what surrounds the statement changed, such as menus or headings without text; its own words are the same."
	case record.ClassLinks:
		return "Only addresses of links changed."
	case record.ClassMoved:
		return "The same text stands in another order" + about(x.change.Moved) + "."
	}
	if x.change.Class == record.ClassMinor && !x.change.Severity.AtLeast(record.SeverityMinor) {
		return "A part that the earlier page had not shown came through this time; nothing else changed."
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	x.sayLosses(say, findings)
	x.sayFlips(say)
	x.sayFacts(say)
	x.sayGains(say)
	x.sayWording(say, len(out) == 0)
	x.sayDate(say)
	if len(out) == 0 {
		say("The wording changed.")
	}
	return strings.Join(out, " ")
}

func about(ts []record.Topic) string {
	if len(ts) == 0 {
		return ""
	}
	return " (" + list(topicNames(ts), 4) + ")"
}

func (x *comparison) sayLosses(say func(string, ...any), findings []record.Finding) {
	var lost []string
	for _, f := range findings {
		if slices.Contains(x.change.Lost, f.ID) {
			name := f.Title
			if f.Citation != "" {
				name += " (" + f.Citation + ")"
			}
			lost = append(lost, name)
		}
	}
	if n := len(x.losses); n > 3 {
		var names []string
		for _, l := range x.losses {
			names = append(names, l.name())
		}
		say("%d sections were removed: %s.", n, list(names, 4))
	} else {
		for _, l := range x.losses {
			switch {
			case l.still != "":
				say("%s was removed; %s is still covered under %s.", capital(l.name()), topicWords[l.topics[0]], quoted(l.still, 60))
			case carries(l.topics):
				say("%s was removed; nothing else in the statement covers %s.", capital(l.name()), topicWords[l.topics[0]])
			default:
				say("%s was removed.", capital(l.name()))
			}
		}
	}
	if len(lost) == 1 {
		say("The profile requires it: %s.", lost[0])
	} else if len(lost) > 1 {
		say("The profile requires what is now missing: %s.", list(lost, 4))
	}
}

// name is the section as a sentence names it.
func (l loss) name() string {
	if l.heading != "" {
		return "the section " + quoted(l.heading, 80)
	}
	return "the passage on " + topicWords[l.topics[0]]
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (x *comparison) sayFlips(say func(string, ...any)) {
	n := 0
	for i := range x.passages {
		p := &x.passages[i]
		if !p.turn.denial && !p.turn.duty {
			continue
		}
		if n++; n > 2 {
			continue
		}
		what := "A sentence was turned round"
		if !p.turn.denial {
			what = "A promise and a possibility changed places"
		}
		before, after := x.around(p)
		say("%s%s: %s became %s.", what, under(p.heading), quoted(before, 110), quoted(after, 110))
	}
	if n > 2 {
		say("%d more sentences were turned round.", n-2)
	}
}

// under names the section that a passage stands in.
func under(heading string) string {
	if heading == "" {
		return ""
	}
	return " under " + quoted(heading, 60)
}

// kindWords name facts in a sentence.
var kindWords = map[record.FactKind]string{
	record.FactDate: "a date", record.FactUpdated: "the date of the last update", record.FactEffective: "the date of effect",
	record.FactInstrument: "a legal text", record.FactArticle: "an article", record.FactEmail: "an e-mail address", record.FactPhone: "a phone number",
	record.FactURL: "a web address", record.FactDuration: "a period", record.FactAmount: "an amount", record.FactDataItem: "a kind of personal data",
	record.FactThirdParty: "a recipient", record.FactOwner: "the name of the body responsible", record.FactAddress: "a postal address",
}

func (x *comparison) sayFacts(say func(string, ...any)) {
	n := 0
	for _, f := range x.change.Facts {
		if f.Kind == record.FactUpdated || f.Kind == record.FactURL {
			continue
		}
		if n++; n > 3 {
			continue
		}
		what := kindWords[f.Kind]
		if what == "" {
			what = "a value"
		}
		switch {
		case f.Before == "":
			say("%s was added: %s.", capital(what), f.After)
		case f.After == "":
			say("%s was removed: %s.", capital(what), f.Before)
		default:
			say("%s changed from %s to %s.", capital(what), f.Before, f.After)
		}
	}
	if n > 3 {
		say("%d more facts changed.", n-3)
	}
	if n > 0 {
		return
	}
	for i := range x.passages {
		p := &x.passages[i]
		if p.dated || p.weight < material || p.op() != record.EditReplace || len(p.values[0]) == 0 || len(p.values[1]) == 0 {
			continue
		}
		what := "A number"
		if isMail(p.values[0][0]) {
			what = "An address"
		}
		say("%s changed%s: %s became %s.", what, under(p.heading), list(p.values[0], 3), list(p.values[1], 3))
		return
	}
}

func (x *comparison) sayGains(say func(string, ...any)) {
	if n := len(x.gains); n > 3 {
		var names []string
		for _, g := range x.gains {
			names = append(names, g.name())
		}
		say("%d sections were added: %s.", n, list(names, 4))
		return
	}
	for _, g := range x.gains {
		if carries(g.topics) {
			say("%s was added, about %s.", capital(g.name()), list(topicNames(g.topics), 3))
		} else {
			say("%s was added.", capital(g.name()))
		}
	}
}

// sayWording counts what was deleted, added and reworded besides, and quotes it
// where it is all that happened.
func (x *comparison) sayWording(say func(string, ...any), alone bool) {
	named := x.named()
	verbs := map[record.EditOp]string{record.EditDelete: "removed", record.EditInsert: "added", record.EditReplace: "reworded"}
	for _, op := range []record.EditOp{record.EditDelete, record.EditInsert, record.EditReplace} {
		var where []string
		var only *passage
		n := 0
		for i := range x.passages {
			p := &x.passages[i]
			if p.op() != op || p.weight < slight || p.dated || p.turn.denial || p.turn.duty || named(p) {
				continue
			}
			n++
			only = p
			if h := quoted(p.heading, 60); p.heading != "" && len(where) < 50 && !slices.Contains(where, h) {
				where = append(where, h)
			}
		}
		in := ""
		if len(where) > 0 {
			in = " under " + list(where, 3)
		}
		switch {
		case n == 0:
		case n == 1 && op == record.EditReplace:
			before, after := x.around(only)
			if alone {
				say("A sentence was reworded%s: %s became %s.", in, quoted(before, 110), quoted(after, 110))
			} else {
				say("A sentence was reworded%s.", in)
			}
		case n == 1 && op == record.EditDelete:
			say("A passage was removed%s: %s.", in, quoted(only.old, 140))
		case n == 1:
			say("A passage was added%s: %s.", in, quoted(only.new, 140))
		default:
			say("%d passages were %s%s.", n, verbs[op], in)
		}
	}
}

// named tells whether a passage belongs to a section that was already said to be
// removed or added.
func (x *comparison) named() func(*passage) bool {
	headings := func(ls []loss) map[string]bool {
		m := make(map[string]bool)
		for _, l := range ls {
			m[l.heading] = l.heading != ""
		}
		return m
	}
	gone, come := headings(x.losses), headings(x.gains)
	return func(p *passage) bool {
		return p.op() == record.EditDelete && gone[p.heading] || p.op() == record.EditInsert && come[p.heading]
	}
}

// around cuts both sides of a reworded passage to the neighbourhood of the
// first difference, so that a long sentence shows what matters.
func (x *comparison) around(p *passage) (before, after string) {
	const lead = 40
	if utf8.RuneCountInString(p.old) < 110 && utf8.RuneCountInString(p.new) < 110 {
		return p.old, p.new
	}
	a, b := []rune(p.old), []rune(p.new)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	from := 0
	if n > lead {
		from = n - lead
		for from < n && a[from-1] != ' ' {
			from++
		}
	}
	cut := func(r []rune) string {
		if from == 0 {
			return string(r)
		}
		return "… " + string(r[from:])
	}
	return cut(a), cut(b)
}

// sayDate tells how the statement's own date moved, or that it did not.
func (x *comparison) sayDate(say func(string, ...any)) {
	dates := func(d *record.Document) (out []string) {
		for _, f := range d.Facts {
			if f.Kind == record.FactUpdated && !slices.Contains(out, f.Value) {
				out = append(out, f.Value)
			}
		}
		return out
	}
	a, b := dates(x.old.doc), dates(x.new.doc)
	switch {
	case len(a) == 1 && len(b) == 1 && a[0] != b[0]:
		say("The date of the last update moved from %s to %s.", a[0], b[0])
	case len(a) == 1 && len(b) == 0:
		say("The date of the last update (%s) was removed.", a[0])
	case len(a) == 1 && len(b) == 1 && x.change.Severity.AtLeast(record.SeverityMajor):
		say("The statement's own date of last update, %s, did not change.", a[0])
	}
}

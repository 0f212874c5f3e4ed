package section

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"policywatch/store/record"
)

// observe looks for what no norm lists and a reader should know. An
// observation's title says what should be true and its status whether it is;
// its id has a dot, which no element's has, and it is never required:
//
//	citation.date      a text that the profile knows is cited with its own date
//	citation.number    ... with its own number
//	leftover.template  no part of a template was left unfilled, nor another
//	                   organisation's words
//	date.future        the statement's own date is not in the future
//	date.today         ... nor the day of the visit, every time; which takes
//	                   visits to see and is not told here (diff/volatile)
//	language.versions  the statement is there in every language of the site
//
// Citations are told either way where the statement cites at all, and languages
// where the site has several; the other two only when they are violated.
func (c *checker) observe() []record.Finding {
	if reason, _ := c.blind(); reason != "" {
		return nil
	}
	var out []record.Finding
	for _, n := range c.profile.Citations {
		out = append(out, c.citation(n)...)
	}
	out = append(out, c.leftovers()...)
	out = append(out, c.future()...)
	return append(out, c.languages()...)
}

func observation(id, title, citation string, status record.Status, reason string, e *record.Evidence, told ...record.Sentence) record.Finding {
	return record.Finding{ID: id, Title: title, Citation: citation, Status: status, Topics: []record.Topic{}, Reason: reason, Evidence: e, Told: told}
}

// citation compares how the statement cites a text with the text's own number
// and date, sentence by sentence.
func (c *checker) citation(n record.Citation) []record.Finding {
	if n.Date == "" {
		return nil
	}
	name := fmt.Sprintf("%s of %s", n.Number, n.Written)
	var right *record.Finding
	for i, f := range c.doc.Facts {
		if f.Kind != record.FactInstrument {
			continue
		}
		dates := c.datesWith(i)
		for _, d := range dates {
			e := &record.Evidence{Quote: c.sentence(f), Section: c.sectionOf(f.Block)}
			switch {
			case f.Value == n.Number && d.Value == n.Date:
				o := observation("citation.date", "The text is cited with its own date", name, record.StatusPresent,
					fmt.Sprintf("number %s is cited with its date, %s", n.Number, d.Text), e)
				right = &o
			case f.Value == n.Number:
				return []record.Finding{observation("citation.date", "The text is cited with its own date", name, record.StatusAbsent,
					fmt.Sprintf("number %s is cited with the date %s; its own date is %s (%s)", n.Number, d.Text, n.Written, n.Date), e,
					record.Say("told.find.cited_date", record.Text(n.Number), c.quoted(d.Text), record.Date(n.Date)))}
			case d.Value == n.Date && strings.Trim(f.Value, "0123456789") == "" && len(f.Value) == len(n.Number):
				return []record.Finding{observation("citation.number", "The text is cited with its own number", name, record.StatusAbsent,
					fmt.Sprintf("the text of %s is cited as number %s; its own number is %s", n.Written, f.Value, n.Number), e,
					record.Say("told.find.cited_number", record.Date(n.Date), record.Text(f.Value), record.Text(n.Number)))}
			}
		}
	}
	if right != nil {
		return []record.Finding{*right}
	}
	return nil
}

// datesWith returns the dates in the sentence of fact i.
func (c *checker) datesWith(i int) []record.Fact {
	var out []record.Fact
	f := c.doc.Facts[i]
	sentence := c.sentence(f)
	for _, d := range c.doc.Facts {
		if d.Block == f.Block && d.Kind == record.FactDate && strings.Contains(sentence, d.Text) {
			out = append(out, d)
		}
	}
	return out
}

// sentence returns the sentence that holds a fact, verbatim.
func (c *checker) sentence(f record.Fact) string {
	t := c.text(f.Block).text
	at := strings.Index(t.raw, f.Text)
	for _, s := range t.sentences {
		if s.From <= at && at < s.To {
			return t.raw[s.From:s.To]
		}
	}
	return f.Text
}

// sectionOf returns the heading that a block stands under.
func (c *checker) sectionOf(block int) string {
	heading := ""
	for _, s := range c.doc.Sections {
		if !s.Implicit && s.From <= block && block < s.To {
			heading = s.Heading
		}
	}
	return heading
}

// leftovers finds unfilled places of a template and words that belong to
// another kind of organisation.
func (c *checker) leftovers() []record.Finding {
	const most = 5
	owner := ""
	for _, f := range c.doc.Facts {
		if f.Kind == record.FactOwner {
			owner = f.Value
		}
	}
	var out []record.Finding
	tell := func(block int, words, sentence string) {
		if len(out) < most {
			out = append(out, observation("leftover.template", "No template text is left over", "", record.StatusAbsent,
				fmt.Sprintf("%q looks left over from a template or from another organisation's statement", words),
				&record.Evidence{Quote: sentence, Section: c.sectionOf(block)}, record.Say("told.find.leftover", c.quoted(words))))
		}
	}
	for i := range c.doc.Blocks {
		p := c.text(i)
		if p.matcher != nil {
			for _, h := range p.hits {
				if p.matcher.phrases[h.phrase].means != ofLeftover {
					continue
				}
				q := p.sentenceOf(h)
				// A company may speak of "this company".
				if owner != "" && strings.Contains(" "+p.matcher.phrases[h.phrase].text+" ", " "+strings.Fields(owner)[0]+" ") {
					continue
				}
				tell(i, q.words, q.text)
			}
		}
		if words := placeholder(p.text.raw); words != "" {
			tell(i, words, c.sentence(record.Fact{Block: i, Text: words}))
		}
	}
	return out
}

// placeholder finds the first unfilled place that shows by its brackets:
// [name of the organisation], {{site_name}}, <company>.
func placeholder(s string) string {
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"):
			if end := strings.Index(s[i:], "}}"); end > 2 && end < 60 {
				return s[i : i+end+2]
			}
		case s[i] == '[' || s[i] == '<':
			closing := map[byte]string{'[': "]", '<': ">"}[s[i]]
			end := strings.Index(s[i+1:], closing)
			if end < 2 || end > 60 {
				continue
			}
			inside := strings.ToLower(s[i+1 : i+1+end])
			for _, w := range strings.FieldsFunc(inside, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
				if placeNouns[w] && (i+end+2 >= len(s) || s[i+end+2] != '(') {
					return s[i : i+end+2]
				}
			}
		}
	}
	return ""
}

// placeNouns are what templates ask to fill in.
var placeNouns = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("name company organization organisation agency department ministry website insert url date address " +
		"nom société entreprise organisme adresse site firma unternehmen behörde einfügen kurum şirket adı nombre empresa organismo " +
		"نام سازمان شرکت وزارتخانه دستگاه سایت تاریخ نشانی اسم الجهة الشركة الموقع الوزارة الهيئة التاريخ ادارہ ناو") {
		m[w] = true
	}
	return m
}()

// future finds a last-updated date that has not come yet.
func (c *checker) future() []record.Finding {
	if c.r.Now == nil {
		return nil
	}
	// A day's grace: the site may lie east of the clock.
	tomorrow := c.r.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	for _, f := range c.doc.Facts {
		if f.Kind == record.FactUpdated && f.Value > tomorrow[:min(len(f.Value), len(tomorrow))] {
			return []record.Finding{observation(record.FutureDate, "The last update is not in the future", "", record.StatusAbsent,
				fmt.Sprintf("the statement says it was last updated on %s", f.Text), &record.Evidence{Quote: c.sentence(f), Section: c.sectionOf(f.Block)},
				record.Say("told.find.future", c.quoted(f.Text)))}
		}
	}
	return nil
}

// languages holds the languages that the site is offered in against those that the
// statement is there in. It is absent for one that was looked for and is not there,
// unknown where some could not be looked at, and not told of a document whose site
// nobody looked at.
func (c *checker) languages() []record.Finding {
	if len(c.doc.Languages) < 2 {
		return nil
	}
	status := record.StatusPresent
	var all, there, reasons []string
	var e *record.Evidence
	var told []record.Sentence
	for _, l := range c.doc.Languages {
		all = append(all, l.Lang)
		switch {
		case l.Status == record.StatusPresent:
			there = append(there, l.Lang)
			continue
		case l.Status == record.StatusAbsent && status != record.StatusAbsent:
			status, e = record.StatusAbsent, &record.Evidence{Quote: l.Shown}
		case l.Status == record.StatusUnknown && status == record.StatusPresent:
			status = record.StatusUnknown
		}
		reasons = append(reasons, fmt.Sprintf("%s is %s: %s", l.Lang, l.Status, l.Reason))
		if l.Status == record.StatusAbsent {
			told = append(told, record.Say("told.find.language_absent", inLanguages(l.Lang)))
		} else {
			told = append(told, record.Say("told.find.language_unknown", inLanguages(l.Lang)))
		}
	}
	told = append([]record.Sentence{record.Say("told.find.languages", inLanguages(all...), inLanguages(there...))}, told...)
	reason := fmt.Sprintf("the site is offered in %s, the statement stands in %s", strings.Join(all, ", "), strings.Join(there, ", "))
	if e != nil && e.Quote == "" {
		e = nil
	}
	return []record.Finding{observation("language.versions", "The statement is there in every language of the site", "", status,
		strings.Join(append([]string{reason}, reasons...), "; "), e, told...)}
}

// quoted is words of the document within a sentence of ours.
func (c *checker) quoted(words string) record.Value { return record.Quote(c.doc.Dir, words) }

package discover

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Good is the score from which a candidate ends the search: the link was named
// as a statement, not merely reminiscent of one.
const Good = 0.6

const (
	maxCandidates = 40  // returned of one page
	least         = 0.2 // a lower score is no candidate
)

// lead is a judged link: a candidate, a hub to open, or neither.
type lead struct {
	record.Candidate
	hub   float64
	hubBy string
	order int
}

// statements returns the page's links that may be statements, best first. lang
// is the language to prefer among equals.
func (w *words) statements(p *page, lang string) []record.Candidate {
	found, _ := w.leads(p, lang)
	return found
}

// leads judges every link of the page once and returns candidates and hubs,
// both best first.
func (w *words) leads(p *page, lang string) (found []record.Candidate, hubs []lead) {
	best := make(map[string]int)
	var all []lead
	seen := make(map[link]bool, len(p.links))
	for i := range p.links {
		l := &p.links[i]
		if seen[*l] {
			continue
		}
		seen[*l] = true
		d, ok := w.judge(p, l, lang)
		if !ok {
			continue
		}
		d.order = i
		if j, ok := best[d.URL]; ok {
			if d.Score > all[j].Score {
				d.order, d.hub = all[j].order, max(d.hub, all[j].hub)
				all[j] = d
			}
			continue
		}
		best[d.URL] = len(all)
		all = append(all, d)
	}
	for _, d := range all {
		if d.hub > 0 && d.Score < Good {
			hubs = append(hubs, d)
		}
	}
	slices.SortStableFunc(hubs, func(a, b lead) int { return cmp.Compare(b.hub, a.hub) })
	all = slices.DeleteFunc(all, func(d lead) bool { return d.Score < least })
	slices.SortStableFunc(all, func(a, b lead) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.order, b.order))
	})
	for _, d := range all[:min(len(all), maxCandidates)] {
		found = append(found, d.Candidate)
	}
	return found, hubs
}

// judge scores one link. It is false for links that lead to no other page or
// say nothing of interest.
func (w *words) judge(p *page, l *link, lang string) (lead, bool) {
	to, ok := resolve(p.url, l.href)
	if !ok {
		return lead{}, false
	}
	d := lead{Candidate: record.Candidate{URL: to.String(), Text: l.text}}
	where := ""
	if l.footer {
		where = " in the footer"
	}

	// The words: what a person sees, hears or is shown.
	var named float64
	var by reading
	shown := 0
	for _, f := range [...]struct {
		what, s string
		trust   float64
	}{{"link text", l.text, 1}, {"label", l.label, 1}, {"image text", l.image, 0.95}, {"title", l.title, 0.9}} {
		if f.s == "" {
			continue
		}
		r := p.read(w, f.s)
		shown += r.letters
		if r.hub*f.trust > d.hub {
			d.hub, d.hubBy = r.hub*f.trust, f.s
		}
		if r.switches != "" && r.switches != lang {
			d.hub, d.hubBy, d.Lang = max(d.hub, switchWeight), f.s, r.switches
		}
		if by.not == "" {
			by.not = r.not
		}
		if r.value*f.trust > named {
			not := by.not
			named, by = r.value*f.trust, r
			by.not = first(r.not, not)
			d.Text = f.s
			d.Reasons = []string{fmt.Sprintf("%s “%s”%s", f.what, clip(f.s), where)}
		}
	}
	if l.rel != "" && slices.Contains(strings.Fields(l.rel), "privacy-policy") && named < 0.95 {
		named = 0.95
		d.Reasons = append(d.Reasons, "marked rel=privacy-policy")
	}

	// The address.
	a := w.read(addressWords(to))
	addressed := a.value * 0.8
	if a.value > 0 {
		d.Reasons = append(d.Reasons, fmt.Sprintf("address contains “%s”", a.by.phrase))
	}
	if addressed > 0 && named == 0 && shown > 0 {
		addressed *= 0.75
		d.Reasons = append(d.Reasons, "its words do not say so")
	}
	// Even the plainest name leaves room for what else speaks for the link.
	d.Score = 1 - (1-0.92*max(named, addressed))*(1-0.35*min(named, addressed))
	if l.footer && d.Score >= 0.3 {
		d.Score += (1 - d.Score) * 0.25
	}
	if d.Lang == "" {
		d.Lang = first(w.code(l.lang), w.code(addressLang(to)), by.by.lang)
	}
	if d.Score > 0 {
		w.markDown(&d, p, l, to, named, by, a)
		if lang != "" && d.Lang == lang {
			d.Score += (1 - d.Score) * 0.04
		}
	}
	if l.lang != "" && l.rel != "" && named < 0.5 {
		d.hub, d.hubBy = max(d.hub, switchWeight), "language "+l.lang
	}
	if host := hostRank(p.url, to); host < 0.9 {
		d.hub *= host * 0.5 // another host's "about" leads away
	}
	d.Score = rounded(d.Score)
	return d, d.Score >= least || d.hub > 0
}

// markDown lowers the score for what speaks against the link, and says so.
func (w *words) markDown(d *lead, p *page, l *link, to *url.URL, named float64, by, address reading) {
	// A link that is plainly called "privacy policy" may stand in any folder.
	sure := named >= 0.8 && by.share >= 0.5
	down := func(f float64, format string, args ...any) {
		d.Score *= f
		d.Reasons = append(d.Reasons, "marked down: "+fmt.Sprintf(format, args...))
	}
	if by.not != "" {
		down(0.3, "its words speak of “%s”", by.not)
	}
	if address.not != "" {
		down(pick(sure, 0.9, 0.35), "its address speaks of “%s”", address.not)
	}
	if dated(to.Path) {
		down(pick(sure, 0.9, 0.5), "its address carries a date, as news do")
	}
	if n := len(strings.Fields(splitCase(lastSegment(to)))); n >= 6 {
		down(pick(sure, 0.9, 0.5), "its address is a headline of %d words", n)
	}
	if l.news && !sure {
		down(0.5, "it stands among news")
	}
	if strings.Contains(to.Fragment, "/") {
		// A route of a script-built site is a page of its own.
	} else if sameAddress(to.String(), p.self) {
		down(0.5, "it leads to a place on the same page")
	}
	if isPDF(to) {
		d.Score *= 0.97
		d.Reasons = append(d.Reasons, "a PDF document")
	}
	switch r := hostRank(p.url, to); {
	case r == 1:
	case r >= 0.9:
		d.Score *= r
	default:
		down(r, "another host, %s", to.Host)
	}
}

func rounded(score float64) float64 { return math.Round(score*1000) / 1000 }

func pick(b bool, yes, no float64) float64 {
	if b {
		return yes
	}
	return no
}

func clip(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

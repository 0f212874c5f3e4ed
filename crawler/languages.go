package crawler

import (
	"fmt"
	"slices"
	"strings"

	"policywatch/crawler/discover"
	"policywatch/store/record"
)

// How far a visit goes for the other languages of a statement. They are looked at
// only when its text is new, so that the cost comes with versions, not with visits.
const (
	maxLanguages  = 6 // languages looked for
	maxLookups    = 8 // pages opened for all of them
	maxAlternates = 2 // pages opened for one, beside its home page
)

// languages looks at the languages that the site is offered in and records what
// became of the statement in each. Only a text that is new is worth it, and not where
// the page around it is the one that offered no other language.
func (v *visit) languages() {
	doc := v.obs.Document
	if doc == nil || v.obs.Fault != nil || v.prior.Identity != "" && doc.Identity == v.prior.Identity || doc.Lang == "" {
		return
	}
	before := &v.prior.Imprint
	if before.Alone && doc.Imprint.Words != "" && doc.Imprint.Around == before.Around && doc.Imprint.Before == before.Before {
		doc.Imprint.Alone = true
		return
	}
	l := &lookup{visit: v, own: doc.Lang, named: map[string]bool{}}
	for _, page := range v.shown() {
		for _, o := range v.crawler.Find.Offers(page) {
			l.named[o.Lang] = true
			l.add(o)
		}
	}
	if v.home != nil {
		for _, o := range v.crawler.Find.Offers(v.home) {
			o.Page = false // it is the home page's, not the statement's
			l.add(o)
		}
	}
	offered := len(l.order)
	for _, c := range v.obs.Candidates {
		if c.Lang != "" && c.Score >= discover.Good && !SamePage(c.URL, v.obs.URL) {
			l.add(discover.Offer{Lang: c.Lang, URL: c.URL, Shown: c.Text, Page: true, Known: true})
		}
	}
	if len(l.order) == 0 {
		doc.Imprint.Alone = true
		return
	}
	doc.Languages = []record.LanguageVersion{{Lang: doc.Lang, URL: v.obs.URL, Status: record.StatusPresent, Reason: "the statement itself"}}
	for i, lang := range l.order {
		if v.ctx.Err() != nil {
			break
		}
		got := l.look(lang)
		// A link that is named in a language promises no page in it, as a switch does.
		if i >= offered && got.Status != record.StatusPresent {
			continue
		}
		v.step("discover", got.URL, "the statement in %s is %s: %s", got.Lang, got.Status, got.Reason)
		doc.Languages = append(doc.Languages, got)
	}
	if len(doc.Languages) == 1 {
		doc.Languages = nil
	}
}

// shown are the pages that the statement stands on: as it was judged, and as the
// server sent it where that is another (a browser's rendering, a frame).
func (v *visit) shown() []*record.Snapshot {
	pages := []*record.Snapshot{v.obs.Snapshot}
	if got, ok := v.fetched[v.obs.URL]; ok && got.snap != nil && got.snap != v.obs.Snapshot {
		pages = append(pages, got.snap)
	}
	return pages
}

// lookup finds the other languages of one statement.
type lookup struct {
	*visit
	own string
	// named are the languages that the statement's own page names.
	named  map[string]bool
	order  []string
	offers map[string][]discover.Offer
	opened int
	// trouble ends the looking: what does not answer once, or wants fewer requests,
	// is not asked for every language.
	trouble *record.Fault
}

func (l *lookup) add(o discover.Offer) {
	if o.Lang == l.own {
		return
	}
	if l.offers == nil {
		l.offers = map[string][]discover.Offer{}
	}
	if l.offers[o.Lang] == nil {
		if len(l.order) == maxLanguages {
			return
		}
		l.order = append(l.order, o.Lang)
	}
	if !slices.ContainsFunc(l.offers[o.Lang], func(p discover.Offer) bool { return SamePage(p.URL, o.URL) }) {
		l.offers[o.Lang] = append(l.offers[o.Lang], o)
	}
}

// look opens what is offered as the statement in a language, and else the home page
// in it and what that links as the statement. Not to find it means that it is absent
// only when the statement's own page names the language and every page could be read.
func (l *lookup) look(lang string) record.LanguageVersion {
	offers := l.offers[lang]
	out := record.LanguageVersion{Lang: lang, URL: offers[0].URL, Shown: offers[0].Shown, Status: record.StatusUnknown}
	if !offers[0].Known {
		out.Reason = fmt.Sprintf("there is no lexicon for the language %q, so that nobody could tell", lang)
		return out
	}
	var misses []string
	tell := func(page string, status record.Status, reason string) bool {
		switch status {
		case record.StatusPresent:
			out.URL = page
			fallthrough
		case record.StatusUnknown:
			out.Status, out.Reason = status, reason
			return true
		}
		misses = append(misses, reason)
		return false
	}
	tried := 0
	for _, o := range offers {
		if !o.Page || tried == maxAlternates {
			continue
		}
		tried++
		if tell(l.open(o.URL, lang)) {
			return out
		}
	}
	for _, o := range offers {
		if o.Page {
			continue
		}
		link, reason := l.linked(o.URL, lang)
		switch {
		case link != "":
			if tell(l.open(link, lang)) {
				return out
			}
		case reason == "":
			misses = append(misses, "its front page "+o.URL+" links no other statement")
		default:
			tell(o.URL, record.StatusUnknown, reason)
			return out
		}
		break
	}
	out.Reason = strings.Join(misses, "; ")
	if l.named[lang] {
		out.Status = record.StatusAbsent
	} else {
		out.Reason += "; the statement's own page does not name the language"
	}
	return out
}

// fetch brings one of the pages that a lookup may open.
func (l *lookup) fetch(page, lang string) (*record.Snapshot, *record.Fault) {
	if _, known := l.fetched[page]; !known {
		switch {
		case l.trouble != nil:
			return nil, l.trouble
		case l.opened == maxLookups:
			return nil, &record.Fault{Detail: "enough pages were opened for other languages"}
		}
		l.opened++
	}
	snap, err := l.visit.Fetch(l.ctx, record.Request{URL: page, AcceptLanguage: lang})
	if err == nil {
		return snap, nil
	}
	f := l.explain(snap, asFault(err, page))
	if f.Kind.Rule().Network || f.Kind == record.FaultRateLimited {
		l.trouble = f
	}
	return snap, f
}

// open reads one page and says whether it is the statement in lang. A page that is
// there and cannot be judged for certain leaves the question open.
func (l *lookup) open(page, lang string) (at string, status record.Status, reason string) {
	snap, fault := l.fetch(page, lang)
	var doc *record.Document
	if fault == nil {
		doc, fault = l.crawler.Read.Read(l.ctx, snap, record.Site{Domain: l.site.Domain}, record.Prior{})
	}
	switch {
	case fault != nil && fault.Kind.Rule().Absent && (doc == nil || doc.Lang == lang || doc.Lang == l.own || doc.Quality.Verdict == record.VerdictNotFound):
		return page, record.StatusAbsent, fmt.Sprintf("%s is no statement: %s", page, fault.Detail)
	case fault != nil:
		return page, record.StatusUnknown, unread(page, fault)
	case doc.Lang == l.own:
		return page, record.StatusAbsent, fmt.Sprintf("%s shows the statement in %s", page, l.own)
	}
	return snap.FinalURL, record.StatusPresent, "opened; it reads as a statement"
}

// linked is the statement that the home page in a language links. The reason says
// why that could not be told.
func (l *lookup) linked(home, lang string) (link, reason string) {
	snap, fault := l.fetch(home, lang)
	if fault != nil {
		return "", unread(home, fault)
	}
	// A front page is no statement; only what stands in its place matters, because
	// the links that a wall or a shell lacks prove nothing.
	if _, f := l.crawler.Read.Read(l.ctx, snap, record.Site{Domain: l.site.Domain}, record.Prior{}); f != nil {
		switch f.Kind {
		case record.FaultBlocked, record.FaultLogin, record.FaultConsent, record.FaultMaintenance, record.FaultShell, record.FaultUnreadable:
			return "", unread(home, f)
		}
	}
	links, whole := l.crawler.Find.Linked(snap)
	if !whole {
		return "", fmt.Sprintf("could not look: %s shows no links", home)
	}
	for _, c := range links {
		if !SamePage(c.URL, l.obs.URL) && !slices.ContainsFunc(l.offers[lang], func(o discover.Offer) bool { return SamePage(o.URL, c.URL) }) {
			return c.URL, ""
		}
	}
	return "", ""
}

// unread says why a page tells nothing.
func unread(page string, f *record.Fault) string {
	if f.Kind == "" {
		return fmt.Sprintf("did not look at %s: %s", page, f.Detail)
	}
	return fmt.Sprintf("could not look: %s is %s: %s", page, f.Kind, f.Detail)
}

// settle takes the statement in the language to prefer where a first search found
// it in another, and marks the candidates that are the statement in other languages.
func (v *visit) settle() {
	if v.obs.Fault != nil || v.obs.Document == nil {
		return
	}
	if v.prior.Lang == "" && v.home != nil {
		v.prefer(v.crawler.Find.Prefers(v.home))
	}
	taken := slices.IndexFunc(v.obs.Candidates, func(c record.Candidate) bool { return c.Verdict == record.VerdictStatement })
	if taken < 0 {
		return
	}
	t := &v.obs.Candidates[taken]
	chief := t.URL
	if t.AlternateOf != "" {
		chief, t.AlternateOf = t.AlternateOf, ""
	}
	for i := range v.obs.Candidates {
		c := &v.obs.Candidates[i]
		if i == taken || c.Verdict != "" && c.Verdict != record.VerdictStatement {
			continue
		}
		if c.AlternateOf == chief || c.URL == chief {
			c.AlternateOf = v.obs.URL
		}
		for _, l := range v.obs.Document.Languages {
			if l.Lang != v.obs.Document.Lang && l.Status == record.StatusPresent && SamePage(l.URL, c.URL) {
				c.Reasons = append(c.Reasons, fmt.Sprintf("opened: it is the statement in %s", l.Lang))
				c.Lang, c.AlternateOf = l.Lang, v.obs.URL
			}
		}
	}
}

// prefer goes over to the statement in lang where it stands.
func (v *visit) prefer(lang string) {
	for _, l := range v.obs.Document.Languages {
		if l.Lang != lang || l.Status != record.StatusPresent || lang == v.obs.Document.Lang {
			continue
		}
		found := v.obs
		v.obs.Candidates = slices.Clone(found.Candidates)
		c := record.Candidate{URL: l.URL, Lang: lang, Text: l.Shown, Score: discover.Good,
			Reasons: []string{fmt.Sprintf("the statement in %s, the language to watch of this site; found by the one in %s", lang, found.Document.Lang)}}
		if i := slices.IndexFunc(v.obs.Candidates, func(c record.Candidate) bool { return SamePage(c.URL, l.URL) }); i >= 0 {
			c.Score, c.Reasons = v.obs.Candidates[i].Score, append(slices.Clone(v.obs.Candidates[i].Reasons), c.Reasons...)
			v.obs.Candidates = slices.Delete(v.obs.Candidates, i, i+1)
		}
		if !v.open(&c) || v.obs.Document.Lang != lang {
			found.Trail = v.obs.Trail
			v.obs = found
			return
		}
		v.obs.Candidates = slices.Insert(v.obs.Candidates, 0, c)
		v.languages()
		return
	}
}

package crawler

import (
	"fmt"

	"policywatch/crawler/discover"
	"policywatch/store/record"
)

// maxOpened bounds how many candidates one visit opens.
const maxOpened = 8

// discover searches the site and takes the best candidate that reads like a
// statement.
func (v *visit) discover() {
	v.obs.Discovered = true
	home, err := v.crawler.Door.Home(v.ctx, v.site.Domain, v.crawler.Scheme)
	if err != nil {
		page := v.crawler.Scheme + "://" + v.site.Domain + "/"
		v.step("fetch", page, "%v", err)
		v.obs.Snapshot = home
		v.fail(v.explain(home, asFault(err, page)))
		return
	}
	v.home = home
	v.remember(home.URL, home, nil)
	v.search(v.crawler.Find.Search(v, v.site, home.FinalURL, v.prior.Lang))
	if v.renderHome(home) {
		v.search(v.crawler.Find.Search(v, v.site, home.FinalURL, v.prior.Lang))
	}
}

// search opens candidates, best first, until one is a statement. A candidate
// that turns out to lead on is followed before the search looks further. When
// none is a statement, the visit could not look if a page that looked right
// could not be read; otherwise there is no statement.
func (v *visit) search(s Search) {
	var unread *record.Fault
	var queue []record.Candidate
	for opened := 0; opened < maxOpened && v.ctx.Err() == nil; opened++ {
		if len(queue) == 0 {
			more, steps, fault := s.More(v.ctx)
			v.obs.Trail = append(v.obs.Trail, steps...)
			if fault != nil {
				if fault.Kind != record.FaultNoStatement && unread == nil {
					unread = fault
				}
				break
			}
			if queue = more; len(queue) == 0 {
				continue
			}
		}
		c := queue[0]
		queue = queue[1:]
		found := v.open(&c)
		v.obs.Candidates = append(v.obs.Candidates, c)
		if found {
			v.obs.Candidates = append(v.obs.Candidates, queue...)
			return
		}
		if unread == nil && unlooked(c, v.obs.Fault) {
			unread = v.obs.Fault
		}
		if v.obs.Snapshot != nil && v.obs.Fault.Kind == record.FaultWrongLanguage {
			queue = append(v.inKnownLanguage(c.URL), queue...)
		}
		if v.obs.Snapshot != nil && (c.Verdict == record.VerdictHub || c.Verdict == record.VerdictThin || c.Verdict == record.VerdictOther) {
			queue = append(s.Onward(v.obs.Snapshot), queue...)
		}
	}
	v.obs.URL = ""
	if unread != nil {
		v.fail(unread)
		return
	}
	v.fail(&record.Fault{Kind: record.FaultNoStatement, URL: v.site.Domain,
		Detail: fmt.Sprintf("searched the site; none of %d candidate pages is a privacy statement", len(v.obs.Candidates))})
}

// open looks at one candidate and reports whether it is the statement.
func (v *visit) open(c *record.Candidate) bool {
	v.look(record.Request{URL: c.URL, AcceptLanguage: v.prior.Lang})
	c.Verdict = v.verdict
	if v.obs.Fault != nil {
		return false
	}
	// A search ends where the site leads; the link that was followed may be a
	// redirect of the day.
	if v.obs.Snapshot.FinalURL != "" {
		v.obs.URL = v.obs.Snapshot.FinalURL
	}
	return true
}

// inKnownLanguage is the page just opened in the language that the statement was in
// before, where the page offers it.
func (v *visit) inKnownLanguage(page string) []record.Candidate {
	for _, o := range v.crawler.Find.Offers(v.obs.Snapshot) {
		if _, opened := v.fetched[o.URL]; o.Lang == v.prior.Lang && o.Page && !opened {
			return []record.Candidate{{URL: o.URL, Text: o.Shown, Lang: o.Lang, Score: discover.Good,
				Reasons: []string{fmt.Sprintf("%s offers itself there in %s, the language of the statement so far", page, o.Lang)}}}
		}
	}
	return nil
}

// unlooked reports whether a candidate that seemed right could not be looked
// at. A guessed address that does not exist says nothing; a linked page behind a
// wall does.
func unlooked(c record.Candidate, f *record.Fault) bool {
	rule := f.Kind.Rule()
	return c.Score >= discover.Good && !rule.Rediscover && !rule.Absent
}

// rediscover searches again after the known page broke. Only a statement found
// elsewhere replaces the first fault: it says best what happened.
func (v *visit) rediscover(broken record.Fault) {
	kept := v.obs.Snapshot
	v.step("discover", "", "the known page is %s; searching the site again", broken.Kind)
	v.discover()
	if v.obs.Fault == nil || v.obs.Fault.Kind == record.FaultCancelled {
		return
	}
	if broken.Kind.Rule().Absent && v.obs.Fault.Kind == record.FaultNoStatement {
		broken.Detail += "; searched the site again and found no statement"
	}
	v.obs.Snapshot, v.obs.URL = kept, ""
	v.fail(&broken)
}

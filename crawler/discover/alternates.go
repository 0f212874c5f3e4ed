package discover

import (
	"fmt"
	"net/url"
	"slices"

	"policywatch/store/record"
)

// alternates tells which candidates are one statement in several languages, and
// puts the one in the language to prefer in the place of the best of them; the
// others name it. found is sorted, best first, and comes back so but for that.
//
// Two candidates are one statement when their addresses differ only in the language
// that they name, or when both are named as the statement of one host in different
// languages.
func (s *Search) alternates(found []record.Candidate) []record.Candidate {
	prefer := s.want
	if prefer == "" && s.page != nil {
		prefer = s.f.words.prefers(s.page.url, s.lang)
	}
	for i := 0; i < len(found); i++ {
		if found[i].AlternateOf != "" {
			continue
		}
		chief, why := i, map[int]string{}
		for j := i + 1; j < len(found); j++ {
			if found[j].AlternateOf != "" {
				continue
			}
			if why[j] = s.f.words.alternate(found[i], found[j]); why[j] == "" {
				delete(why, j)
			} else if found[j].Lang == prefer && found[chief].Lang != prefer && found[j].Score >= Good {
				chief = j
			}
		}
		if chief != i {
			why[i] = why[chief]
			delete(why, chief)
			found[chief].Reasons = append(found[chief].Reasons, "of several languages the one to watch: "+prefer)
		}
		for j, reason := range why {
			found[j].AlternateOf = found[chief].URL
			found[j].Reasons = append(found[j].Reasons, fmt.Sprintf("the same statement in %s: %s", first(found[j].Lang, "another language"), reason))
		}
		c := found[chief]
		found = slices.Insert(slices.Delete(found, chief, chief+1), i, c)
	}
	return found
}

// alternate says why b is taken for a's statement in another language, empty when
// it is not.
func (w *words) alternate(a, b record.Candidate) string {
	u, err1 := url.Parse(a.URL)
	v, err2 := url.Parse(b.URL)
	if err1 != nil || err2 != nil || a.Lang == b.Lang && a.Lang != "" {
		return ""
	}
	if w.twins(w.tongueOf(u), w.tongueOf(v)) {
		return "the addresses differ only in the language"
	}
	if a.Lang != "" && b.Lang != "" && a.Score >= Good && b.Score >= Good && hostRank(u, v) >= 0.9 {
		return "the site links both by the name of a statement"
	}
	return ""
}

package gate

import (
	"bytes"
	"fmt"
	"net/url"

	"policywatch/store/record"
)

// statement reports whether the text reads like a statement, whatever else the
// page carries. Only what makes the text itself something else stands against
// it: a cookie dialog, a short message, a list of links, the home page.
func (j *judging) statement() (bool, string) {
	if j.running < fewest {
		return false, ""
	}
	why := "the text reads like a privacy statement"
	switch {
	case j.score >= enough:
	case j.named >= 0.7 && j.running >= 150 && j.inText.terms >= 2:
		why = "it is called a privacy statement and is long enough to be one"
	case !j.words.langs[j.doc.Lang] && garbled(j.raw) == "" && j.running >= 150 && (j.doc.Lang == "" || j.named > 0 || j.inText.terms >= 2):
		why = "a long text in a language without word lists; taken as it is"
		j.score = max(j.score, enough)
	default:
		return false, ""
	}
	if j.isDialog() || j.isIndex() || j.law() != "" {
		return false, ""
	}
	if j.running < notice {
		for _, l := range []list{notFound, blocked, maintenance, failed} {
			if j.prominent(l) != "" {
				return false, ""
			}
		}
	}
	if j.snap != nil {
		// Where an address leads to the front door now, its page is gone, even
		// when the front door of a privacy office is full of the words.
		if v, _ := effective(j.snap); v != "" && (j.named < 0.8 || j.score < 0.7 || j.running < notice) {
			return false, ""
		}
	}
	return true, why
}

// prominent returns the phrase of a list that the title or one of the first
// headings is made of, "" when there is none.
func (j *judging) prominent(l list) string {
	for _, t := range j.inTop {
		if t.share[l] >= 0.4 {
			return t.first[l]
		}
	}
	return ""
}

// says returns the phrase of a list that a short page carries anywhere.
func (j *judging) says(l list, most int) string {
	if j.all > most {
		return ""
	}
	for _, t := range append(j.inTop[:len(j.inTop):len(j.inTop)], j.inLabels, j.inText) {
		if t.first[l] != "" {
			return t.first[l]
		}
	}
	return ""
}

func (j *judging) unreadable() (record.Verdict, string) {
	if why := garbled(j.raw); why != "" {
		return record.VerdictUnreadable, "the text cannot be read: " + why
	}
	if j.snap != nil && bytes.HasPrefix(bytes.TrimLeft(j.snap.Body, "\r\n\t \x00"), []byte("%PDF-")) && j.all < fewest {
		return record.VerdictUnreadable, "a PDF file without text, perhaps a scan"
	}
	if j.running >= 20 && j.inText.terms < 4 && rightToLeft(j.text) {
		if t := j.words.count(backwards(j.text)); t.terms >= 4 && t.terms > 2*j.inText.terms {
			return record.VerdictUnreadable, "the text cannot be read: its letters stand in reversed order"
		}
	}
	return "", ""
}

func (j *judging) wall() (record.Verdict, string) {
	if p := j.prominent(blocked); p != "" {
		return record.VerdictBlocked, j.vendor("the page says “" + p + "”")
	}
	if j.snap != nil && j.all < notice {
		if w, mark := findWall(j.snap, j.source); w != "" {
			return record.VerdictBlocked, fmt.Sprintf("a bot wall of %s stands before the page (%s)", w, mark)
		}
	}
	if p := j.says(blocked, notice); p != "" {
		return record.VerdictBlocked, "the page says “" + p + "”"
	}
	return "", ""
}

// vendor adds the vendor's name to a reason where it can be told.
func (j *judging) vendor(why string) string {
	if j.snap != nil {
		if w, mark := findWall(j.snap, j.source); w != "" {
			return fmt.Sprintf("a bot wall of %s stands before the page (%s); %s", w, mark, why)
		}
	}
	return why
}

func (j *judging) status() (record.Verdict, string) {
	if j.snap == nil {
		return "", ""
	}
	if v, why := effective(j.snap); v != "" {
		return v, why
	}
	if to, ok := refresh(j.source); ok && j.running < 40 {
		base, err := url.Parse(first(j.snap.FinalURL, j.snap.URL))
		if err == nil {
			if u, err := base.Parse(to); err == nil && u.Path != base.Path {
				if isRoot(u) && !isRoot(base) {
					return record.VerdictNotFound, "gone_to_root: the page sends its visitors to the home page"
				}
				return record.VerdictHub, "the page only sends its visitors on to " + u.String()
			}
		}
	}
	return "", ""
}

// isDialog reports whether the text is the buttons and first words of a cookie
// dialog and nothing more.
func (j *judging) isDialog() bool {
	if j.all > dialog || j.inLabels.distinct[consent] == 0 {
		return false
	}
	// A long dialog shows several buttons; one alone is the "cookie settings"
	// of any cookie policy.
	n := j.inText.distinct[consent] + j.inLabels.distinct[consent]
	if n < 2 || j.all > notice && j.inLabels.distinct[consent] < 2 {
		return false
	}
	// A short statement above the dialog has a heading that names it.
	for _, t := range j.inTop[j.titles:] {
		if t.distinct[consent] == 0 && (t.named >= 0.8 && j.running >= 60 || t.named >= 0.35 && j.running >= notice) {
			return false
		}
	}
	return true
}

func (j *judging) cookieDialog() (record.Verdict, string) {
	if j.isDialog() || j.says(consent, 60) != "" && j.inText.distinct[consent]+j.inLabels.distinct[consent] >= 2 {
		return record.VerdictConsent, fmt.Sprintf("the text is a cookie dialog (“%s”)", first(j.inLabels.first[consent], j.inText.first[consent]))
	}
	return "", ""
}

// message finds pages that are nothing but a message from the server.
func (j *judging) message() (record.Verdict, string) {
	verdicts := []struct {
		list    list
		verdict record.Verdict
	}{{notFound, record.VerdictNotFound}, {maintenance, record.VerdictMaintenance}, {failed, record.VerdictMaintenance}, {needsScript, record.VerdictShell}, {loading, record.VerdictShell}}
	for _, v := range verdicts {
		if p := j.prominent(v.list); p != "" {
			return v.verdict, "the page says “" + p + "”"
		}
	}
	if j.loginFields() {
		return "", ""
	}
	for _, v := range verdicts {
		if p := j.says(v.list, 80); p != "" {
			return v.verdict, "the page says little but “" + p + "”"
		}
	}
	return "", ""
}

func (j *judging) loginFields() bool {
	return j.source != nil && passwordField(j.source) && j.all < 300 ||
		j.all < notice && max(j.inLabels.distinct[login], j.inText.distinct[login]) >= 2
}

func (j *judging) loginForm() (record.Verdict, string) {
	if j.loginFields() {
		return record.VerdictLogin, "the page is a login form"
	}
	if p := j.prominent(login); p != "" && j.all < notice {
		return record.VerdictLogin, "the page says “" + p + "”"
	}
	return "", ""
}

func (j *judging) shell() (record.Verdict, string) {
	if j.running >= 40 || j.source == nil {
		return "", ""
	}
	if mark, ok := builtByScript(j.source); ok {
		return record.VerdictShell, fmt.Sprintf("the page is built by script (%s) and holds %d words", mark, j.all)
	}
	return "", ""
}

// isIndex reports whether the text is a list of links with little besides.
func (j *judging) isIndex() bool {
	return j.links >= 2 && j.linked*2 > j.all && j.running < 80 || j.links >= 5 && j.linked*10 > j.all*7 && j.running < 150
}

// law returns the words of the title that show the page to be the text of a law
// on data protection, which says all that a statement says and is none: it
// speaks of a law, and the text is cut into numbered articles.
func (j *judging) law() string {
	if j.articles < 8 {
		return ""
	}
	for _, t := range j.inTop[:min(len(j.inTop), j.titles+1)] {
		if t.first[about] != "" && t.named < 0.95 {
			return t.first[about]
		}
	}
	return ""
}

func (j *judging) legalText() (record.Verdict, string) {
	if w := j.law(); w != "" {
		return record.VerdictOther, fmt.Sprintf("the text of a law: its title speaks of “%s” and it has %d numbered articles", w, j.articles)
	}
	return "", ""
}

func (j *judging) index() (record.Verdict, string) {
	if j.isIndex() {
		return record.VerdictHub, fmt.Sprintf("the page is a list of %d links with %d words of running text", j.links, j.running)
	}
	return "", ""
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

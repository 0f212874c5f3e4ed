package discover

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// foreign lists languages that no lexicon has and that addresses of government
// sites name. A pair of letters outside of it and of the lexicons is taken for a
// department: /hr/, /pr/.
var foreign = strings.Fields("ru zh he az hy ka kk uz tg tk ky ps hi bn ta id ms it pt ja ko nl sv da fi pl el uk ro bg cs hu sq bs sr sw so ti cy ga mt")

var scripts = []string{"hans", "hant", "latn", "arab", "cyrl"}

// code is the language that a tag, a code or a name in an address stands for:
// "fa" of "fa-IR", "en" of "ENG", "ckb" of "ku"; empty for what is none.
func (w *words) code(tag string) string {
	tag, region, ok := strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")), "-")
	// "en-gb" and "zh-hans" name a language, "per-diem" does not.
	if ok && (len(tag) != 2 || len(region) != 2 && !slices.Contains(scripts, region)) {
		return ""
	}
	if l, ok := w.codes[tag]; ok {
		return l
	}
	if slices.Contains(foreign, tag) {
		return tag
	}
	return ""
}

// addCodes lets a language be named by its code, and by every name of it that an
// address may hold.
func (w *words) addCodes(l record.Lexicon) {
	w.codes[l.Lang] = l.Lang
	for _, n := range l.Links.Names {
		if n = canon.Text(n); utf8.RuneCountInString(n) == len(n) && !strings.Contains(n, " ") && len(n) > 1 {
			w.codes[n] = l.Lang
		}
	}
	for _, d := range l.Links.Domains {
		w.domains[d] = l.Lang
	}
}

// tongue is an address taken apart: the language that it names, and what it is
// without that.
type tongue struct{ lang, rest string }

// tongueOf finds the language in a parameter, the first part of the path or the
// first label of the host.
func (w *words) tongueOf(u *url.URL) tongue {
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	path, query := strings.TrimSuffix(u.Path, "/"), u.RawQuery
	lang := ""
	if query != "" {
		q := u.Query()
		for _, k := range languageKeys {
			if l := w.code(q.Get(k)); l != "" {
				lang = l
				q.Del(k)
				query = q.Encode()
				break
			}
		}
	}
	if first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); lang == "" || w.code(first) == lang {
		if l := w.code(first); l != "" {
			lang, path = l, "/"+rest
		}
	}
	if label, rest, ok := strings.Cut(host, "."); ok && strings.Contains(rest, ".") {
		if l := w.code(label); l != "" && (lang == "" || lang == l) {
			lang, host = l, strings.TrimPrefix(rest, "www.")
		}
	}
	return tongue{lang, strings.ToLower(host + strings.TrimSuffix(path, "/") + "?" + query)}
}

// languageKeys are parameters that choose a language.
var languageKeys = []string{"lang", "language", "locale", "culture", "hl", "lng", "setlang"}

// twins reports whether two addresses differ only in the language that they name.
// One of them may name none, the other then one that a lexicon knows: "/it/" is as
// often a department.
func (w *words) twins(a, b tongue) bool {
	if a.rest != b.rest || a.lang == b.lang {
		return false
	}
	return a.lang != "" && b.lang != "" || slices.Contains(w.order, a.lang+b.lang)
}

// front reports whether an address is a site's home page, in whatever language.
func (t tongue) front() bool {
	path, query, _ := strings.Cut(t.rest, "?")
	if query != "" {
		return false
	}
	_, path, _ = strings.Cut(path, "/")
	for part := range strings.SplitSeq(path, "/") {
		name, _, _ := strings.Cut(part, ".")
		switch name {
		case "", "index", "default", "home", "homepage", "main", "start", "pages", "portal", "web", "site":
		default:
			return false
		}
	}
	return true
}

// Offer is a language that a page says it is to be had in.
type Offer struct {
	Lang string // ISO 639
	URL  string
	// Shown is by what the page says so, verbatim: the words of a link, or
	// hreflang="en".
	Shown string
	// Page means that the address is this very page in the language; otherwise it is
	// the site's home page in it.
	Page bool
	// Known means that there is a lexicon of the language.
	Known bool
}

// maxOffers bounds the languages of one page.
const maxOffers = 12

// Offers lists the languages that a page is to be had in beside its own, by
// alternates in its head, by the links of a language switch, and by links to the
// same address in another language; for each at most one address of this page and
// one of the home page. Only addresses of the same site count.
func (f *Finder) Offers(snap *record.Snapshot) []Offer {
	if !isPage(snap) {
		return nil
	}
	return f.words.offers(readPage(f.decode(snap), final(snap)))
}

func (w *words) offers(p *page) []Offer {
	self, err := url.Parse(p.self)
	if err != nil {
		return nil
	}
	own := w.tongueOf(self)
	var out []Offer
	seen := map[string]bool{}
	last := lastPart(self.Path)
	for i := range p.links {
		l := &p.links[i]
		if l.lang == "" && !p.names(w, l) && !mayTwin(l.href, last) {
			continue
		}
		to, ok := resolve(p.url, l.href)
		if !ok || sameAddress(to.String(), p.self) {
			continue
		}
		at := w.tongueOf(to)
		lang, shown := w.offered(p, l, own, at)
		if lang == "" || hostRank(self, to) < 0.9 {
			continue
		}
		o := Offer{Lang: lang, URL: to.String(), Shown: clip(shown), Page: !at.front(), Known: slices.Contains(w.order, lang)}
		if key := lang + map[bool]string{true: " page"}[o.Page]; !seen[key] && len(out) < maxOffers {
			seen[key] = true
			out = append(out, o)
		}
	}
	return out
}

// names reports whether one of a link's words names a language.
func (p *page) names(w *words, l *link) bool {
	for _, s := range []string{l.text, l.label, l.image, l.title} {
		if s != "" && len(s) <= w.longest && w.switches(s) != "" {
			return true
		}
	}
	return false
}

// mayTwin reports whether an address could be that of a page whose path ends in
// last in another language, before it is taken apart.
func mayTwin(href, last string) bool {
	path, _, _ := strings.Cut(href, "#")
	return last == "" || strings.Contains(path, "=") || strings.EqualFold(lastPart(path), last) || len(path) <= len("/en-us/")
}

func lastPart(path string) string {
	path = strings.TrimRight(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// offered returns the language that a link offers the page in, and by what it
// shows that; empty for other links.
func (w *words) offered(p *page, l *link, own, at tongue) (lang, shown string) {
	declared := primary(l.lang)
	if declared == "x" {
		declared = "" // x-default
	}
	if known := w.code(declared); known != "" {
		declared = known
	}
	if declared != "" && slices.Contains(strings.Fields(l.rel), "alternate") {
		return declared, `hreflang="` + l.lang + `"`
	}
	for _, s := range []string{l.text, l.label, l.image, l.title} {
		named := p.read(w, s).switches
		if named == "" {
			continue
		}
		// The name of a language is also a school subject and a newspaper.
		if at.lang == named || declared == named || at.front() || w.twins(own, at) {
			return named, s
		}
	}
	if w.twins(own, at) && at.lang != "" {
		return at.lang, first(l.text, l.label, l.image, l.title, l.href)
	}
	return "", ""
}

// Prefers is the language in which a site's statement is watched where it has
// several: the one that its name says (en.example.gov.ir, example.gov.sa), else the
// one that its home page speaks.
func (f *Finder) Prefers(home *record.Snapshot) string {
	p := readPage(f.decode(home), final(home))
	return f.words.prefers(p.url, f.words.speaks(p))
}

func (w *words) prefers(home *url.URL, spoken string) string {
	host := strings.TrimPrefix(strings.ToLower(home.Hostname()), "www.")
	if label, rest, ok := strings.Cut(host, "."); ok && strings.Contains(rest, ".") && slices.Contains(w.order, w.code(label)) {
		return w.code(label)
	}
	return first(w.domains[host[strings.LastIndexByte(host, '.')+1:]], spoken)
}

// Linked returns the good links to statements on a page, best first. whole is false
// for a page without any links, which proves nothing by linking no statement.
func (f *Finder) Linked(snap *record.Snapshot) (links []record.Candidate, whole bool) {
	if !isPage(snap) {
		return nil, false
	}
	p := readPage(f.decode(snap), final(snap))
	found := f.words.statements(p, f.words.speaks(p))
	if n := slices.IndexFunc(found, func(c record.Candidate) bool { return c.Score < Good }); n >= 0 {
		found = found[:n]
	}
	return found, len(p.links) > 0
}

// isPage leaves out what cannot hold links.
func isPage(snap *record.Snapshot) bool {
	return snap != nil && len(snap.Body) > 0 && !strings.HasPrefix(string(snap.Body[:min(len(snap.Body), 5)]), "%PDF-")
}

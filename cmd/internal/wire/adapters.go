package wire

import (
	"context"
	"errors"

	"policywatch/crawler"
	"policywatch/crawler/discover"
	"policywatch/crawler/extract"
	"policywatch/crawler/fetch"
	"policywatch/crawler/imprint"
	"policywatch/store"
	"policywatch/store/record"
)

// Extractor is the version of the reader of pages.
const Extractor = extract.Version

// ErrNotFound is what the archive answers for what it does not hold.
var ErrNotFound = store.ErrNotFound

// IsNotFound reports whether the archive does not hold what was asked for.
func IsNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// IsDamaged reports whether the archive does not hold what was written.
func IsDamaged(err error) bool { return errors.Is(err, store.ErrDamaged) }

// CheckReport is what a look at every byte of the archive found.
type CheckReport = store.CheckReport

// robotsMemory lends the fetcher the archive's memory of robots.txt. It is made
// before the archive is open and forgets everything until then.
type robotsMemory struct{ kept fetch.RuleKeeper }

func (m *robotsMemory) Rules(origin string) ([]byte, bool) {
	if m.kept == nil {
		return nil, false
	}
	return m.kept.Rules(origin)
}

func (m *robotsMemory) KeepRules(origin string, rules []byte) {
	if m.kept != nil {
		m.kept.KeepRules(origin, rules)
	}
}

// finder gives every search the fetcher of its visit.
type finder struct{ *discover.Finder }

func newFinder(lex []record.Lexicon, client *fetch.Client, decode func(*record.Snapshot) []byte, desk *crawler.Desk) finder {
	f := discover.New(lex, client, decode)
	// A home page is no statement and need not read like one; only a page that
	// stands in its place matters, because the links that it lacks prove nothing.
	f.Check = func(snap *record.Snapshot, _ []byte) *record.Fault {
		_, fault := desk.Read(context.Background(), snap, record.Site{}, record.Prior{})
		if fault == nil {
			return nil
		}
		switch fault.Kind {
		case record.FaultBlocked, record.FaultShell, record.FaultMaintenance, record.FaultLogin, record.FaultUnreadable:
			return fault
		}
		return nil
	}
	return finder{f}
}

func (f finder) Search(fetch crawler.Fetcher, site record.Site, home, lang string) crawler.Search {
	return f.Finder.With(fetch).Search(site, home, lang)
}

// pages gives the crawler its readers of pages: it carries a site's selectors
// over into the extractor's options.
type pages struct{ *extract.Reader }

func (p pages) HTML(text []byte, base string, s record.Site) (*record.Document, error) {
	return p.Reader.HTML(text, options(base, s))
}

func (p pages) Imprint(text []byte, doc *record.Document) record.Imprint {
	return imprint.Of(text, doc)
}

func (p pages) Fits(text []byte, i record.Imprint, s record.Site) (record.Imprint, bool) {
	return imprint.Fits(text, i, options("", s).Manner())
}

func options(base string, s record.Site) extract.Options {
	return extract.Options{URL: base, Select: s.Select, Remove: s.Remove}
}

func (p pages) Text(text []byte, base string) (*record.Document, error) {
	return p.Reader.Text(text, extract.Options{URL: base})
}

func (p pages) Markdown(text []byte, base string) (*record.Document, error) {
	return p.Reader.Markdown(text, extract.Options{URL: base})
}

// Package wire puts the program together: it is the one place that sees the
// concrete types of every floor, and the only one that imports the store engine
// and the configuration. It decides nothing.
package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/configs"
	"policywatch/crawler"
	"policywatch/crawler/charset"
	"policywatch/crawler/extract"
	"policywatch/crawler/fetch"
	"policywatch/crawler/gate"
	"policywatch/crawler/pdf"
	"policywatch/crawler/render"
	"policywatch/diff"
	"policywatch/diff/section"
	"policywatch/diff/volatile"
	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// data is what the embedded files say.
type data struct {
	lexicons []record.Lexicon
	profiles []record.Profile
	books    []record.Phrasebook
}

func loadData() (d data, err error) {
	if d.lexicons, err = configs.Lexicons(configs.Data()); err != nil {
		return data{}, err
	}
	if d.profiles, err = configs.Profiles(configs.Data()); err != nil {
		return data{}, err
	}
	if d.books, err = configs.Phrasebooks(configs.Data()); err != nil {
		return data{}, err
	}
	return d, nil
}

// Tools are the parts that need no archive: reading, judging, comparing.
type Tools struct {
	Desk     *crawler.Desk
	Sections *section.Reader
	Diff     *diff.Comparer
	Volatile *volatile.Reader
	Report   *report.Writer
	Profiles []record.Profile
	Crawler  *crawler.Crawler

	english speech.Voice // says what the archive keeps in words
	client  *fetch.Client
	browser *render.Browser // nil where there is none
	robots  *robotsMemory
	config  configs.Config
	sites   []record.Site
	version string
	// lexicons are what the readers were made with.
	lexicons []record.Lexicon
	log      *slog.Logger
}

// NewTools builds the tools. Close releases the connections and the browser.
func NewTools(o Options) (*Tools, error) {
	cfg, err := o.load()
	if err != nil {
		return nil, err
	}
	d, err := loadData()
	if err != nil {
		return nil, err
	}
	sites, err := o.sites(cfg, d.profiles)
	if err != nil {
		return nil, err
	}
	writer, err := newReport(d.books, cfg, o.Log)
	if err != nil {
		return nil, err
	}
	robots := &robotsMemory{}
	client, err := newClient(cfg.Crawl, robots, o)
	if err != nil {
		return nil, err
	}
	sections := section.New(d.lexicons)
	sections.Now = time.Now
	judge := gate.New(d.lexicons)
	reader := extract.New(d.lexicons)
	files := pdf.New(pdf.Options{Lexicons: d.lexicons, Language: reader.Language})
	desk := &crawler.Desk{Decode: charset.Decode, Pages: pages{reader}, PDFs: files, Label: sections, Gate: judge,
		Seats: make(chan struct{}, runtime.GOMAXPROCS(0))}
	decode := func(s *record.Snapshot) []byte {
		text, _ := charset.Decode(s.Body, s.ContentType())
		return text
	}
	browser, err := newBrowser(cfg.Crawl, client, o.Log)
	if err != nil {
		client.Close()
		return nil, err
	}
	crawl := &crawler.Crawler{Fetch: client, Door: client, Find: newFinder(d.lexicons, client, decode, desk), Read: desk,
		Scheme: cfg.Crawl.Scheme, Clock: time.Now, Log: o.Log}
	if browser != nil {
		crawl.Render = client.Paced(browser)
	}
	english := speech.New(d.books).In("en").Plain()
	return &Tools{
		Desk: desk, Sections: sections, Diff: diff.New(d.lexicons, english), Volatile: volatile.New(d.lexicons), Report: writer, Profiles: d.profiles,
		Crawler: crawl, english: english, client: client, browser: browser, robots: robots, config: cfg, sites: sites, log: o.Log,
		version: o.Version, lexicons: d.lexicons,
	}, nil
}

// Close releases what the tools hold.
func (t *Tools) Close() {
	if t.browser != nil {
		t.browser.Close()
	}
	t.client.Close()
}

// Fetch brings one page by the rules of the configuration.
func (t *Tools) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	return t.client.Fetch(ctx, r)
}

// Sites are the configured sites.
func (t *Tools) Sites() []record.Site { return t.sites }

// Profile is the legal profile of a site: the one that its entry names, else
// the one of its domain.
func (t *Tools) Profile(s record.Site) record.Profile {
	for _, p := range t.Profiles {
		if p.ID == s.Profile {
			return p
		}
	}
	return section.Choose(t.Profiles, s.Domain)
}

func newClient(c configs.Crawl, robots *robotsMemory, o Options) (*fetch.Client, error) {
	return fetch.New(fetch.Options{
		Version: o.Version, Contact: c.Contact, Timeout: time.Duration(c.Timeout), MaxBody: int64(c.MaxBody),
		PerHostInterval: time.Duration(c.PerHostInterval), Robots: c.Robots, Rules: robots, Turns: o.turns, AllowAddresses: networks(c.AllowAddresses), Log: o.Log,
	})
}

func networks(in []configs.Network) []netip.Prefix {
	out := make([]netip.Prefix, len(in))
	for i, n := range in {
		out[i] = netip.Prefix(n)
	}
	return out
}

// App is the whole program around an open archive.
type App struct {
	*Tools
	Store      *store.DB
	Monitor    *monitor.Monitor
	Dispatcher *notify.Dispatcher
	router     *notify.Router
	closers    closers
}

// Open builds the program. readOnly opens the archive for reading only and
// fails when there is none.
func Open(ctx context.Context, o Options, readOnly bool) (*App, error) {
	t, err := NewTools(o)
	if err != nil {
		return nil, err
	}
	return t.Open(ctx, readOnly)
}

// Open builds the rest of the program around the tools, which it takes over: it
// closes them with itself, and when it fails. What is read while a daemon has the
// archive open is a copy as of this moment.
func (t *Tools) Open(ctx context.Context, readOnly bool) (*App, error) {
	open := t.read
	if !readOnly {
		open = func(ctx context.Context) (*store.DB, error) { return t.reach(ctx, false, nil) }
	}
	db, err := open(ctx)
	if err != nil {
		t.Close()
		return nil, err
	}
	return t.own(db)
}

// own builds the program around an archive that is closed with it, or when it
// fails.
func (t *Tools) own(db *store.DB) (*App, error) {
	a, err := t.around(db)
	if err != nil {
		db.Close()
		return nil, err
	}
	a.closers = append(closers{{"archive", db.Close}}, a.closers...)
	return a, nil
}

// around builds the program around an archive that is open and stays so when the
// program is closed.
func (t *Tools) around(db *store.DB) (_ *App, err error) {
	a := &App{Tools: t, Store: db}
	a.closers.add("connections", func() error { t.Close(); return nil })
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	rules := db.RobotsRules()
	t.robots.kept = rules
	a.closers.add("robots.txt rules", func() error { return rules.Flush(context.Background()) })
	channels, err := newChannels(t.config)
	if err != nil {
		return nil, err
	}
	if a.router, err = newRouter(t.config.Notify); err != nil {
		return nil, err
	}
	a.Monitor = &monitor.Monitor{
		Store: db, Looker: monitor.Here{Crawl: t.Crawler, Clock: time.Now, Log: t.log}, Read: t.Desk, Sections: t.Sections, Diff: t.Diff, English: t.english, Volatile: t.Volatile, Route: a.router, Profile: t.Profile,
		ConfirmAfter: time.Duration(t.config.Crawl.ConfirmAfter), SecondLook: secondLook(time.Duration(t.config.Crawl.ConfirmAfter)),
		FailNoticeAfter: t.config.Schedule.FailNoticeAfter, RemindEvery: time.Duration(t.config.Schedule.RemindEvery), Clock: time.Now, Log: t.log,
	}
	a.Dispatcher = &notify.Dispatcher{Outbox: db, Senders: channels.senders, Writer: t.Report, Lang: t.config.Notify.Lang, Langs: channels.langs,
		Plan: a.router.Plan, Rates: channels.rates, Clock: time.Now, Log: t.log}
	return a, nil
}

// secondLook is the pause before a dropped section is looked at again in the
// same visit: long enough for a half-loaded page to mend, short enough for a
// scan. It follows confirm_after down to zero.
func secondLook(confirm time.Duration) time.Duration { return min(10*time.Second, confirm/60) }

// Concurrency is how many sites are visited at a time.
func (a *App) Concurrency() int { return a.config.Crawl.Concurrency }

// ScanFinished puts the notice of a finished scan into the outbox, for the
// routes that ask for it.
func (a *App) ScanFinished(ctx context.Context, sum record.ScanSummary) error {
	counts := record.Say("told.scan", record.Count(sum.Sites), record.Count(sum.Changed), record.Count(sum.Faults))
	alerts := a.router.Alerts(a.told(record.Event{Type: record.EventScanFinished, At: time.Now(), Severity: record.SeverityInfo, Scan: &sum}, counts))
	if sum.Outage {
		ev := a.told(outageEvent(), record.Say("told.outage", record.Count(sum.Sites)))
		ev.At = time.Now()
		alerts = append(alerts, a.router.Alerts(ev)...)
	}
	if len(alerts) == 0 {
		return nil
	}
	return a.Store.Enqueue(ctx, alerts)
}

// told gives an event its reason, as data and in English.
func (a *App) told(ev record.Event, why record.Sentence) record.Event {
	ev.Told = []record.Sentence{why}
	ev.Reason = a.english.Tell(ev.Told)
	return ev
}

// Close tears the program down, last in first out, and returns the first error.
func (a *App) Close() error { return a.closers.close() }

// closers is a named stack of teardowns.
type closers []closer

type closer struct {
	name  string
	close func() error
}

func (c *closers) add(name string, f func() error) { *c = append(*c, closer{name, f}) }

func (c *closers) close() (first error) {
	for i := len(*c) - 1; i >= 0; i-- {
		if err := (*c)[i].close(); err != nil && first == nil {
			first = fmt.Errorf("close the %s: %w", (*c)[i].name, err)
		}
	}
	*c = nil
	return first
}

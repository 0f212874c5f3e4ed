package monitor_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/configs"
	"policywatch/crawler"
	"policywatch/diff"
	"policywatch/diff/section"
	"policywatch/diff/volatile"
	"policywatch/notify"
	"policywatch/store"
	"policywatch/store/canon"
	"policywatch/store/record"
	"policywatch/store/speech"
)

const page = "https://water.example.gov/privacy"

// statement is a whole statement of a fictional agency, a paragraph a line;
// lines that begin with # are headings.
const statement = `# Privacy policy of the Water Office
The Water Office explains here which personal data its website collects and why.
# What we collect
You give us your name, your address and your mobile number when you apply for a meter.
Our server logs record the IP address and the browser of every visitor.
# How we use it
We use your data to answer your application and to send you the bill, and for nothing else.
# Sharing
We do not sell your data. We share it with the courts when a law demands it.
# Retention
We keep applications for six months and destroy them after that.
# Security
Access is limited to authorised staff and the connection is encrypted.
# Your rights
You may ask to see, correct or delete your data at any time.
# Contact
Write to the privacy officer at privacy@water.example.gov.`

// scene is a monitor over a real store, a real comparison, and a crawler that
// answers what the test says.
type scene struct {
	*monitor.Monitor
	t     *testing.T
	db    *store.DB
	crawl *script
	now   time.Time
	// requests counts what the live pages of a test were asked for.
	requests int
}

// script is the crawler: next is the next answer, again the second look's.
type script struct {
	clock func() time.Time
	next  func() record.Observation
	again func() record.Observation
	looks int
}

func (s *script) Observe(_ context.Context, site record.Site, _ record.Prior) record.Observation {
	o := s.next()
	o.Site, o.At = site.Domain, s.clock()
	return o
}

func (s *script) Again(_ context.Context, site record.Site, _ string, _ *record.Document) record.Observation {
	s.looks++
	o := s.again()
	o.Site, o.At = site.Domain, s.clock()
	return o
}

// Document serves as the reader of kept snapshots: it reads the body as the
// extractor that the body's first line names.
func (s *scene) Document(_ context.Context, snap *record.Snapshot, _ record.Site) (*record.Document, error) {
	return s.read(string(snap.Body), "text/2"), nil
}

func (s *scene) read(text, extractor string) *record.Document {
	d := &record.Document{Lang: "en", Dir: "ltr", Extractor: extractor, Quality: record.Quality{Verdict: record.VerdictStatement, Score: 1}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if h, ok := strings.CutPrefix(line, "# "); ok {
			d.Blocks = append(d.Blocks, record.Block{Kind: record.Heading, Level: 2, Text: h})
		} else if line != "" {
			d.Blocks = append(d.Blocks, record.Block{Kind: record.Paragraph, Text: line})
		}
	}
	d.Title = d.Blocks[0].Text
	d.Identity, d.Exact = canon.Identity(d.Texts()), canon.Exact(d.Texts())
	s.Sections.Label(d)
	return d
}

// from looks through a crawler in this process.
func (s *scene) from(c monitor.Crawler) monitor.Here {
	return monitor.Here{Crawl: c, Clock: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler)}
}

func newScene(t *testing.T) *scene {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, db: db, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	t.Cleanup(func() {
		if r, err := db.Check(context.Background()); err != nil || !r.OK() {
			t.Errorf("the archive is damaged: %v %v", r, err)
		}
		db.Close()
	})
	clock := func() time.Time { return s.now }
	s.crawl = &script{clock: clock}
	english := speech.New(books).In("en")
	s.Monitor = &monitor.Monitor{
		Store: db, Looker: s.from(s.crawl), Sections: section.New(lex), Diff: diff.New(lex, english), English: english.Plain(), Volatile: volatile.New(lex), Read: s,
		Route:        notify.NewRouter([]notify.Route{{Channels: []string{"c"}}}),
		Profile:      func(record.Site) record.Profile { return section.Choose(profiles, "water.example.gov") },
		ConfirmAfter: 10 * time.Minute, FailNoticeAfter: 3, Clock: clock, Log: slog.New(slog.DiscardHandler),
	}
	return s
}

// sees is what a visit that reads the text brings back.
func (s *scene) sees(text, extractor string) func() record.Observation {
	return func() record.Observation {
		return record.Observation{URL: page, Document: s.read(text, extractor), BodyDigest: crawler.Digest([]byte(text)),
			Snapshot: &record.Snapshot{URL: page, FinalURL: page, Status: 200, Body: []byte(text), Via: "http"}}
	}
}

func fails(kind record.FaultKind) func() record.Observation {
	return func() record.Observation {
		return record.Observation{Fault: &record.Fault{Kind: kind, URL: page, Detail: "as the test says"}}
	}
}

// visit makes the next visit, twelve hours after the one before.
func (s *scene) visit(next func() record.Observation) monitor.Result {
	s.t.Helper()
	return s.visitAfter(12*time.Hour, next)
}

func (s *scene) visitAfter(d time.Duration, next func() record.Observation) monitor.Result {
	s.t.Helper()
	s.now = s.now.Add(d)
	s.crawl.next, s.crawl.again = next, next
	r, err := s.Check(s.t.Context(), record.Site{Domain: "water.example.gov"})
	if err != nil {
		s.t.Fatal(err)
	}
	// Why it ended so can be said in every language: by the visit, its fault or its change.
	notes, err := s.db.Visits(s.t.Context(), r.Site, 1)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range notes {
		if n.Reason != "" && len(n.Told) == 0 && n.Fault == nil && (n.Version == 0 || r.Change == nil) {
			s.t.Errorf("%s: %q is not kept as data", n.State, n.Reason)
		}
	}
	return r
}

// told lists the events in the outbox, oldest first.
func (s *scene) told() []record.EventType {
	s.t.Helper()
	list, err := s.db.Alerts(s.t.Context(), record.AlertFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	out := []record.EventType{}
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i].Event.Type)
	}
	return out
}

func (s *scene) wantTold(want ...record.EventType) {
	s.t.Helper()
	got := s.told()
	if len(got) != len(want) {
		s.t.Fatalf("told %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			s.t.Fatalf("told %v, want %v", got, want)
		}
	}
}

func (s *scene) wantState(r monitor.Result, want record.VisitState) {
	s.t.Helper()
	if r.State != want {
		s.t.Fatalf("state %s (%s), want %s", r.State, r.Reason, want)
	}
}

func without(text, heading string) string {
	before, rest, _ := strings.Cut(text, "# "+heading+"\n")
	if _, after, ok := strings.Cut(rest, "\n# "); ok {
		return before + "# " + after
	}
	return before
}

// D11: the first visit is a baseline, and nobody is told of it.
func TestFirstVisitIsABaseline(t *testing.T) {
	s := newScene(t)
	r := s.visit(s.sees(statement, "text/1"))
	s.wantState(r, record.VisitNew)
	if r.Version != 1 || len(r.Topics) < 6 {
		t.Errorf("version %d, topics %v", r.Version, r.Topics)
	}
	s.wantTold()
}

func TestSilenceForCosmeticEdits(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	r := s.visit(s.sees(strings.ReplaceAll(statement, " we ", " we\u00a0"), "text/1"))
	s.wantState(r, record.VisitUnchanged)
	if r.Version != 1 || len(r.Topics) < 6 {
		t.Errorf("a cosmetic edit made version %d", r.Version)
	}
	s.wantTold()
}

// What is only spelt another way makes no version, and its bytes are kept, also where
// the crawler knew the statement without reading it.
func TestTheBytesOfAnotherSpellingAreKept(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	before := s.past()
	body := []byte(strings.ReplaceAll(statement, " we ", " we\u00a0"))
	now := record.Imprint{Words: "w", Region: "r", Length: 7, Read: s.now}
	r := s.visit(func() record.Observation {
		return record.Observation{URL: page, Unmodified: true, Respelt: now, BodyDigest: store.Digest(body),
			Snapshot: &record.Snapshot{URL: page, Status: 200, Body: body}}
	})
	s.wantState(r, record.VisitUnchanged)
	s.wantTold()
	past := s.past()
	if past.Version != 1 || past.TextDigest != before.TextDigest || !past.Prior.Imprint.Read.Equal(now.Read) || past.Prior.Imprint.Region != "r" {
		t.Errorf("%+v", past)
	}
	if snap, err := s.db.Snapshot(t.Context(), store.Digest(body)); err != nil || string(snap.Body) != string(body) {
		t.Errorf("the newer bytes: %v", err)
	}
}

// D8: one dropped section is told, after a second look that sees the same.
func TestDroppedSectionIsToldOnceAfterASecondLook(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	r := s.visit(s.sees(without(statement, "Retention"), "text/1"))
	s.wantState(r, record.VisitChanged)
	if r.Change == nil || r.Change.Class != record.ClassSectionDropped || s.crawl.looks != 1 {
		t.Fatalf("change %+v after %d second looks", r.Change, s.crawl.looks)
	}
	s.wantState(s.visit(s.sees(without(statement, "Retention"), "text/1")), record.VisitUnchanged)
	s.wantTold(record.EventDroppedSection)
}

// A drop that the second look does not see waits, and is forgotten when the
// statement is whole again.
func TestDropThatDoesNotLastIsNeverTold(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	s.now = s.now.Add(12 * time.Hour)
	s.crawl.next, s.crawl.again = s.sees(without(statement, "Retention"), "text/1"), s.sees(statement, "text/1")
	r, err := s.Check(t.Context(), record.Site{Domain: "water.example.gov"})
	if err != nil {
		t.Fatal(err)
	}
	s.wantState(r, record.VisitPending)
	if r.Change != nil {
		t.Error("a pending capture shows a change")
	}
	s.wantState(s.visit(s.sees(statement, "text/1")), record.VisitUnchanged)
	s.wantTold()
}

// A collapse counts only when a later visit, late enough, sees the same.
func TestCollapseWaitsForConfirmation(t *testing.T) {
	s := newScene(t)
	short := "# Privacy policy of the Water Office\nThe Water Office explains here which personal data its website collects and why."
	s.visit(s.sees(statement, "text/1"))
	s.wantState(s.visit(s.sees(short, "text/1")), record.VisitPending)
	s.wantState(s.visitAfter(time.Minute, s.sees(short, "text/1")), record.VisitPending)
	s.wantTold()
	r := s.visitAfter(10*time.Minute, s.sees(short, "text/1"))
	s.wantState(r, record.VisitChanged)
	if !r.Change.Severity.AtLeast(record.SeverityMajor) || !strings.Contains(r.Reason, "Seen again") {
		t.Errorf("severity %s, reason %q", r.Change.Severity, r.Reason)
	}
	if len(s.told()) != 1 {
		t.Errorf("told %v", s.told())
	}
}

// A person may take or refuse a capture that waits.
func TestQuarantineIsReleasedOrRejected(t *testing.T) {
	site := record.Site{Domain: "water.example.gov"}
	short := "# Privacy policy of the Water Office\nThe Water Office explains here which personal data its website collects and why."
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	if _, err := s.Release(t.Context(), site); !errors.Is(err, monitor.ErrNotPending) {
		t.Errorf("release with nothing waiting: %v", err)
	}
	s.wantState(s.visit(s.sees(short, "text/1")), record.VisitPending)
	s.now = s.now.Add(time.Minute)
	if err := s.Reject(t.Context(), site); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.wantState(s.visit(s.sees(short, "text/1")), record.VisitUnchanged)
	}
	s.wantTold()

	s = newScene(t)
	s.visit(s.sees(statement, "text/2"))
	s.wantState(s.visit(s.sees(short, "text/2")), record.VisitPending)
	s.now = s.now.Add(time.Minute)
	r, err := s.Release(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	s.wantState(r, record.VisitChanged)
	if r.Version != 2 || !strings.Contains(r.Reason, "released") || len(s.told()) != 1 {
		t.Errorf("version %d, %q, told %v", r.Version, r.Reason, s.told())
	}
	s.wantState(s.visit(s.sees(short, "text/2")), record.VisitUnchanged)
}

// D1, C9: A, B, A, B (a page that blinks between two variants) tells the new text once and that it went again once; the other returns are
// recorded.
func TestFlappingIsToldOnce(t *testing.T) {
	s := newScene(t)
	b := strings.Replace(statement, "six months", "eighteen months", 1)
	s.visit(s.sees(statement, "text/1"))
	s.wantState(s.visit(s.sees(b, "text/1")), record.VisitChanged)
	for range 3 {
		s.wantState(s.visit(s.sees(statement, "text/1")), record.VisitReturned)
		s.wantState(s.visit(s.sees(b, "text/1")), record.VisitReturned)
	}
	s.wantTold(record.EventChanged, record.EventReturned)
	if h, err := s.db.History(t.Context(), "water.example.gov"); err != nil || len(h) != 8 {
		t.Errorf("%d versions, %v", len(h), err)
	}
}

// D6: a newer extractor that reads the same bytes differently changes nothing.
func TestExtractorUpgradeIsSilent(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	s.wantState(s.visit(s.sees(statement+"\nA line that only the newer extractor reads, and it is long enough to matter.", "text/2")), record.VisitChanged)
	// The line above was really new: the old bytes read anew lack it. Now the
	// same page again, read by yet the same extractor.
	s.wantState(s.visit(s.sees(statement+"\nA line that only the newer extractor reads, and it is long enough to matter.", "text/2")), record.VisitUnchanged)
	if n := len(s.told()); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

// D7, N2: faults change nothing, are told once when they last, and so is the
// recovery; the text that was there before raises no alert.
func TestFaultsAreTold(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	for range 5 {
		r := s.visit(fails(record.FaultTimeout))
		s.wantState(r, record.VisitFault)
		if r.Fault != record.FaultTimeout || r.Version != 1 {
			t.Fatalf("%+v", r)
		}
	}
	s.wantTold(record.EventFailing)
	s.wantState(s.visit(s.sees(statement, "text/1")), record.VisitUnchanged)
	s.wantTold(record.EventFailing, record.EventRecovered)
}

// N2: a failure that lasts is brought to mind at the interval and no sooner; the
// recovery is told once, and a later failure begins anew.
func TestFailuresAreBroughtToMind(t *testing.T) {
	s := newScene(t)
	s.FailNoticeAfter, s.RemindEvery = 2, 3*24*time.Hour
	s.visit(s.sees(statement, "text/1"))
	for range 2 + 5 { // told by the second; three days later is the eighth
		s.visit(fails(record.FaultTimeout))
	}
	s.wantTold(record.EventFailing)
	s.visit(fails(record.FaultTLSExpired)) // whatever the reason now
	s.wantTold(record.EventFailing, record.EventFailing)
	for range 5 {
		s.visit(fails(record.FaultTimeout))
	}
	s.wantTold(record.EventFailing, record.EventFailing)
	s.visit(s.sees(statement, "text/1"))
	s.wantTold(record.EventFailing, record.EventFailing, record.EventRecovered)
	for range 3 {
		s.visit(fails(record.FaultTimeout))
	}
	s.wantTold(record.EventFailing, record.EventFailing, record.EventRecovered, record.EventFailing)
}

// A statement that is gone is brought to mind as well.
func TestWhatIsGoneIsBroughtToMind(t *testing.T) {
	s := newScene(t)
	s.RemindEvery = 24 * time.Hour
	s.visit(s.sees(statement, "text/1"))
	s.visit(fails(record.FaultNotFound))
	s.visit(fails(record.FaultNotFound))
	s.wantTold(record.EventGone)
	s.visit(fails(record.FaultNotFound))
	s.visit(fails(record.FaultNotFound))
	s.wantTold(record.EventGone, record.EventFailing)
}

// N4: an outage of our own network is no site's failure; it is told once for
// all of them, and a site that fails while others answer is told as ever.
func TestAnOutageOfOurOwnIsNotBlamedOnTheSites(t *testing.T) {
	s := newScene(t)
	s.FailNoticeAfter = 1
	var sites []record.Site
	for _, n := range strings.Fields("a b c d e f g h") {
		sites = append(sites, record.Site{Domain: n + ".gov"})
	}
	scan := func(next func(site string) record.Observation) record.ScanSummary {
		s.now = s.now.Add(time.Hour)
		s.Looker = s.from(bySite{s, next})
		sum, err := s.Scan(t.Context(), sites, 1, func(monitor.Result) {})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	scan(func(string) record.Observation { return s.sees(statement, "text/1")() })
	if sum := scan(func(string) record.Observation { return fails(record.FaultDNS)() }); !sum.Outage {
		t.Error("the outage was not seen")
	}
	if n := len(s.told()); n >= 3 {
		t.Errorf("%d notices for one outage", n)
	}
	before := len(s.told())
	sum := scan(func(site string) record.Observation {
		if site == "h.gov" {
			return fails(record.FaultDNS)()
		}
		return s.sees(statement, "text/1")()
	})
	if sum.Outage || sum.Faults != 1 {
		t.Errorf("%+v", sum)
	}
	if told := s.told()[before:]; !slices.Contains(told, record.EventFailing) {
		t.Errorf("the site that fails alone was not told: %v", told)
	}
}

// bySite answers by the site's name.
type bySite struct {
	s    *scene
	next func(site string) record.Observation
}

func (b bySite) Observe(_ context.Context, site record.Site, _ record.Prior) record.Observation {
	o := b.next(site.Domain)
	o.Site, o.At = site.Domain, b.s.now
	return o
}

func (b bySite) Again(ctx context.Context, site record.Site, _ string, _ *record.Document) record.Observation {
	return b.Observe(ctx, site, record.Prior{})
}

// A statement is gone when two visits, far enough apart, found that it is not
// there; a visit that could not look proves nothing either way.
func TestGoneIsConfirmed(t *testing.T) {
	s := newScene(t)
	s.FailNoticeAfter = 100
	s.visit(s.sees(statement, "text/1"))
	s.visit(fails(record.FaultTimeout))
	s.visit(fails(record.FaultNotFound))
	s.wantTold()
	s.visit(fails(record.FaultBlocked))
	s.wantTold()
	s.visit(fails(record.FaultNoStatement))
	s.wantTold(record.EventGone)
	s.visit(fails(record.FaultNotFound))
	s.wantTold(record.EventGone)
}

func TestAMoveIsToldAndHistoryKept(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(statement, "text/1"))
	moved := s.sees(statement, "text/1")
	r := s.visit(func() record.Observation { o := moved(); o.URL = "https://water.example.gov/legal/privacy"; return o })
	s.wantState(r, record.VisitUnchanged)
	s.wantTold(record.EventMoved)
	s.visit(func() record.Observation {
		o := moved()
		o.URL = "http://www.water.example.gov/legal/privacy/"
		return o
	})
	s.wantTold(record.EventMoved)
}

// A cancelled visit leaves no trace.
func TestCancelledVisitStoresNothing(t *testing.T) {
	s := newScene(t)
	s.crawl.next = fails(record.FaultCancelled)
	if _, err := s.Check(t.Context(), record.Site{Domain: "water.example.gov"}); !errors.Is(err, monitor.ErrInterrupted) {
		t.Fatalf("error %v", err)
	}
	if rows, err := s.db.Sites(t.Context()); err != nil || len(rows) != 0 {
		t.Errorf("%d sites, %v", len(rows), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	whole := s.sees(statement, "text/1")
	s.crawl.next = func() record.Observation { cancel(); return whole() }
	if _, err := s.Check(ctx, record.Site{Domain: "water.example.gov"}); !errors.Is(err, monitor.ErrInterrupted) {
		t.Fatalf("error %v", err)
	}
	if rows, _ := s.db.Sites(t.Context()); len(rows) != 0 {
		t.Errorf("a visit whose context was cancelled was kept")
	}
}

// D10: sites that are visited at the same time are never compared with each
// other.
func TestConcurrentSitesStayApart(t *testing.T) {
	s := newScene(t)
	var sites []record.Site
	for _, n := range strings.Fields("a b c d e f g h") {
		sites = append(sites, record.Site{Domain: n + ".gov"})
	}
	s.Looker = s.from(bySite{s, func(site string) record.Observation {
		return s.sees(strings.ReplaceAll(statement, "Water", site), "text/1")()
	}})
	for range 2 {
		s.now = s.now.Add(time.Hour)
		sum, err := s.Scan(t.Context(), sites, 4, func(r monitor.Result) {
			if r.State == record.VisitChanged {
				t.Errorf("%s: %s", r.Site, r.Reason)
			}
		})
		if err != nil || sum.Sites != 8 {
			t.Fatalf("%+v %v", sum, err)
		}
	}
}

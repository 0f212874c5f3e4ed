package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/diff/section"
	"policywatch/notify/report"
	"policywatch/notify/web"
	"policywatch/store/record"
)

var (
	errMissing = errors.New("there is none")
	now        = time.Date(2026, 3, 21, 12, 0, 0, 0, time.UTC)
)

// archive is a Reader in memory. Its fields may be changed between requests.
type archive struct {
	mu     sync.Mutex
	rows   []record.SiteRow
	vs     map[string][]record.Version
	bodies map[string][]byte // by domain and digest
	notes  []record.VisitNote
	told   []record.Alert
	err    error
	reads  int           // calls of Briefs
	pause  func(row int) // called in them
	did    []string
}

func (a *archive) SiteRows(_ context.Context, domains []string) ([]record.SiteRow, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []record.SiteRow
	for _, r := range a.rows {
		if slices.Contains(domains, r.Site.Domain) {
			out = append(out, r)
		}
	}
	return out, a.err
}

func (a *archive) Briefs(_ context.Context, domains []string, fn func(*record.SiteBrief) error) error {
	a.mu.Lock()
	a.reads++
	rows := slices.SortedFunc(slices.Values(a.rows), func(x, y record.SiteRow) int { return strings.Compare(x.Site.Domain, y.Site.Domain) })
	err := a.err
	a.mu.Unlock()
	for i, r := range rows {
		if err != nil {
			break
		}
		if a.pause != nil {
			a.pause(i)
		}
		if domains == nil || slices.Contains(domains, r.Site.Domain) {
			err = fn(&record.SiteBrief{Domain: r.Site.Domain, Name: r.Site.Name, Profile: r.Site.Profile, Labels: r.Site.Labels, State: r.Past.State, Version: r.Past.Version,
				Pending: r.Past.Pending != nil, LastVisit: r.Past.LastVisit, LastSuccess: r.Past.LastSuccess, Changed: r.Changed, Title: r.Title,
				Absent: len(r.Past.Absent), AbsentRequired: len(r.AbsentRequired)})
		}
	}
	return err
}

func (a *archive) Version(_ context.Context, domain string, n int) (*record.Version, error) {
	vs := a.vs[domain]
	if n == 0 {
		n = len(vs)
	}
	if n < 1 || n > len(vs) {
		return nil, errMissing
	}
	v := vs[n-1]
	return &v, a.err
}

func (a *archive) VersionAt(_ context.Context, domain string, t time.Time) (*record.Version, error) {
	for _, v := range slices.Backward(a.vs[domain]) {
		if !v.At.After(t) {
			return &v, nil
		}
	}
	return nil, errMissing
}

func (a *archive) History(_ context.Context, domain string) ([]record.Version, error) {
	vs := slices.Clone(a.vs[domain])
	for i := range vs {
		vs[i].Document = nil
	}
	if len(vs) == 0 {
		return nil, errMissing
	}
	return vs, a.err
}

func (a *archive) Changes(_ context.Context, f record.ChangeFilter) (out []record.Version, next string, err error) {
	var all []record.Version
	for _, vs := range a.vs {
		for _, v := range vs {
			if v.Change != nil && v.At.After(f.Since) && v.Change.Severity.AtLeast(f.Least) {
				v.Document = nil
				all = append(all, v)
			}
		}
	}
	slices.SortFunc(all, func(x, y record.Version) int { return y.At.Compare(x.At) })
	place := func(v record.Version) string { return fmt.Sprint(v.Site, v.Number) }
	if f.Before != "" {
		i := slices.IndexFunc(all, func(v record.Version) bool { return place(v) == f.Before })
		if i < 0 {
			return nil, "", errMissing
		}
		all = all[i+1:]
	}
	if f.Limit > 0 && len(all) > f.Limit {
		all, next = all[:f.Limit], place(all[f.Limit-1])
	}
	return all, next, a.err
}

func (a *archive) SnapshotOf(_ context.Context, domain, digest string) (*record.Snapshot, error) {
	b, ok := a.bodies[domain+" "+digest]
	switch {
	case !ok:
		return nil, errMissing
	case b == nil:
		return &record.Snapshot{}, &record.DroppedBody{Digest: digest, Size: 9, At: now, Policy: "keep_bodies: 2y"}
	}
	return &record.Snapshot{Body: b, At: now, Header: map[string][]string{"Content-Type": {"text/html"}}}, nil
}

func (a *archive) Visits(context.Context, string, int) ([]record.VisitNote, error) {
	return a.notes, a.err
}

func (a *archive) Alerts(_ context.Context, f record.AlertFilter) ([]record.Alert, error) {
	var out []record.Alert
	skip := f.Before != ""
	for _, x := range a.told {
		if !skip && (f.State == "" || f.State == x.State) && (f.Site == "" || f.Site == x.Event.Site) && len(out) < f.Limit {
			out = append(out, x)
		}
		skip = skip && x.ID != f.Before
	}
	return out, a.err
}

func (a *archive) Outbox(context.Context, int) (n record.OutboxCount, err error) {
	for _, x := range a.told {
		switch x.State {
		case record.AlertGivenUp:
			n.GivenUp++
		case record.AlertWaiting:
			n.Waiting++
		default:
			n.Sent++
		}
	}
	return n, a.err
}

// The actions of a person; release changes what the next page must show.

func (a *archive) Release(_ context.Context, domain string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.did = append(a.did, "release "+domain)
	for i := range a.rows {
		if a.rows[i].Site.Domain == domain && a.rows[i].Past.Pending != nil {
			a.rows[i].Past.Pending = nil
			return nil
		}
	}
	return errors.New("no capture waits")
}

func (a *archive) Reject(_ context.Context, domain string) error {
	a.did = append(a.did, "reject "+domain)
	return nil
}

func (a *archive) Resend(_ context.Context, id string) error {
	a.did = append(a.did, "resend "+id)
	return nil
}

const (
	harbour = "harbour.example.gov.ir"
	bridges = "bridges.example.gov:8443"
)

// hostile is what a page or a list that means harm would put wherever it can.
const hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{.}}\u202e"

// office is a small archive: a Persian statement that lost a section, an English
// one that is fine, a capture that waits, a site that fails and one never read.
func office() *archive {
	a := &archive{vs: map[string][]record.Version{}, bodies: map[string][]byte{}}
	doc := &record.Document{Title: "بیانیه حریم خصوصی", Lang: "fa", Dir: "rtl", Extractor: "html/1",
		Blocks: []record.Block{{Kind: record.Paragraph, Text: "به نام خدا"}, {Kind: record.Heading, Level: 2, Text: "امنیت"},
			{Kind: record.Paragraph, Text: "اداره اطلاعات را محرمانه نگه می‌دارد."}, {Kind: record.Item, Text: "رمز"}, {Kind: record.Item, Text: "گواهی"},
			{Kind: record.Paragraph, Text: "See our terms.", Lang: "en", Dir: "ltr"}, {Kind: record.Paragraph, Text: "پایان"}},
		Sections: []record.Section{{Heading: "امنیت", Topics: []record.Topic{record.Security}, From: 1, To: 6}}}
	old := *doc
	old.Blocks = append(slices.Clone(doc.Blocks), record.Block{Kind: record.Paragraph, Text: "اطلاعات شش ماه نگهداری می‌شود."})
	findings := []record.Finding{
		{ID: "legal_reference", Title: "Legal reference", Citation: "item 2", Must: true, Status: record.StatusAbsent, Reason: "nothing in the statement says so",
			Told: []record.Sentence{record.Say("told.find.not_said")}},
		{ID: "purposes", Title: "Purposes of collection", Citation: "item 3", Must: true, Status: record.StatusPresent,
			Evidence: &record.Evidence{Quote: "اداره اطلاعات را محرمانه نگه می‌دارد.", Section: "امنیت"}},
	}
	change := &record.Change{Class: record.ClassSectionDropped, Severity: record.SeverityCritical, Reason: "The section “نگهداری” was removed.",
		Dropped: []record.Topic{record.Retention}, Lost: []string{"legal_reference"},
		Facts: []record.FactChange{{Kind: record.FactDuration, Before: "P6M"}},
		Flips: []record.Flip{{Before: "اطلاعات فروخته نمی‌شود.", After: "اطلاعات فروخته می‌شود."}},
		Edits: []record.Edit{{Op: record.EditReplace, Section: "امنیت", Before: "اطلاعات فروخته نمی‌شود.", After: "اطلاعات فروخته می‌شود."},
			{Op: record.EditDelete, Section: "نگهداری", Before: "اطلاعات شش ماه نگهداری می‌شود."}}}
	at := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	a.vs[harbour] = []record.Version{
		{Site: harbour, Number: 1, At: at(200), URL: "https://" + harbour + "/privacy", Snapshot: digest('a'), Document: &old, Findings: findings},
		{Site: harbour, Number: 2, At: at(3), URL: "https://" + harbour + "/privacy", Snapshot: digest('b'), Document: doc, Findings: findings, Change: change},
	}
	a.bodies[harbour+" "+digest('b')] = []byte("<html><script>alert(1)</script>")
	english := &record.Document{Title: "Privacy policy", Lang: "en", Dir: "ltr", Blocks: []record.Block{{Kind: record.Paragraph, Text: "We keep logs for a week."}}}
	a.vs[bridges] = []record.Version{{Site: bridges, Number: 1, At: at(40), URL: "https://" + bridges + "/p", Snapshot: digest('c'), Document: english}}
	row := func(domain, name string, state record.SiteState, versions int, labels ...string) record.SiteRow {
		r := record.SiteRow{Site: record.Site{Domain: domain, Name: name, Profile: "ir-gov", Labels: labels},
			Past: record.Past{Site: domain, State: state, Version: versions, LastVisit: at(0).Add(-time.Hour), LastSuccess: at(0).Add(-time.Hour)}, Lang: "fa", Dir: "rtl"}
		if versions > 0 {
			v := a.vs[domain][versions-1]
			r.Changed, r.Title, r.Past.Prior.URL = v.At, v.Document.Title, v.URL
			r.AbsentRequired, r.Past.Absent = []string{"legal_reference"}, []string{"legal_reference", "date.today"}
		}
		return r
	}
	a.rows = []record.SiteRow{row(bridges, "Office of Bridges", record.StateOK, 1, "ministry"), row(harbour, "اداره بندر نمونه", record.StateOK, 2, "بندر"),
		row("lost.example.gov", "", record.StateFailing, 0)}
	a.rows[0].Past.Pending = &record.Pending{Kind: "collapse", Snapshot: digest('d'), First: at(1), Seen: 2, Reason: "The text shrank to 20 %.",
		Told: []record.Sentence{record.Say("told.fraction", record.Value{Kind: record.ValuePercent, Number: 20})}}
	a.rows[2].Past.LastFault = &record.Fault{Kind: record.FaultTimeout, Detail: "no answer within 30s"}
	a.rows[2].Past.Failures, a.rows[2].Past.LastSuccess = 4, time.Time{}
	a.notes = []record.VisitNote{
		{At: at(0), First: at(2), Count: 7, State: record.VisitUnchanged},
		{At: at(3), First: at(3), Count: 1, State: record.VisitChanged, Version: 2, Snapshot: digest('b'), Reason: "a section is gone", Told: []record.Sentence{record.Say("told.returned")},
			Trail: []record.Step{{At: at(3), Action: "fetch", URL: "https://" + harbour + "/privacy", Outcome: "200, 12 KB"}}},
		{At: at(9), First: at(9), Count: 1, State: record.VisitFault, Fault: &record.Fault{Kind: record.FaultDNS, Detail: "no such host"}},
	}
	for i := range 120 {
		x := record.Alert{ID: fmt.Sprintf("alert-%03d", i), Channel: "office", State: record.AlertSent, Tries: 1, Reason: "250 OK",
			Event: record.Event{Type: record.EventChanged, At: at(3), Site: harbour, Name: "اداره بندر نمونه", From: 1, To: 2, Severity: record.SeverityCritical, Change: change, Findings: findings}}
		if i == 1 {
			x.State, x.Reason = record.AlertGivenUp, "refused: 550 no such user"
			x.Told = []record.Sentence{record.Say("told.alert.refused", record.Quote("ltr", "550 no such user"))}
		}
		a.told = append(a.told, x)
	}
	return a
}

func digest(c byte) string { return strings.Repeat(string(c), 64) }

// dashboard is the archive as a handler; each option may change it.
func dashboard(t testing.TB, a *archive, opts ...func(*web.Options)) http.Handler {
	t.Helper()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	o := web.Options{Reader: a, Report: report.New(books), Books: books, Profiles: profiles, Version: "0.9.9",
		Missing: func(err error) bool { return errors.Is(err, errMissing) }, Clock: func() time.Time { return now },
		Size: func() (int64, error) { return 5 << 20, nil }, Day: func(s string) (time.Time, error) {
			day, _, err := section.Day(s)
			return day, err
		}}
	for _, f := range opts {
		f(&o)
	}
	return web.New(o)
}

func acting(a *archive) func(*web.Options) { return func(o *web.Options) { o.Actions = a } }

// ask sends one request; header lines are "Name: value".
func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	if method == http.MethodPost {
		path, form, _ := strings.Cut(target, "?")
		r = httptest.NewRequest(method, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

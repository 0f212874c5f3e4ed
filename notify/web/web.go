package web

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"policywatch/notify/report"
	"policywatch/notify/web/api"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// Reader is what the pages are made of; *store.DB is one. Its methods are called
// from many goroutines.
type Reader interface {
	// SiteRows returns those of the domains that were visited, in any order.
	SiteRows(ctx context.Context, domains []string) ([]record.SiteRow, error)
	// Briefs calls fn for each site that was visited, in order of domain, or of the
	// given domains for those that were. The brief is only lent to fn.
	Briefs(ctx context.Context, domains []string, fn func(*record.SiteBrief) error) error
	Version(ctx context.Context, domain string, n int) (*record.Version, error)
	VersionAt(ctx context.Context, domain string, t time.Time) (*record.Version, error)
	History(ctx context.Context, domain string) ([]record.Version, error)
	Changes(ctx context.Context, f record.ChangeFilter) (list []record.Version, next string, err error)
	SnapshotOf(ctx context.Context, domain, digest string) (*record.Snapshot, error)
	Visits(ctx context.Context, domain string, limit int) ([]record.VisitNote, error)
	Alerts(ctx context.Context, f record.AlertFilter) ([]record.Alert, error)
	Outbox(ctx context.Context, newest int) (record.OutboxCount, error)
}

// Actions is what a person may do on the pages.
type Actions interface {
	// Release takes the capture of the site that waits as its new version, Reject
	// drops it.
	Release(ctx context.Context, domain string) error
	Reject(ctx context.Context, domain string) error
	// Resend puts an alert that was given up back among those that wait.
	Resend(ctx context.Context, id string) error
}

// Options say what is shown, and to whom.
type Options struct {
	Reader Reader
	// Actions is nil where pages may only be read.
	Actions Actions
	Report  *report.Writer
	Books   []record.Phrasebook
	// Profiles are the legal norms, Profile chooses a site's.
	Profiles []record.Profile
	Profile  func(record.Site) record.Profile
	// Listed are the sites that are to be visited. Those that never were are shown as
	// such; without it only those that were visited are known.
	Listed []record.Site
	// Day reads a day in any calendar, as midnight UTC; nil reads 2026-01-31 only.
	Day func(string) (time.Time, error)
	// Whole lists two documents' texts from beginning to end; nil shows the places
	// that differ only.
	Whole func(old, new *record.Document) []record.Edit
	// Missing tells an error that means "there is no such thing" from trouble.
	Missing func(error) bool
	// Revision changes whenever something was written; nil means it may have
	// changed at any time.
	Revision func() int64
	// Touched returns the sites that were written since an earlier call returned now,
	// or all where it cannot tell; nil means that it never can. It is asked for the
	// first time with 0, and before what it tells of is read.
	Touched func(since int64) (domains []string, now int64, all bool)
	// Size is that of the archive in bytes; nil leaves it out.
	Size func() (int64, error)
	// Fleet is what the daemon's workers do; nil where it makes its visits itself.
	Fleet func(context.Context) (*Fleet, error)
	// Running is what the daemon does that serves the pages; nil where none does.
	Running func() Running
	// Hurry makes a site be visited now and reports whether the site is listed; nil
	// where nobody visits. It takes Actions to press it.
	Hurry func(domain string) bool
	// BaseURL is where people reach the dashboard, without a final slash; empty
	// means the address of the request. Its host is one that may be asked for.
	BaseURL string
	// User and Password ask for basic authentication unless both are empty.
	User, Password string
	// Lang is the language for a reader who asks for none that is there.
	Lang string
	// Version is the program's.
	Version string
	Clock   func() time.Time
	Log     *slog.Logger
}

//go:embed assets
var assets embed.FS

// dashboard is what Options say, made ready.
type dashboard struct {
	Options
	voices speech.Voices
	langs  []string
	boards *boards
	shares *shares
	// guesses holds who gave a wrong password.
	guesses chan struct{}
	base    *url.URL
	mux     *http.ServeMux
}

// Dashboard is the pages and the API. It may be served by several servers at once.
type Dashboard struct {
	http.Handler
	boards *boards
}

// Keep counts the sites, and again what has changed of them, until ctx ends. Without
// it that is done when somebody asks for a page.
func (d *Dashboard) Keep(ctx context.Context) { d.boards.keep(ctx) }

// New returns the dashboard.
func New(o Options) *Dashboard {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lang == "" {
		o.Lang = "en"
	}
	if o.Missing == nil {
		o.Missing = func(error) bool { return false }
	}
	d := &dashboard{Options: o, guesses: make(chan struct{}, 1), mux: http.NewServeMux(), voices: speech.New(o.Books)}
	for _, lang := range []string{"en", "fa", "ar"} { // the order in which they are offered
		if slices.ContainsFunc(o.Books, func(b record.Phrasebook) bool { return b.Lang == lang }) {
			d.langs = append(d.langs, lang)
		}
	}
	if u, err := url.Parse(o.BaseURL); err == nil && o.BaseURL != "" {
		d.base = u
	}
	d.boards, d.shares = newBoards(o), newShares(o)
	d.routes()
	return &Dashboard{d.guard(http.HandlerFunc(d.dispatch)), d.boards}
}

func (d *dashboard) routes() {
	page := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r); err != nil {
				d.fail(w, r, err)
			}
		})
	}
	page("GET /{$}", d.overview)
	page("GET /sites", d.sites)
	page("GET /sites/{domain}", d.site)
	page("GET /sites/{domain}/versions/{n}", d.site)
	page("GET /sites/{domain}/changes/{n}", d.change)
	page("GET /sites/{domain}/snapshots/{digest}", d.snapshot)
	page("GET /changes", d.changes)
	page("GET /shared", d.shared)
	page("GET /shared/{domain}", d.sharedGroup)
	page("GET /conformance", d.conformance)
	page("GET /pending", d.pending)
	page("GET /alerts", d.alerts)
	page("GET /health", d.health)
	page("GET /feed.atom", d.feed)
	if d.Actions != nil {
		page("POST /sites/{domain}/release", d.release)
		page("POST /sites/{domain}/reject", d.reject)
		page("POST /alerts/resend", d.resend)
	}
	page("GET /readyz", d.ready)
	page("GET /metrics", d.metrics)
	d.mux.Handle(api.Prefix+"/", d.programs())
	d.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	d.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "User-agent: *\nDisallow: /\n")
	})
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is embedded; only a mistake in this file can lead here
	}
	d.mux.Handle("GET /assets/{name}", cached(http.StripPrefix("/assets/", http.FileServerFS(files))))
	d.mux.Handle("GET /favicon.ico", http.RedirectHandler("/assets/icon.svg", http.StatusMovedPermanently))
}

// style is the address of the style sheet. It holds a digest, so that a browser
// may keep the sheet for long and still never shows a page in an older one.
var style = func() string {
	b, err := assets.ReadFile("assets/style.css")
	if err != nil {
		panic(err) // it is embedded; only a mistake in this file can lead here
	}
	sum := sha256.Sum256(b)
	return "/assets/style.css?v=" + hex.EncodeToString(sum[:6])
}()

// cached lets a browser keep the assets.
func cached(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, max-age=604800")
		h.ServeHTTP(w, r)
	})
}

// dispatch serves what the routes know and shows everything else as a page.
func (d *dashboard) dispatch(w http.ResponseWriter, r *http.Request) {
	h, pattern := d.mux.Handler(r)
	if pattern != "" {
		d.mux.ServeHTTP(w, r)
		return
	}
	// The mux knows whether the path is there for another method.
	probe := &answer{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if probe.status != http.StatusMethodNotAllowed {
		probe.status = http.StatusNotFound
	}
	d.sorry(w, r, probe.status, "")
}

// answer takes an answer's status and header, and drops its body.
type answer struct {
	header http.Header
	status int
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return len(b), nil }

// refusal is an answer to a request that cannot be served as it is.
type refusal struct {
	status int
	why    string // in the reader's language; empty for the status's own words
}

func (e refusal) Error() string { return http.StatusText(e.status) + " " + e.why }

var notFound = refusal{status: http.StatusNotFound}

// fail shows an error. What went wrong inside is for the log; a page would tell
// a stranger about paths and machines.
func (d *dashboard) fail(w http.ResponseWriter, r *http.Request, err error) {
	var no refusal
	switch {
	case errors.As(err, &no):
		d.sorry(w, r, no.status, no.why)
	case d.Missing(err):
		d.sorry(w, r, http.StatusNotFound, "")
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		// Nobody waits for the answer.
	default:
		d.Log.Error("a page could not be shown", "path", r.URL.Path, "error", err)
		d.sorry(w, r, http.StatusInternalServerError, "")
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text))
}

// ready reports whether the archive can be read.
func (d *dashboard) ready(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Limit: 1, Newest: 1}); err != nil {
		d.Log.Warn("the archive cannot be read", "error", err)
		plain(w, http.StatusServiceUnavailable, "the archive cannot be read\n")
		return nil
	}
	plain(w, http.StatusOK, "ok\n")
	return nil
}

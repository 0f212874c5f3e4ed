// Package api is the archive for programs: sites, versions, changes, findings and
// alerts as JSON under /api/v1, with an OpenAPI description made from the same
// types that are written (package contract).
//
// It stands behind the dashboard's guard and reads what the dashboard reads. It
// must not know the store's engine, the pages or who asks.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"policywatch/store/record"
)

// Prefix is where the API stands on the server.
const Prefix = "/api/v1"

// Reader is what single things are read from.
type Reader interface {
	Version(ctx context.Context, domain string, n int) (*record.Version, error)
	VersionAt(ctx context.Context, domain string, t time.Time) (*record.Version, error)
	History(ctx context.Context, domain string) ([]record.Version, error)
	Changes(ctx context.Context, f record.ChangeFilter) (list []record.Version, next string, err error)
	Visits(ctx context.Context, domain string, limit int) ([]record.VisitNote, error)
	Alerts(ctx context.Context, f record.AlertFilter) ([]record.Alert, error)
}

// Actions is what a program may do in a person's name.
type Actions interface {
	Release(ctx context.Context, domain string) error
	Reject(ctx context.Context, domain string) error
	Resend(ctx context.Context, id string) error
}

// Query narrows and orders a list of sites. Empty fields ask for nothing.
type Query struct {
	Text, State, Label, Profile string
	// Sort is "site" or a column of the dashboard's table; a minus before it turns
	// the order round.
	Sort string
	// From is how many to pass over and Limit how many to return.
	From, Limit int
}

// Row is a site with the id of the legal profile that it is judged by.
type Row struct {
	record.SiteRow
	Norm string
}

// Shared is which statements share text.
type Shared struct {
	Groups []Group `json:"groups" doc:"The largest first."`
	Read   int     `json:"read" doc:"How many statements were compared so far; the rest is being read."`
	Total  int     `json:"total"`
}

// Group is statements of which each stands by at least half in the first one.
type Group struct {
	Share int      `json:"share" doc:"How much of a statement stands in another of the group as well, in percent of its words, on average."`
	Sites []Member `json:"sites" doc:"The most complete statement first."`
}

// Member is one of them.
type Member struct {
	Site  string `json:"site"`
	Share int    `json:"share" doc:"How much of it is shared, in percent of its words."`
	Words int    `json:"words"`
	Same  bool   `json:"same" doc:"Whether another of the group is word for word the same."`
}

// Options say what is served.
type Options struct {
	Reader Reader
	// Find lists sites, and how many there are in all. Site finds one.
	Find func(context.Context, Query) (rows []Row, total int, err error)
	Site func(ctx context.Context, domain string) (Row, bool, error)
	// Shared tells which statements share text.
	Shared func(context.Context) (Shared, error)
	// Moment reads a day, in any calendar, which means its end in UTC, or a time.
	Moment func(string) (time.Time, error)
	// Profiles are the legal norms.
	Profiles []record.Profile
	// Actions is nil where the archive may only be read, Hurry where nobody visits:
	// it makes a site's turn come now and reports whether the site is listed.
	Actions Actions
	Hurry   func(domain string) bool
	// Acted is called when an action has changed something.
	Acted func()
	// Missing tells an error that means "there is no such thing" from trouble.
	Missing func(error) bool
	// Newest bounds how many alerts are looked at.
	Newest int
	// Version is the program's.
	Version string
	Log     *slog.Logger
}

// server is the API made ready.
type server struct {
	Options
	api huma.API
}

// New returns the API. It answers for paths under Prefix only.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "policywatch", Version: o.Version,
				Description: "The archive of privacy statements: what was seen, what changed, what was told. Times are in UTC; texts are as the pages had them. Lists of sites may be two seconds old."},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", name),
				SecuritySchemes: map[string]*huma.SecurityScheme{"basic": {Type: "http", Scheme: "basic", Description: "Where web.auth is set."}}},
			Security: []map[string][]string{{}, {"basic": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json", RejectUnknownQueryParameters: true,
	}
	s := &server{Options: o, api: humago.New(mux, config)}
	s.reading()
	s.listing()
	if o.Actions != nil {
		s.acting()
	}
	spec := describe(s.api.OpenAPI())
	mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Write(spec)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		Problem(w, http.StatusNotFound, "There is no such thing; "+Prefix+"/openapi.json describes what there is.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(steady{w}, r)
	})
}

// steady hides from the library that a reader has left: it panics over that, and
// nothing is wrong with us.
type steady struct{ http.ResponseWriter }

func (s steady) Write(b []byte) (int, error) {
	_, _ = s.ResponseWriter.Write(b)
	return len(b), nil
}

// Unwrap lets deadlines through.
func (s steady) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Problem writes an error as RFC 9457 has it.
func Problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = huma.DefaultJSONFormat.Marshal(w, &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail})
}

// fail is the answer to an error. What went wrong inside is for the log.
func (s *server) fail(ctx context.Context, what string, err error) error {
	switch {
	case s.Missing(err):
		return huma.Error404NotFound("There is no such " + what + ".")
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return huma.Error503ServiceUnavailable("The request was given up.")
	}
	s.Log.Error("the API could not answer", "what", what, "error", err)
	return huma.Error500InternalServerError("The archive could not be read; the log says why.")
}

// get is an operation that reads.
func get[I, O any](s *server, id, path, summary string, f func(context.Context, *I) (*O, error)) {
	huma.Register(s.api, huma.Operation{OperationID: id, Method: http.MethodGet, Path: Prefix + path, Summary: summary,
		Errors: []int{http.StatusNotFound}}, f)
}

// name names a schema. Types of ours that carry a record's name on are told from
// what they carry.
func name(t reflect.Type, hint string) string {
	n := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[record.Site]().PkgPath() && carried[n] {
		n += "Record"
	}
	return n
}

// carried are the records that package contract has a form of its own for.
var carried = map[string]bool{"Change": true, "Document": true, "Section": true, "Version": true, "Site": true}

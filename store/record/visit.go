package record

import (
	"fmt"
	"time"
)

// Request asks a fetcher for one page.
type Request struct {
	URL string
	// ETag and LastModified make the request conditional when set.
	ETag         string
	LastModified string
	// AcceptLanguage is the preferred language, empty for the fetcher's own.
	AcceptLanguage string
	// Fresh asks every cache on the way to stand aside: a second look.
	Fresh bool
}

// Snapshot is what a server said, kept before anything is read into it.
type Snapshot struct {
	// URL is what was asked, FinalURL what answered after redirects. Neither
	// holds user information.
	URL      string
	FinalURL string
	Status   int
	Header   map[string][]string
	// Chain lists the redirects in order, without the final answer.
	Chain []Hop
	// Body is the decoded entity (no content encoding), byte for byte.
	Body []byte
	At   time.Time
	// Via says how it was fetched: "http" or "browser".
	Via  string
	Took time.Duration
}

// Hop is one redirect.
type Hop struct {
	Status int    `json:"status"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// ContentType returns the header's value, empty when the server sent none.
func (s *Snapshot) ContentType() string { return s.first("Content-Type") }

// ETag returns the entity tag, empty when the server sent none.
func (s *Snapshot) ETag() string { return s.first("Etag") }

// LastModified returns the server's date for the body, empty when it sent none.
func (s *Snapshot) LastModified() string { return s.first("Last-Modified") }

func (s *Snapshot) first(key string) string {
	if v := s.Header[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Candidate is a page that may hold a site's statement.
type Candidate struct {
	URL   string  `json:"url"`
	Text  string  `json:"text,omitempty"` // the link's words
	Lang  string  `json:"lang,omitempty"`
	Score float64 `json:"score"`
	// AlternateOf is the address of the candidate that is the same statement in
	// the language that the site's statement is watched in.
	AlternateOf string `json:"alternate_of,omitempty"`
	// Reasons say what raised or lowered the score, in words.
	Reasons []string `json:"reasons"`
	// Verdict is what opening the page showed; empty when it was not opened.
	Verdict Verdict `json:"verdict,omitempty"`
}

// Step is one thing that was done in a visit, and how it ended.
type Step struct {
	At time.Time `json:"at"`
	// Action is one word: robots, fetch, discover, render, read, gate.
	Action  string `json:"action"`
	URL     string `json:"url,omitempty"`
	Outcome string `json:"outcome"`
}

// Observation is the result of one visit. It may cross process borders.
type Observation struct {
	Site string
	At   time.Time
	// Snapshot is nil when no answer came; BodyDigest is the hex SHA-256 of its
	// body.
	Snapshot   *Snapshot
	BodyDigest string
	// Document is nil on a fault and when Unmodified.
	Document *Document
	// Fault is nil when a statement was read.
	Fault *Fault
	// Unmodified means the server said 304 or sent the same statement as before; the
	// Snapshot has no body then, unless the words are spelt another way: Respelt is
	// then the imprint with these.
	Unmodified bool
	Respelt    Imprint `json:"-"`
	// URL is where the statement was read.
	URL string
	// Discovered means that the page was searched for in this visit.
	Discovered bool
	Candidates []Candidate
	Trail      []Step
}

// Fault is why a visit gave no usable statement. A fault is never a change.
type Fault struct {
	Kind   FaultKind `json:"kind"`
	URL    string    `json:"url,omitempty"`
	Status int       `json:"status,omitempty"`
	// Detail is what happened, in English, without secrets.
	Detail string `json:"detail,omitempty"`
	// RetryAfter is what the server asked for, zero when it said nothing.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
}

// Error makes a fault an error, so that fetchers can return it as one.
func (f *Fault) Error() string {
	switch {
	case f.URL == "":
		return fmt.Sprintf("%s: %s", f.Kind, f.Detail)
	case f.Detail == "":
		return fmt.Sprintf("%s: %s", f.URL, f.Kind)
	}
	return fmt.Sprintf("%s: %s: %s", f.URL, f.Kind, f.Detail)
}

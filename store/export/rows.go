package export

import (
	"context"
	"time"

	"policywatch/store/record"
)

// Writer is the archive as far as an import sees it.
type Writer interface {
	Past(ctx context.Context, domain string) (record.Past, error)
	Commit(context.Context, record.Visit) error
	Enqueue(context.Context, []record.Alert) error
	SnapshotAt(context.Context, record.Kept) (*record.Snapshot, error)
}

// The rows as they are read back: what a column of text, number, time or object
// holds, under its name. Columns that follow from others are not read.
type siteLine struct {
	Domain, Name, URL, Profile, Select, State, Statement, Lang string
	Remove, Labels, Topics, Absent                             []string
	Every, Version, Failures                                   int
	LastVisit                                                  time.Time `json:"last_visit"`
	LastSuccess                                                time.Time `json:"last_success"`
	Fault                                                      *record.Fault
}

func (s siteLine) site() record.Site {
	return record.Site{Domain: s.Domain, Name: s.Name, URL: s.URL, Profile: s.Profile, Select: s.Select, Remove: s.Remove,
		Every: time.Duration(s.Every) * time.Second, Labels: s.Labels}
}

type versionLine struct {
	Site, URL, Identity, Exact, Snapshot string
	Version                              int
	At                                   time.Time
	Document                             *record.Document
}

type changeLine struct {
	Site    string
	Version int
	Change  *record.Change
	Told    []record.Sentence
}

func (l changeLine) version() versionID { return versionID{l.Site, l.Version} }

type findingLine struct {
	Site     string
	Version  int
	Element  string
	Title    string
	Citation string
	Must     bool
	Status   record.Status
	Topics   []record.Topic
	Evidence *record.Evidence
	Reason   string
	Told     []record.Sentence
}

func (l findingLine) version() versionID { return versionID{l.Site, l.Version} }

type alertLine struct {
	ID, Channel, Outcome string
	State                record.AlertState
	Tries                int
	Settled              time.Time
	Why                  []record.Cause
	Event                record.Event
	Told                 []record.Sentence
	OutcomeTold          []record.Sentence `json:"outcome_told"`
}

type answerLine struct {
	Site, Digest, URL string
	FinalURL          string `json:"final_url"`
	Via               string
	At                time.Time
	Status            int
	Took              time.Duration
	Header            map[string][]string
	Chain             []record.Hop
	Dropped           time.Time
}

// snapshot is the answer with its bytes.
func (a answerLine) snapshot(s *source) (*record.Snapshot, error) {
	body, err := s.body(a.Digest)
	if err != nil {
		return nil, err
	}
	return &record.Snapshot{URL: a.URL, FinalURL: a.FinalURL, Status: a.Status, Header: a.Header, Chain: a.Chain, Body: body,
		At: a.At, Via: a.Via, Took: a.Took}, nil
}

package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// maxLine is more than any row holds: a document has at most some megabytes.
const maxLine = 256 << 20

// badFile is a data set that is not as it was written.
type badFile struct {
	file string
	line int // from 1; 0 when the whole file is meant
	err  error
}

func (e *badFile) Error() string {
	if e.line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.file, e.line, e.err)
	}
	return fmt.Sprintf("%s: %v", e.file, e.err)
}

func (e *badFile) Unwrap() error { return e.err }

// IsDataset reports whether the folder holds a data set that Dataset finished.
func IsDataset(dir string) bool {
	for _, name := range []string{manifest, "sites.jsonl", "versions.jsonl"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// verifySums holds every file against the manifest. It follows no name that
// leads out of the folder.
func verifySums(ctx context.Context, dir string) error {
	name := filepath.Join(dir, manifest)
	return eachLine(name, func(n int, line []byte) error {
		sum, file, ok := strings.Cut(string(line), "  ")
		if !ok || !filepath.IsLocal(filepath.FromSlash(file)) {
			return &badFile{name, n, errors.New("is no digest and name as sha256sum writes them")}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(file))
		have, err := hashFile(to)
		if err != nil {
			return err
		}
		if have != sum {
			return &badFile{to, 0, errors.New("is not as it was written (its SHA-256 is another); copy or export the data set again")}
		}
		return nil
	})
}

// eachLine calls fn with every line that is not empty.
func eachLine(name string, fn func(n int, line []byte) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; sc.Scan(); n++ {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := fn(n, sc.Bytes()); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return &badFile{name, 0, err}
	}
	return nil
}

// eachRow is eachLine for rows of JSON. A missing file has no rows.
func eachRow[T any](dir, file string, fn func(T) error) error {
	name := filepath.Join(dir, file)
	err := eachLine(name, func(n int, line []byte) error {
		var row T
		if err := json.Unmarshal(line, &row); err != nil {
			return &badFile{name, n, err}
		}
		if err := fn(row); err != nil {
			return &badFile{name, n, err}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
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

// snapshot reads the answer's bytes.
func (a answerLine) snapshot(dir string) (*record.Snapshot, error) {
	if len(a.Digest) != 64 || strings.Trim(a.Digest, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("%q is no digest", a.Digest)
	}
	body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(bodyPath(a.Digest))))
	if err != nil {
		return nil, err
	}
	return &record.Snapshot{URL: a.URL, FinalURL: a.FinalURL, Status: a.Status, Header: a.Header, Chain: a.Chain, Body: body,
		At: a.At, Via: a.Via, Took: a.Took}, nil
}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := newHash()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return h.hex(), nil
}

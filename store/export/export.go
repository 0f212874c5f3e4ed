// Package export writes what the archive holds in forms that outlive this
// program: a data set for research, a git repository, WARC, and a bundle of
// evidence that is verified with sha256sum. It also reads the data set back.
//
// It reads through Reader and knows neither the engine nor the file. What it
// writes is the same for the same archive, byte for byte, but for the time of
// writing where a format asks for one; so an export can be compared with an
// older one, and a git repository grows by what is new.
//
// Everything that came from outside is hostile: names of files are made of
// domains by fileName, cells of CSV cannot become formulas, the page of a bundle
// runs nothing, and the bytes of a server are never given an ending that a
// double click would open.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"policywatch/store/record"
)

// Reader is the archive as far as an export sees it.
type Reader interface {
	Sites(context.Context) ([]record.SiteRow, error)
	Version(ctx context.Context, domain string, n int) (*record.Version, error)
	EachVersion(ctx context.Context, fn func(domain string, n int) error) error
	Alerts(context.Context, record.AlertFilter) ([]record.Alert, error)
	EachKept(ctx context.Context, fn func(record.Kept) error) error
	SnapshotAt(context.Context, record.Kept) (*record.Snapshot, error)
	SnapshotOf(ctx context.Context, domain, digest string) (*record.Snapshot, error)
	Chain(ctx context.Context, domain string, n int) ([]record.ChainRow, error)
	Content(ctx context.Context, digest string) ([]byte, error)
}

// Exporter writes exports of one archive.
type Exporter struct {
	Archive Reader
	// Program is the name and version to write down as the author.
	Program string
	// Now is the time of writing.
	Now time.Time
	// Force allows to write over what is there.
	Force bool
	// Step, where it is set, hears of every item that is done.
	Step func(item string)
}

func (x *Exporter) step(item string) {
	if x.Step != nil {
		x.Step(item)
	}
}

// eachVersion calls fn with every version in order of time, but never with one
// before an earlier one of its site: a clock that was set back leaves times that
// run against the numbers.
func (x *Exporter) eachVersion(ctx context.Context, fn func(*record.Version) error) error {
	done := map[string]int{}
	return x.Archive.EachVersion(ctx, func(domain string, n int) error {
		for done[domain] < n {
			v, err := x.Archive.Version(ctx, domain, done[domain]+1)
			if err == nil {
				err = fn(v)
			}
			if err != nil {
				return err
			}
			done[domain]++
			x.step(fmt.Sprintf("%s@%d", domain, done[domain]))
		}
		return nil
	})
}

// left returns an answer and, where its body was dropped by policy, that: then the
// answer has none. Any other error is handed on.
func left(s *record.Snapshot, err error) (*record.Snapshot, *record.DroppedBody, error) {
	var gone *record.DroppedBody
	if s != nil && errors.As(err, &gone) {
		return s, gone, nil
	}
	return s, nil, err
}

// ErrThere means that there is something where the export was to be written.
var ErrThere = errors.New("there is something already")

// exported tells the manifest of a data set or a bundle from others.
var exported = regexp.MustCompile(`(?m)^[0-9a-f]{64}  (DICTIONARY\.md|verify\.sh)$`)

// folder makes dir, which must be empty unless Force is set: then what the manifest
// of an earlier export names is removed, so that nothing of it passes for a part of
// this one, and all else is left.
func (x *Exporter) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(dir, 0o755)
	case err != nil:
		return err
	case len(entries) > 0 && !x.Force:
		return fmt.Errorf("%s: %w", dir, ErrThere)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	sums, err := root.ReadFile(manifest)
	if err != nil || !exported.Match(sums) {
		return nil // none, or somebody else's
	}
	names := []string{manifest} // first: what is half removed is no export any more
	for line := range strings.Lines(string(sums)) {
		if sum, name, ok := strings.Cut(strings.TrimRight(line, "\n"), "  "); ok && isDigest(sum) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if rerr := root.Remove(filepath.FromSlash(name)); err == nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = rerr
		}
	}
	return err
}

// file writes a file whole or not at all: it gets its name when write is done.
func (x *Exporter) file(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil && !x.Force {
		return fmt.Errorf("%s: %w", path, ErrThere)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// device are the names that Windows takes for devices, whatever their ending.
var device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// fileName makes a name for a file out of a domain: what is not a letter, a
// digit, a dot or a dash in ASCII is written as %XX, so that two domains never
// share a name and no name leads out of its folder or is special to any system.
// Something is always put after it, so it may end with a dot.
func fileName(domain string) string {
	const longest = 150
	var b strings.Builder
	special := device.MatchString(domain)
	for i := range len(domain) {
		c := domain[i]
		if special && i == 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && i > 0 || c == '.' && i > 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() <= longest {
		return b.String()
	}
	return b.String()[:longest-17] + "~" + hexDigest([]byte(domain))[:16]
}

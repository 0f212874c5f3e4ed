package export

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	"policywatch/store/record"
)

// manifest is the file that sha256sum -c reads.
const manifest = "SHA256SUMS"

// formFile holds the number of the data set's form. One without it is of form 1.
const formFile = "FORM"

// Dataset writes the data set into a folder: sites, versions, changes, findings
// and alerts as JSON lines and as CSV, a dictionary of every column, and digests.
// With bodies it also writes every answer that is kept; only from such a data
// set can the archive be rebuilt with the same chain of digests.
func (x *Exporter) Dataset(ctx context.Context, dir string, bodies bool) error {
	if err := x.dataset(ctx, dir, bodies); err != nil {
		return fmt.Errorf("export a data set to %s: %w", dir, err)
	}
	return nil
}

func (x *Exporter) dataset(ctx context.Context, dir string, bodies bool) error {
	if err := x.folder(dir); err != nil {
		return err
	}
	out := &outputs{dir: dir}
	defer out.abandon()
	if err := x.tables(ctx, out, bodies); err != nil {
		return err
	}
	var about bytes.Buffer
	x.dictionary(&about, bodies)
	if err := out.put("DICTIONARY.md", about.Bytes()); err != nil {
		return err
	}
	if err := out.put(formFile, fmt.Appendln(nil, datasetFormat)); err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return err
	}
	return x.file(filepath.Join(dir, manifest), out.sums)
}

func (x *Exporter) tables(ctx context.Context, out *outputs, bodies bool) error {
	sites, err := open(out, siteTable)
	if err != nil {
		return err
	}
	rows, err := x.Archive.Sites(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := sites.add(r); err != nil {
			return err
		}
	}
	if err := errors.Join(sites.flush(), x.versions(ctx, out)); err != nil {
		return err
	}
	alerts, err := open(out, alertTable)
	if err != nil {
		return err
	}
	told, err := x.Archive.Alerts(ctx, record.AlertFilter{})
	if err != nil {
		return err
	}
	slices.Reverse(told) // the oldest first, as all the others
	for _, a := range told {
		if err := alerts.add(a); err != nil {
			return err
		}
	}
	if err := alerts.flush(); err != nil || !bodies {
		return err
	}
	return x.answers(ctx, out)
}

// versions fills the three tables that a walk over the versions gives.
func (x *Exporter) versions(ctx context.Context, out *outputs) error {
	versions, err := open(out, versionTable)
	if err != nil {
		return err
	}
	changes, err := open(out, changeTable)
	if err != nil {
		return err
	}
	findings, err := open(out, findingTable)
	if err != nil {
		return err
	}
	if err := x.eachVersion(ctx, func(v *record.Version) error {
		err := versions.add(v)
		if err == nil && v.Change != nil {
			err = changes.add(v)
		}
		if err != nil {
			return err
		}
		for _, f := range v.Findings {
			if err := findings.add(findingRow{v.Site, v.Number, f}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return errors.Join(versions.flush(), changes.flush(), findings.flush())
}

func (x *Exporter) answers(ctx context.Context, out *outputs) error {
	answers, err := open(out, answerTable)
	if err != nil {
		return err
	}
	last := ""
	if err := x.Archive.EachKept(ctx, func(k record.Kept) error {
		snap, gone, err := left(x.Archive.SnapshotAt(ctx, k))
		if err != nil {
			return err
		}
		if gone != nil {
			return answers.add(answer{k, snap, gone})
		}
		if k.Digest != last {
			if err := out.put(bodyPath(k.Digest), snap.Body); err != nil {
				return err
			}
			last = k.Digest
			x.step(k.Digest[:12])
		}
		return answers.add(answer{k, snap, nil})
	}); err != nil {
		return err
	}
	return answers.flush()
}

func bodyPath(digest string) string { return path.Join("bodies", digest[:2], digest) }

// outputs are the files of a data set, and the digests of what went into them.
type outputs struct {
	dir   string
	files []*output
	lines [][2]string // digest and name
}

type output struct {
	name string
	file *os.File
	buf  *bufio.Writer
	sum  hash.Hash
}

func (o *output) Write(p []byte) (int, error) {
	o.sum.Write(p)
	return o.buf.Write(p)
}

// create opens a file that stays open until close.
func (o *outputs) create(name string) (*output, error) {
	f, err := os.Create(filepath.Join(o.dir, name))
	if err != nil {
		return nil, err
	}
	w := &output{name: name, file: f, buf: bufio.NewWriterSize(f, 64<<10), sum: sha256.New()}
	o.files = append(o.files, w)
	return w, nil
}

func open[T any](o *outputs, t table[T]) (*sheet[T], error) {
	lines, err := o.create(t.name + ".jsonl")
	if err != nil {
		return nil, err
	}
	cells, err := o.create(t.name + ".csv")
	if err != nil {
		return nil, err
	}
	return newSheet(t, lines, cells)
}

// put writes a small file at once. name has slashes.
func (o *outputs) put(name string, b []byte) error {
	to := filepath.Join(o.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	o.lines = append(o.lines, [2]string{hexDigest(b), name})
	return os.WriteFile(to, b, 0o644)
}

func (o *outputs) close() (err error) {
	for _, f := range o.files {
		err = errors.Join(err, f.buf.Flush(), f.file.Sync(), f.file.Close())
		o.lines = append(o.lines, [2]string{hex.EncodeToString(f.sum.Sum(nil)), f.name})
	}
	o.files = nil
	return err
}

func (o *outputs) abandon() {
	for _, f := range o.files {
		f.file.Close()
	}
}

// sums writes the manifest in order of name.
func (o *outputs) sums(w io.Writer) error {
	slices.SortFunc(o.lines, func(a, b [2]string) int { return bytes.Compare([]byte(a[1]), []byte(b[1])) })
	for _, l := range o.lines {
		if _, err := fmt.Fprintf(w, "%s  %s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}

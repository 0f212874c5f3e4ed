package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

// File is one file of a bundle; Name has slashes and no folder of its own.
type File struct {
	Name string
	Body []byte
}

// Bundle writes the evidence of one version: the bytes that the server sent,
// their header and redirects, the text, the findings, how it differs from the
// version before (with that one's bytes and text), the chain of records up to
// it, and a page that a person reads. sha256sum -c SHA256SUMS checks the files,
// and verify.sh, which needs a shell, sha256sum, od and grep, the chain. A
// target that ends in .zip is made a ZIP file, any other a folder. more are
// further files to put in.
func (x *Exporter) Bundle(ctx context.Context, domain string, n int, target string, more ...File) error {
	if n < 1 {
		return fmt.Errorf("export a bundle of %s@%d: versions count from 1", domain, n)
	}
	files, at, err := x.bundle(ctx, domain, n, more)
	if err == nil {
		if strings.EqualFold(filepath.Ext(target), ".zip") {
			err = x.file(target, func(w io.Writer) error { return zipped(w, fmt.Sprintf("%s-%d", fileName(domain), n), at, files) })
		} else {
			err = x.unpacked(target, files)
		}
	}
	if err != nil {
		return fmt.Errorf("export the bundle of %s@%d to %s: %w", domain, n, target, err)
	}
	return nil
}

// evidence is one version with the answer that it was read from.
type evidence struct {
	*record.Version
	// Answer is nil where its bytes were never kept. Gone is set where they were
	// dropped by policy; then Answer has no body.
	Answer *record.Snapshot
	Gone   *record.DroppedBody
}

func (x *Exporter) evidence(ctx context.Context, domain string, n int) (evidence, error) {
	v, err := x.Archive.Version(ctx, domain, n)
	if err != nil || v.Snapshot == "" {
		return evidence{Version: v}, err
	}
	s, gone, err := left(x.Archive.SnapshotOf(ctx, domain, v.Snapshot))
	return evidence{v, s, gone}, err
}

func (x *Exporter) bundle(ctx context.Context, domain string, n int, more []File) ([]File, time.Time, error) {
	v, err := x.evidence(ctx, domain, n)
	if err != nil {
		return nil, time.Time{}, err
	}
	chain, err := x.Archive.Chain(ctx, domain, n)
	if err != nil {
		return nil, time.Time{}, err
	}
	files := map[string][]byte{}
	v.put(files, "")
	if n > 1 {
		before, err := x.evidence(ctx, domain, n-1)
		if err != nil {
			return nil, time.Time{}, err
		}
		before.put(files, "before/")
	}
	for _, row := range chain {
		files[fmt.Sprintf("chain/%06d.row", row.Number)] = row.Bytes
	}
	last := chain[len(chain)-1]
	for _, digest := range []string{last.Document, last.Findings, last.Change} {
		if digest == "" {
			continue
		}
		if files["content/"+digest], err = x.Archive.Content(ctx, digest); err != nil {
			return nil, time.Time{}, err
		}
	}
	files["chain.txt"] = chainList(chain)
	files["verify.sh"] = []byte(verifyScript)
	files["README.txt"] = []byte(bundleReadme)
	if files["sheet.html"], err = x.sheet(v, chain); err != nil {
		return nil, time.Time{}, err
	}
	for _, f := range more {
		files[f.Name] = f.Body
	}
	return inOrder(files), v.At, nil
}

// put adds what a version is to the files, under a folder.
func (e evidence) put(files map[string][]byte, dir string) {
	files[dir+"text.md"] = []byte(readable(doc(e.Version), false))
	files[dir+"document.json"] = indented(e.Document)
	files[dir+"findings.json"] = indented(e.Findings)
	if e.Change != nil {
		files[dir+"change.json"] = indented(e.Change)
	}
	if s := e.Answer; s != nil {
		if e.Gone == nil {
			files[dir+"body.bin"] = s.Body
		} else {
			files[dir+"body-dropped.txt"] = fmt.Appendf(nil, "body.bin is not here: %v.\nThe record of the version still holds its digest; whoever has a copy of the bytes can show\nthat they are the ones.\n", e.Gone)
		}
		files[dir+"headers.txt"] = headerText(s)
		files[dir+"answer.json"] = indented(struct {
			URL      string              `json:"url"`
			FinalURL string              `json:"final_url"`
			At       time.Time           `json:"at"`
			Via      string              `json:"via"`
			Took     int64               `json:"took_ns"`
			Status   int                 `json:"status"`
			Header   map[string][]string `json:"header"`
			Chain    []record.Hop        `json:"redirects"`
			Body     string              `json:"body_sha256"`
		}{s.URL, s.FinalURL, s.At.UTC(), s.Via, int64(s.Took), s.Status, s.Header, append([]record.Hop{}, s.Chain...), e.Snapshot})
	}
}

// headerText is the redirects and the header as the server gave them, for a
// person; answer.json has the same exactly.
func headerText(s *record.Snapshot) []byte {
	var b bytes.Buffer
	for _, h := range s.Chain {
		fmt.Fprintf(&b, "%d  %s\n  -> %s\n\n", h.Status, oneLine(h.From), oneLine(h.To))
	}
	fmt.Fprintf(&b, "%d  %s\n", s.Status, oneLine(s.FinalURL))
	for _, name := range slices.Sorted(maps.Keys(s.Header)) {
		for _, v := range s.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", oneLine(name), oneLine(v))
		}
	}
	return b.Bytes()
}

func indented(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return []byte("null\n") // no value of ours has what JSON cannot say
	}
	return b.Bytes()
}

func chainList(chain []record.ChainRow) []byte {
	var b bytes.Buffer
	for _, row := range chain {
		previous := row.Previous
		if previous == "" {
			previous = "-"
		}
		fmt.Fprintf(&b, "%06d  %s  %s\n", row.Number, row.Digest, previous)
	}
	return b.Bytes()
}

// inOrder sorts the files and puts the manifest over them at the end.
func inOrder(files map[string][]byte) []File {
	var out []File
	var sums bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out = append(out, File{name, files[name]})
		fmt.Fprintf(&sums, "%s  %s\n", hexDigest(files[name]), name)
	}
	return append(out, File{manifest, sums.Bytes()})
}

func (x *Exporter) unpacked(dir string, files []File) error {
	if err := x.folder(dir); err != nil {
		return err
	}
	for _, f := range files {
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, f.Body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// zipped packs the files into one folder, dated as the version is.
func zipped(w io.Writer, root string, at time.Time, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		to, err := z.CreateHeader(&zip.FileHeader{Name: path.Join(root, f.Name), Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return err
		}
		if _, err := to.Write(f.Body); err != nil {
			return err
		}
	}
	return z.Close()
}

// verifyScript checks a bundle with what every Unix has. The digests inside of a
// record are 32 bytes as they are; od writes them as sha256sum does.
const verifyScript = `#!/bin/sh
# Checks this folder: every file, and the chain of records that leads to it.
cd "$(dirname "$0")" || exit 3
sha256sum --quiet -c SHA256SUMS || { echo "FAILED: a file is not as it was written"; exit 1; }
holds() { od -An -v -tx1 "$1" | tr -d ' \n' | grep -q "$2"; }
bad=0 before=
for row in chain/*.row; do
  if [ -n "$before" ] && ! holds "$row" "$before"; then
    echo "FAILED: $row does not carry the digest of the record before it"; bad=1
  fi
  before=$(sha256sum "$row" | cut -d' ' -f1) last=$row
done
[ -f body-dropped.txt ] && cat body-dropped.txt
for file in body.bin content/*; do
  [ -f "$file" ] || continue
  sum=$(sha256sum "$file" | cut -d' ' -f1)
  holds "$last" "$sum" || { echo "FAILED: $last does not name $file"; bad=1; }
done
[ $bad = 0 ] || exit 1
echo "OK: every file is as it was written, and the chain holds"
echo "record $before"
`

const bundleReadme = `What is in this folder

sheet.html      the page to read first
text.md         the statement's text
body.bin        the bytes that the server sent, without content encoding; it may
                be a page or a PDF, and is not given an ending on purpose: a page
                that is opened runs its scripts. Where the archive let the bytes go
                by policy, body-dropped.txt says when and why
headers.txt     redirects and header fields; answer.json has the same for programs
document.json   the text with its sections, topics and facts
findings.json   what the law asks for and whether the statement says it
change.json     how it differs from the version before (not with a first version)
before/         the same files of the version before
chain/          the archive's own record of every version up to this one
chain.txt       number of the version, SHA-256 of its record, SHA-256 it carries
                of the record before
content/        what the last record names, under its SHA-256
SHA256SUMS      the SHA-256 of every file

How to check it

  sha256sum -c SHA256SUMS       every file is as it was written
  sh verify.sh                  the same, and the chain

By hand: the SHA-256 of chain/000001.row stands, as 32 bytes, in chain/000002.row,
and so on; those of body.bin and of the files in content/ stand in the last record.
So whoever knows the digest of a later record, noted down at its time, can tell
whether this one was altered since. The form of a record is described in
store/FORMAT.md of policywatch.
`

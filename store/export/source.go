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
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// maxLine is more than any row holds: a document has at most some megabytes.
	maxLine = 256 << 20
	// maxBody is what an archive takes.
	maxBody = 256 << 20
)

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

// source is a data set that is read: the files that its manifest names, as it
// names them, and no other. Nothing outside of the folder is ever opened, by a
// link neither, and nothing that is no plain file.
type source struct {
	dir  string
	root *os.Root
	sums map[string]string // name with slashes -> SHA-256
}

// openSource holds every file against the manifest.
func openSource(ctx context.Context, dir string) (*source, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &source{dir: dir, root: root, sums: map[string]string{}}
	if err := s.verify(ctx); err != nil {
		root.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) close() { s.root.Close() }

func (s *source) verify(ctx context.Context) error {
	err := s.lines(manifest, func(n int, line []byte) error {
		sum, name, ok := strings.Cut(string(line), "  ")
		if !ok || !isDigest(sum) || !filepath.IsLocal(filepath.FromSlash(name)) {
			return s.bad(manifest, n, "is no digest and name as sha256sum writes them")
		}
		s.sums[name] = sum
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return s.bad(manifest, 0, "is missing: the export was cut short; export the data set again")
	}
	if err != nil {
		return err
	}
	for _, t := range []string{siteTable.name, versionTable.name, changeTable.name, findingTable.name, alertTable.name} {
		if s.sums[t+".jsonl"] == "" {
			return s.bad(manifest, 0, "does not name %s.jsonl; copy or export the data set again", t)
		}
	}
	for name, sum := range s.sums {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := s.open(name)
		if err != nil {
			return err
		}
		h := newHash()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return s.bad(name, 0, "cannot be read: %w", err)
		}
		if h.hex() != sum {
			return s.bad(name, 0, "is not as it was written (its SHA-256 is another); copy or export the data set again")
		}
	}
	return s.form()
}

// form refuses a data set of a form that came after this program.
func (s *source) form() error {
	if s.sums[formFile] == "" {
		return nil
	}
	return s.lines(formFile, func(n int, line []byte) error {
		if form, err := strconv.Atoi(string(line)); err != nil || form > datasetFormat {
			return s.bad(formFile, n, "says form %q, and this program reads up to %d; import it with a newer policywatch", line, datasetFormat)
		}
		return nil
	})
}

func (s *source) bad(name string, line int, format string, args ...any) error {
	return &badFile{filepath.Join(s.dir, filepath.FromSlash(name)), line, fmt.Errorf(format, args...)}
}

// open opens a plain file. It looks before, since to open a pipe is to wait.
func (s *source) open(name string) (*os.File, error) {
	info, err := s.root.Lstat(filepath.FromSlash(name))
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is no plain file")
	}
	var f *os.File
	if err == nil {
		f, err = s.root.Open(filepath.FromSlash(name))
	}
	if err != nil {
		return nil, s.bad(name, 0, "%w", err)
	}
	return f, nil
}

// lines calls fn with every line that is not empty.
func (s *source) lines(name string, fn func(n int, line []byte) error) error {
	return s.linesAt(name, func(n int, _ int64, line []byte) error { return fn(n, line) })
}

// linesAt also tells where the line begins, in bytes.
func (s *source) linesAt(name string, fn func(n int, at int64, line []byte) error) error {
	f, err := s.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 0, 64<<10), maxLine)
	var begin, end int64
	sc.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		size, line, err := bufio.ScanLines(data, atEOF)
		begin, end = end, end+int64(size)
		return size, line, err
	})
	n := 1
	for ; sc.Scan(); n++ {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := fn(n, begin, sc.Bytes()); err != nil {
			return err
		}
	}
	if err := sc.Err(); errors.Is(err, bufio.ErrTooLong) {
		return s.bad(name, n, "the line has more than %d bytes, which no row has", maxLine)
	} else if err != nil {
		return s.bad(name, n, "cannot be read: %w", err)
	}
	return nil
}

// eachRow calls fn with every row of a table. A table that the manifest does not
// name has none. What fn finds wrong with a row is told with its line.
func eachRow[T any](s *source, table string, fn func(T) error) error {
	return eachRowAt(s, table, func(row T, _ int64, _ int) error { return fn(row) })
}

// eachRowAt also tells where the row begins and how long it is, in bytes.
func eachRowAt[T any](s *source, table string, fn func(row T, at int64, size int) error) error {
	name := table + ".jsonl"
	if s.sums[name] == "" {
		return nil
	}
	return s.linesAt(name, func(n int, at int64, line []byte) error {
		var row T
		err := json.Unmarshal(line, &row)
		if err == nil {
			err = fn(row, at, len(line))
		}
		if err == nil || errors.As(err, new(*badFile)) || errors.Is(err, context.Canceled) {
			return err
		}
		return s.bad(name, n, "%w", err)
	})
}

// body reads the bytes of an answer, which must have the digest that names them.
func (s *source) body(digest string) ([]byte, error) {
	if !isDigest(digest) {
		return nil, fmt.Errorf("%q is no digest", digest)
	}
	name := bodyPath(digest)
	if s.sums[name] == "" {
		return nil, s.bad(manifest, 0, "does not name %s, which an answer needs; copy or export the data set again", name)
	}
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxBody+1))
	switch {
	case err != nil:
		return nil, s.bad(name, 0, "cannot be read: %w", err)
	case len(b) > maxBody:
		return nil, s.bad(name, 0, "has more than %d bytes, which no archive takes", maxBody)
	case hexDigest(b) != digest:
		return nil, s.bad(name, 0, "holds other bytes than its name says; export the data set again")
	}
	return b, nil
}

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// beside is a table whose rows stand in the same order as the versions that they
// belong to, so that no more than one version's are held at a time.
type beside[T interface{ version() versionID }] struct {
	table string
	next  func() (T, error, bool)
	stop  func()
	head  T
	err   error
	more  bool
}

func openBeside[T interface{ version() versionID }](s *source, table string) *beside[T] {
	stopped := errors.New("stopped")
	var rows iter.Seq2[T, error] = func(yield func(T, error) bool) {
		err := eachRow(s, table, func(row T) error {
			if !yield(row, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			var none T
			yield(none, err)
		}
	}
	b := &beside[T]{table: table}
	b.next, b.stop = iter.Pull2(rows)
	b.head, b.err, b.more = b.next()
	return b
}

// take returns the rows of a version, which must be the next.
func (b *beside[T]) take(id versionID) (rows []T, err error) {
	for b.more && b.err == nil && b.head.version() == id {
		rows = append(rows, b.head)
		b.head, b.err, b.more = b.next()
	}
	return rows, b.err
}

// end fails where rows are left.
func (b *beside[T]) end() error {
	if b.err == nil && b.more {
		id := b.head.version()
		return fmt.Errorf("%s.jsonl has a row of version %d of %s where versions.jsonl has none; export the data set again", b.table, id.n, id.site)
	}
	return b.err
}

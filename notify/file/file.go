// Package file keeps messages as files: in a folder, as an .eml that mail programs
// open and the .json that a webhook would have carried; or in one Atom feed.
//
// It knows one folder or file. How a mail is built it is told.
package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"policywatch/notify/report"
	"policywatch/notify/trace"
)

// Options configure a Sender.
type Options struct {
	// Path is the folder; it is made when it is missing.
	Path string
	// Compose builds the .eml, as mail.Compose does; nil leaves it out.
	Compose func(report.Message) ([]byte, error)
}

// Sender writes to one folder. It is safe for concurrent use, also by several
// processes on one folder.
type Sender struct{ o Options }

// New makes the folder and returns a sender.
func New(o Options) (*Sender, error) {
	if o.Path == "" {
		return nil, errors.New("file: no path is given")
	}
	if err := os.MkdirAll(o.Path, 0o755); err != nil {
		return nil, fmt.Errorf("file: make the folder: %w", err)
	}
	return &Sender{o}, nil
}

// String names the folder.
func (s *Sender) String() string { return "folder " + s.o.Path }

// Send writes the message's files. Their names follow from the message, so that
// a repeated delivery writes the same files again. The .eml comes last: where it
// stands, its .json stands too.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	if err := ctx.Err(); err != nil {
		return true, err
	}
	name := Name(m)
	if err := write(s.o.Path, name+".json", append(m.JSON[:len(m.JSON):len(m.JSON)], '\n')); err != nil {
		return true, err
	}
	trace.Step(ctx, "wrote %s.json", filepath.Join(s.o.Path, name))
	if s.o.Compose == nil {
		return false, nil
	}
	mail, err := s.o.Compose(m)
	if err != nil {
		return false, fmt.Errorf("write %s.eml: %w", name, err)
	}
	if err := write(s.o.Path, name+".eml", mail); err != nil {
		return true, err
	}
	trace.Step(ctx, "wrote %s.eml", filepath.Join(s.o.Path, name))
	return false, nil
}

// Name is the name of a message's files, without an extension:
// 2026-11-21T093000Z-jazan.gov.sa-statement.changed-1f3a90cc. Names sort by
// time; the last part tells apart what happened to a site in the same second.
func Name(m report.Message) string {
	id := m.ID
	if len(id) > 8 {
		id = id[len(id)-8:]
	}
	site := m.Event.Site
	if site == "" {
		site = "all"
	}
	return strings.Join([]string{
		m.Event.At.UTC().Format("2006-01-02T150405Z"), plain(site, 80), plain(string(m.Event.Type), 40), plain(id, 8),
	}, "-")
}

// plain makes a text fit for a file name everywhere: lower-case ASCII letters,
// digits, full stop and hyphen, at most n of them.
func plain(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
	return strings.Trim(s[:min(len(s), n)], "-.")
}

// write makes a file appear whole or not at all, also after a loss of power.
func write(dir, name string, data []byte) (err error) {
	// A mail program that watches the folder passes over names with a leading dot.
	f, err := os.CreateTemp(dir, ".new-*")
	if errors.Is(err, os.ErrNotExist) {
		// Somebody cleared the folder away; it is ours to make.
		if err = os.MkdirAll(dir, 0o755); err == nil {
			f, err = os.CreateTemp(dir, ".new-*")
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, name))
}

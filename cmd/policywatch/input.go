package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// fileTypes are the types of files on disk, which no server declares.
var fileTypes = map[string]string{
	".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".aspx": "text/html", ".php": "text/html",
	".md": "text/markdown", ".markdown": "text/markdown", ".txt": "text/plain", ".text": "text/plain", ".pdf": "application/pdf",
}

// isFile reports whether the argument names something on disk, or standard
// input; an address or a site otherwise.
func isFile(arg string) bool {
	if arg == "-" {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil && !isURL(arg)
}

// looksLikeFile reports whether the argument was meant as a file rather than as
// a site: it has a folder, an ending that pages have, or no dot at all.
func looksLikeFile(arg string) bool {
	return strings.ContainsAny(arg, `/\`) || fileTypes[strings.ToLower(filepath.Ext(arg))] != "" || !strings.Contains(arg, ".")
}

func isURL(arg string) bool {
	return strings.HasPrefix(arg, "http://") || strings.HasPrefix(arg, "https://")
}

// document reads FILE, URL or - into a judged document.
func (p *program) document(ctx context.Context, t *wire.Tools, arg, base string) (*record.Document, error) {
	snap, err := p.snapshot(ctx, t, arg, base)
	if err != nil {
		return nil, err
	}
	doc, err := t.Desk.Document(ctx, snap, record.Site{})
	if err != nil {
		return nil, unfinished{fmt.Errorf("read %s: %w", arg, err)}
	}
	return doc, nil
}

func (p *program) snapshot(ctx context.Context, t *wire.Tools, arg, base string) (*record.Snapshot, error) {
	if isURL(arg) {
		snap, err := t.Fetch(ctx, record.Request{URL: arg})
		if err != nil {
			return nil, unfinished{err}
		}
		return snap, nil
	}
	var body []byte
	var err error
	if arg == "-" {
		body, err = io.ReadAll(p.in)
	} else {
		body, err = os.ReadFile(arg)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s: there is no such file; an address begins with https://", arg)
	}
	if err != nil {
		return nil, usagef("read %s: %w", arg, err)
	}
	if base == "" {
		base = arg
	}
	snap := &record.Snapshot{URL: base, FinalURL: base, Body: body}
	if kind := fileTypes[strings.ToLower(filepath.Ext(arg))]; kind != "" {
		snap.Header = map[string][]string{"Content-Type": {kind}}
	}
	return snap, nil
}

// reference is SITE or SITE@N: a version in the archive, the newest for N 0.
func reference(arg string) (site string, n int, err error) {
	site, num, ok := strings.Cut(arg, "@")
	if !ok {
		return site, 0, nil
	}
	n, err = strconv.Atoi(num)
	if err != nil || n < 1 {
		return "", 0, usagef("%s: after the @ stands a version's number, as in %s@3", arg, site)
	}
	return site, n, nil
}

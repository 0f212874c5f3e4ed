package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// maxOutput bounds what pdftotext may say of one file.
const maxOutput = 4 << 20

// second asks pdftotext where this package's own reading failed, and takes what
// it says when that reads like language.
func (r *Reader) second(ctx context.Context, body []byte) (*record.Document, error) {
	path := r.tool()
	if path == "" {
		return nil, errors.New("pdftotext is not installed")
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	out := &capped{left: maxOutput, stop: cancel}
	cmd := exec.CommandContext(ctx, path, "-q", "-enc", "UTF-8", "-eol", "unix", "-l", strconv.Itoa(r.limits.Pages), "-", "-")
	cmd.Stdin, cmd.Stdout = bytes.NewReader(body), out
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	cmd.WaitDelay = time.Second
	// What it said before it failed or was stopped may be half of the text.
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run pdftotext: %w", err)
	}
	d := &reading{reader: r, body: typed, words: map[string]bool{}}
	blocks := d.fromText(strings.ToValidUTF8(out.buf.String(), unknown))
	if len(blocks) == 0 {
		return nil, errors.New("pdftotext finds no text")
	}
	return &record.Document{Extractor: Version, Blocks: blocks, Title: d.title(blocks)}, nil
}

// tool is the path of pdftotext, empty when there is none.
func (r *Reader) tool() string {
	r.look.Do(func() {
		switch r.o.PDFToText {
		case "off":
		case "":
			r.path, _ = exec.LookPath("pdftotext")
		default:
			r.path = r.o.PDFToText
		}
	})
	return r.path
}

// capped keeps output up to a limit and stops the program that goes beyond.
type capped struct {
	buf  bytes.Buffer
	left int
	stop func()
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		c.stop()
		return 0, errors.New("too much output")
	}
	return c.buf.Write(p)
}

// typed is the size that text without places is given, as a typewriter's.
const typed = 10

// fromText makes blocks of lines in reading order: pages end in form feeds,
// paragraphs in blank lines or short lines.
func (d *reading) fromText(s string) []record.Block {
	var ps []piece
	rtl, ltr := 0, 0
	for n, text := range strings.Split(s, "\f") {
		p := &page{number: n, width: 600, height: 800}
		f := piece{}
		y := 0.0
		for _, raw := range strings.Split(text, "\n") {
			t := strings.TrimSpace(plain(clean(raw)))
			if t == "" {
				y -= 0.8 * typed
				continue
			}
			y -= 1.2 * typed
			l := &line{text: t, page: n, y: y, size: typed, x1: width(t)}
			l.first = width(t[:wordEnd(t)])
			for _, c := range t {
				if rightToLeft(c) {
					rtl++
				} else if unicode.IsLetter(c) {
					ltr++
				}
			}
			f.lines = append(f.lines, l)
		}
		if len(f.lines) > 0 {
			d.pages = append(d.pages, p)
			for _, l := range f.lines {
				l.page = len(d.pages) - 1
			}
			f.left, f.right = margins(f.lines)
			ps = append(ps, f)
		}
	}
	d.set.rtl = rtl > ltr
	// Lines begin at one edge here, whatever their direction: from the left.
	d.typed = true
	return d.finish(ps)
}

// width measures text in the letters of a typewriter.
func width(s string) float64 { return 0.5 * typed * float64(utf8.RuneCountInString(s)) }

func wordEnd(s string) int {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return i
	}
	return len(s)
}

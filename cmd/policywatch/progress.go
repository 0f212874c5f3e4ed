package main

import (
	"fmt"
	"io"
)

// progressBar counts what is done on standard error where that is a terminal.
type progressBar struct {
	w     io.Writer
	n, of int // of is 0 where nobody knows how much there is
}

func (p *program) progress(of int) *progressBar {
	if !isTerminal(p.err) || p.format != "json" && isTerminal(p.out) && p.verbose {
		return &progressBar{}
	}
	return &progressBar{w: p.err, of: of}
}

// counter is a progress bar for work of a size that nobody knows.
func (p *program) counter() *progressBar { return p.progress(0) }

func (b *progressBar) step(item string) {
	switch b.n++; {
	case b.w == nil:
	case b.of == 0:
		fmt.Fprintf(b.w, "\r\x1b[K%d %s", b.n, item)
	default:
		fmt.Fprintf(b.w, "\r\x1b[K%d/%d %s", b.n, b.of, item)
	}
}

func (b *progressBar) done() {
	if b.w != nil {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

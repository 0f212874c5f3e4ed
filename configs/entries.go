package configs

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// The parser keeps some eight kilobytes of a file for every entry of sites, until all is
// decoded: at two hundred thousand entries more than the daemon takes in a day's work.
// So the entries of a long list are cut out of the file and parsed by the hundred. Only
// a list that is written as nearly all are, one entry under the other with a dash at the
// same column, is cut; any other file is parsed whole.

const (
	// manyEntries is the size of a file, in bytes, from which it is cut.
	manyEntries = 128 << 10
	// entriesAtOnce are parsed together.
	entriesAtOnce = 100
)

// entries are the entries of sites within a file.
type entries struct {
	text  []byte // of the file
	from  []int  // where each begins, and where the last one ends
	lines []int  // the line of each, from 1
}

// reference is an anchor, an alias or a key that merges one: they may lead from one
// entry to another.
var reference = regexp.MustCompile(`(?m)([:\-]\s+|[,\[{]\s*|^\s*)[&*]\S|<<\s*:`)

// cut finds the entries of sites, and returns the file with none in their place, but as
// many lines. ok is false for a file that is to be parsed whole.
func cut(text []byte) (rest []byte, e *entries, ok bool) {
	if len(text) < manyEntries || reference.Match(text) {
		return nil, nil, false
	}
	e = &entries{text: text}
	indent, number, at := -1, 0, 0
	within, ended := false, false
	for line := range bytes.Lines(text) {
		number++
		begin := at
		at += len(line)
		bare := bytes.TrimRight(line, " \r\n")
		body := bytes.TrimLeft(bare, " ")
		depth := len(bare) - len(body)
		switch {
		case len(body) == 0 || body[0] == '#':
			continue
		case body[0] == '\t' || bytes.HasPrefix(bare, []byte("---")) || bytes.HasPrefix(bare, []byte("...")) || bare[0] == '%':
			return nil, nil, false
		case !within:
			if depth == 0 && bytes.HasPrefix(bare, []byte("sites:")) {
				if ended || len(bytes.TrimSpace(beforeComment(bare[len("sites:"):]))) > 0 {
					return nil, nil, false
				}
				within = true
			}
			continue
		}
		dash := body[0] == '-' && (len(body) == 1 || body[1] == ' ')
		switch {
		case indent < 0 && dash, depth == indent && dash:
			indent = depth
			e.from, e.lines = append(e.from, begin), append(e.lines, number)
		case depth > indent && indent >= 0:
		case depth == 0:
			e.from = append(e.from, begin)
			within, ended = false, true
		default:
			return nil, nil, false
		}
	}
	if within {
		e.from = append(e.from, len(text))
	}
	if len(e.lines) == 0 || len(e.from) != len(e.lines)+1 {
		return nil, nil, false
	}
	first, last := e.from[0], e.from[len(e.lines)]
	rest = append(rest, text[:first]...)
	rest = append(rest, bytes.Repeat([]byte{'\n'}, bytes.Count(text[first:last], []byte{'\n'}))...)
	return append(rest, text[last:]...), e, true
}

func beforeComment(b []byte) []byte {
	before, _, _ := bytes.Cut(b, []byte("#"))
	return before
}

// decode reads all entries. The error is that of the parser, with the places of the
// file.
func (e *entries) decode() ([]Site, error) {
	out := make([]Site, 0, len(e.lines))
	for i := 0; i < len(e.lines); i += entriesAtOnce {
		n := min(entriesAtOnce, len(e.lines)-i)
		sites, err := decodeEntries(e.text[e.from[i]:e.from[i+n]], 0)
		if err != nil {
			// Once more with as many lines before it as in the file, for the places.
			sites, err = decodeEntries(e.text[e.from[i]:e.from[i+n]], e.lines[i]-2)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, sites...)
	}
	return out, nil
}

// decodeEntries reads entries that stand below so many lines and that of their key.
func decodeEntries(text []byte, below int) ([]Site, error) {
	file, err := parser.ParseBytes(under(text, below), 0)
	if err != nil {
		return nil, err
	}
	var c struct {
		Sites []Site `yaml:"sites"`
	}
	err = yaml.NodeToValue(file.Docs[0].Body, &c, yaml.Strict())
	return c.Sites, err
}

func under(text []byte, below int) []byte {
	out := make([]byte, 0, len(text)+max(below, 0)+7)
	out = append(out, strings.Repeat("\n", max(below, 0))+"sites:\n"...)
	return append(out, text...)
}

// tree is a file with one entry alone, and by how many lines it stands higher there.
func (e *entries) tree(i int) (file *ast.File, above int) {
	if i < 0 || i >= len(e.lines) {
		return nil, 0
	}
	file, err := parser.ParseBytes(under(e.text[e.from[i]:e.from[i+1]], 0), 0)
	if err != nil {
		return nil, 0
	}
	return file, e.lines[i] - 2
}

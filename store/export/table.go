package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// column is one field of a table: in JSON lines, in CSV and in the dictionary
// alike, so that the three cannot drift apart.
type column[T any] struct {
	name, kind, about string
	value             func(T) any
}

// The kinds of column. An object stands in the JSON lines only.
const (
	text    = "text"
	number  = "number"
	instant = "time"
	list    = "list"
	object  = "object"
)

// table is one kind of row.
type table[T any] struct {
	name, about string
	columns     []column[T]
}

// sheet writes the rows of a table to its two files.
type sheet[T any] struct {
	table[T]
	lines io.Writer
	cells *csv.Writer
	buf   bytes.Buffer
}

func newSheet[T any](t table[T], lines, cells io.Writer) (*sheet[T], error) {
	s := &sheet[T]{table: t, lines: lines, cells: csv.NewWriter(cells)}
	var head []string
	for _, c := range t.columns {
		if c.kind != object {
			head = append(head, c.name)
		}
	}
	return s, s.cells.Write(head)
}

func (s *sheet[T]) add(row T) error {
	s.buf.Reset()
	s.buf.WriteByte('{')
	var cells []string
	for i, c := range s.columns {
		v := c.value(row)
		if t, ok := v.(time.Time); ok && t.IsZero() {
			v = nil
		}
		if i > 0 {
			s.buf.WriteByte(',')
		}
		fmt.Fprintf(&s.buf, "%q:", c.name)
		b, err := encodeJSON(v)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", s.name, c.name, err)
		}
		s.buf.Write(b)
		if c.kind != object {
			cells = append(cells, cell(v))
		}
	}
	s.buf.WriteString("}\n")
	if _, err := s.lines.Write(s.buf.Bytes()); err != nil {
		return err
	}
	return s.cells.Write(cells)
}

func (s *sheet[T]) flush() error {
	s.cells.Flush()
	return s.cells.Error()
}

// encodeJSON leaves < > & as they are: nothing of this is put into a page.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// cell is a value as CSV shows it. A text that a spreadsheet would take for a
// formula gets an apostrophe before it.
func cell(v any) string {
	var s string
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case []string:
		s = strings.Join(v, "; ")
	default:
		s = fmt.Sprint(v)
	}
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// describe writes the table's part of the data dictionary.
func (t table[T]) describe(w io.Writer) {
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n| column | kind | meaning |\n|---|---|---|\n", t.name, t.about)
	for _, c := range t.columns {
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", c.name, c.kind, c.about)
	}
}

// strs makes a list of words of any kind, never nil.
func strs[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Error is one thing wrong with a file that the user wrote. It names the place
// and, in Message, what to do about it.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 when the whole file is meant
	Key          string // dotted path, empty when there is none
	Message      string
	// Excerpt shows the line with a mark under the place; may be empty.
	Excerpt string
}

// Error writes FILE:LINE:COLUMN: KEY: MESSAGE.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	}
	b.WriteString(": ")
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Load reads a configuration file over the defaults, resolves secrets through
// env and checks everything that can be checked without the network. Relative
// paths are taken from the file's own folder, so that a daemon and a shell see
// the same files. All problems found are joined into one error of *Error.
func Load(path string, env func(string) (string, bool)) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		msg := "cannot be read: " + err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			msg = "there is no such file; `policywatch config check` without --config shows the defaults"
		}
		return Config{}, &Error{File: path, Message: msg}
	}
	return Parse(path, b, env)
}

// Parse is Load for a file that is already in memory; name serves messages and
// relative paths.
func Parse(name string, b []byte, env func(string) (string, bool)) (Config, error) {
	cfg := Default()
	rest, long, many := cut(b)
	if !many {
		rest = b
	}
	file, err := parser.ParseBytes(rest, 0)
	if err != nil {
		return Config{}, syntaxError(name, err)
	}
	// A file of comments, or a section without keys, means the defaults; the
	// decoder would take it for null and empty the structure.
	if prune(file) {
		if err := yaml.NodeToValue(file.Docs[0].Body, &cfg, yaml.Strict()); err != nil {
			return Config{}, syntaxError(name, err)
		}
	}
	if many {
		if cfg.Sites, err = long.decode(); err != nil {
			return Config{}, syntaxError(name, err)
		}
	}
	v := validator{file: name, tree: file, entries: long}
	cfg.resolve(filepath.Dir(name), env, &v)
	cfg.check(&v)
	if len(v.errs) > 0 {
		return Config{}, errors.Join(v.errs...)
	}
	return cfg, nil
}

// prune drops the keys without a value from the file's mapping, and reports
// whether anything is left to decode.
func prune(f *ast.File) bool {
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return false
	}
	m, ok := f.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return f.Docs[0].Body.Type() != ast.NullType
	}
	m.Values = slices.DeleteFunc(m.Values, func(v *ast.MappingValueNode) bool {
		return v.Value == nil || v.Value.Type() == ast.NullType
	})
	return len(m.Values) > 0
}

// syntaxError turns the decoder's error into one of ours; an unknown key gets
// the nearest known one.
func syntaxError(name string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		e.File = name
		return e
	}
	e = &Error{File: name, Message: err.Error()}
	var ye yaml.Error
	if !errors.As(err, &ye) {
		return e
	}
	e.Message = ye.GetMessage()
	if t := ye.GetToken(); t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
		var unknown *yaml.UnknownFieldError
		if errors.As(err, &unknown) {
			e.Message = fmt.Sprintf("unknown key %q", t.Value)
			if near := nearest(t.Value, keys(reflect.TypeFor[Config]())); near != "" {
				e.Message += fmt.Sprintf("; did you mean %q?", near)
			} else {
				e.Message += "; `policywatch config schema` lists the keys"
			}
		}
	}
	if shown := strings.TrimSpace(yaml.FormatError(err, false, true)); shown != "" {
		if _, rest, ok := strings.Cut(shown, "\n"); ok {
			e.Excerpt = rest
		}
	}
	return e
}

// validator collects problems with their places in the file.
type validator struct {
	file string
	tree *ast.File
	// entries are those of sites where they are not in the tree.
	entries *entries
	errs    []error
}

// bad records a problem at a key such as "sites[2].domain".
func (v *validator) bad(key, format string, args ...any) {
	e := &Error{File: v.file, Key: key, Message: fmt.Sprintf(format, args...)}
	e.Line, e.Column = v.place(key)
	v.errs = append(v.errs, e)
}

// place finds the key's value in the file, or its nearest parent that is there.
func (v *validator) place(key string) (line, column int) {
	if i := -1; v.entries != nil && strings.HasPrefix(key, "sites[") {
		if _, err := fmt.Sscanf(key, "sites[%d]", &i); err == nil {
			_, rest, _ := strings.Cut(key, "]")
			tree, above := v.entries.tree(i)
			line, column = (&validator{tree: tree}).place("sites[0]" + rest)
			return line + above, column
		}
	}
	for key != "" {
		if p, err := yaml.PathString("$." + key); err == nil && v.tree != nil {
			if n, err := p.FilterFile(v.tree); err == nil && n != nil {
				if t := n.GetToken(); t != nil && t.Position != nil {
					return t.Position.Line, t.Position.Column
				}
			}
		}
		cut := strings.LastIndexAny(key, ".[")
		if cut < 0 {
			break
		}
		key = key[:cut]
	}
	return 0, 0
}

// has reports whether the file itself says something at a key.
func (v *validator) has(key string) bool {
	p, err := yaml.PathString("$." + key)
	if err != nil || v.tree == nil {
		return false
	}
	n, err := p.FilterFile(v.tree)
	return err == nil && n != nil
}

// keys lists every key that the configuration knows, at any depth.
func keys(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		if tag := f.Tag.Get("yaml"); tag != "" {
			out = append(out, tag)
			out = append(out, keys(f.Type)...)
		}
	}
	return out
}

// nearest returns the known word within two edits of word, or "".
func nearest(word string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(word, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes: keys are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diag+cost)
		}
	}
	return row[len(b)]
}

package configs

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"io/fs"
	"path"
)

// Reading half a megabyte of YAML was most of what a short command cost, so the
// folders of data are embedded a second time in a form that is read twenty times
// faster. The YAML files stay the source: a compiled form carries the digest of
// the files that it was made of and is passed over when they differ, so that a
// stale one costs time and never changes an answer.

//go:generate go test -run TestCompiledForms -update .

// compiledFile is the name, inside a folder of data, of its compiled form: a
// gob stream of the digest of its sources and of the values in their order.
const compiledFile = "compiled.gob"

// digest identifies sources by their names and bytes.
func digest(files []source) []byte {
	h := sha256.New()
	for _, f := range files {
		sum := sha256.Sum256(f.text)
		h.Write([]byte(path.Base(f.name)))
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

// readCompiled returns the values of a folder whose compiled form was made of
// these very files, or false.
func readCompiled[T any](fsys fs.FS, dir string, files []source) ([]T, bool) {
	b, err := fs.ReadFile(fsys, path.Join(dir, compiledFile))
	if err != nil {
		return nil, false
	}
	var of []byte
	var out []T
	d := gob.NewDecoder(bytes.NewReader(b))
	if d.Decode(&of) != nil || !bytes.Equal(of, digest(files)) || d.Decode(&out) != nil || len(out) != len(files) {
		return nil, false
	}
	return out, true
}

// compile makes the compiled form of values that were read from files.
func compile[T any](files []source, values []T) ([]byte, error) {
	var b bytes.Buffer
	e := gob.NewEncoder(&b)
	if err := e.Encode(digest(files)); err != nil {
		return nil, err
	}
	err := e.Encode(values)
	return b.Bytes(), err
}

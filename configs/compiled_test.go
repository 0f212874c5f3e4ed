package configs

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"reflect"
	"testing"
	"testing/fstest"

	"policywatch/store/record"
)

var update = flag.Bool("update", false, "write the compiled forms anew")

// The embedded compiled forms say what the YAML files say.
func TestCompiledForms(t *testing.T) {
	compiledForm[record.Lexicon](t, "lexicons")
	compiledForm[record.Profile](t, "profiles")
	compiledForm[record.Phrasebook](t, "words")
}

func compiledForm[T any](t *testing.T, dir string) {
	t.Helper()
	files, err := readSources(embedded, dir)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]T, len(files))
	for i, f := range files {
		if err := f.parse(&want[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, ok := readCompiled[T](embedded, dir, files)
	if ok && same(reflect.ValueOf(got), reflect.ValueOf(want)) {
		return
	}
	if !*update {
		t.Errorf("%s/%s was made of other files; go generate ./configs", dir, compiledFile)
		return
	}
	b, err := compile(files, want)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path.Join(dir, compiledFile), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// same is reflect.DeepEqual for data, but takes a list without elements for no
// list: gob does not tell them apart, nor does any reader of the data.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for k, v := range a.Seq2() {
			if w := b.MapIndex(k); !w.IsValid() || !same(v, w) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// A compiled form of other files, or a broken one, is passed over.
func TestCompiledFormOfOtherFilesIsNotRead(t *testing.T) {
	tree := fstest.MapFS{}
	for _, name := range []string{"en.yaml", "fa.yaml", compiledFile} {
		b, err := fs.ReadFile(embedded, "words/"+name)
		if err != nil {
			t.Fatal(err)
		}
		tree["words/"+name] = &fstest.MapFile{Data: b}
	}
	books, err := Phrasebooks(tree)
	if err != nil || len(books) != 2 || books[1].Lang != "fa" {
		t.Errorf("without ar.yaml: %d books, %v", len(books), err)
	}
	tree["words/"+compiledFile].Data = []byte("\x05broken")
	if books, err = Phrasebooks(tree); err != nil || len(books) != 2 {
		t.Errorf("beside a broken form: %d books, %v", len(books), err)
	}
	tree["words/fa.yaml"].Data = append(tree["words/fa.yaml"].Data, "nonsense: 1\n"...)
	if _, err = Phrasebooks(tree); err == nil {
		t.Error("an unknown key was accepted")
	}
}

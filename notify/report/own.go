package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"

	"policywatch/store/record"
)

// dataSheet is the name of the file that says what templates are given.
const dataSheet = "DATA.md"

// TemplateFiles are the built-in templates as files of a folder, by their paths in
// it: for each language its own, to begin with. A Writer that uses the folder as it
// is writes the same messages as one that uses none.
func (w *Writer) TemplateFiles() map[string][]byte {
	out := make(map[string][]byte)
	for _, lang := range w.voices.Languages() {
		for _, name := range formNames {
			out[lang+"/"+name] = []byte(standing[name])
		}
	}
	sheet, err := fs.ReadFile(builtIn, "templates/"+dataSheet)
	if err != nil {
		panic(err) // it is embedded; only a mistake in this file can lead here
	}
	out[dataSheet] = sheet
	return out
}

// Use takes the templates of a folder in place of the built-in ones: DIR/fa/mail.html
// and its like, of which any may be missing. Each is tried on all samples, and on
// their digest, in its language. What is wrong is told of every file, with line and
// remedy; then none of them is used.
func (w *Writer) Use(dir string, samples []record.Event) error {
	own := make(map[string]forms)
	langs := w.voices.Languages()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the folder of templates cannot be read: %w; `policywatch config sample --templates %s` makes one", err, dir)
	}
	var errs []error
	found := 0
	for _, e := range entries {
		switch name := e.Name(); {
		case passed(name), name == dataSheet && !e.IsDir():
		case !e.IsDir() || !slices.Contains(langs, name):
			errs = append(errs, fmt.Errorf("%s: is no folder of a language; there are %s", filepath.Join(dir, name), strings.Join(langs, ", ")))
		default:
			f, bad := w.readForms(filepath.Join(dir, name), name, samples)
			own[name] = f
			found += len(f)
			errs = append(errs, bad...)
		}
	}
	if len(errs) == 0 && found == 0 {
		return fmt.Errorf("%s: holds no template; `policywatch config sample --templates DIR` writes the built-in ones, to begin with", dir)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	w.own = own
	return nil
}

// passed are the files that editors and systems leave behind.
func passed(name string) bool { return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") }

// readForms reads the templates of one language and tries them.
func (w *Writer) readForms(dir, lang string, samples []record.Event) (forms, []error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, []error{fmt.Errorf("the templates cannot be read: %w", err)}
	}
	out := make(forms)
	var errs []error
	for _, e := range entries {
		name := e.Name()
		if passed(name) {
			continue
		}
		at := filepath.Join(dir, name)
		if !slices.Contains(formNames, name) {
			errs = append(errs, fmt.Errorf("%s: is no template; there are %s", at, strings.Join(formNames, ", ")))
			continue
		}
		f, bad := w.readForm(at, name, lang, samples)
		if len(bad) == 0 {
			out[name] = f
		}
		errs = append(errs, bad...)
	}
	return out, errs
}

func (w *Writer) readForm(at, name, lang string, samples []record.Event) (form, []error) {
	b, err := os.ReadFile(at)
	if err != nil {
		return nil, []error{fmt.Errorf("the template cannot be read: %w", err)}
	}
	v := w.voice(lang)
	f, trees, err := parseForm(name, string(b), v)
	if err != nil {
		return nil, []error{placed(at, err, "")}
	}
	funcs := v.textFuncs()
	if strings.HasSuffix(name, ".html") {
		funcs = texttemplate.FuncMap(v.htmlFuncs())
	}
	var errs []error
	for _, bad := range checkFields(name, trees, funcs) {
		errs = append(errs, placed(at, bad, " ("+dataSheet+" beside the built-in templates says what there is)"))
	}
	if len(errs) > 0 {
		return nil, errs
	}
	for what, l := range w.trials(lang, samples) {
		if _, err := fill(name, f, l); err != nil {
			return nil, []error{placed(at, err, fmt.Sprintf(", on the sample of %s; a template must do for every event: ask with {{if}} or {{with}} first", what))}
		}
	}
	return f, nil
}

// trials are the letters that a template is tried on: every sample by itself, all
// together, and one of which little more is known than its type.
func (w *Writer) trials(lang string, samples []record.Event) func(func(record.EventType, Letter) bool) {
	return func(yield func(record.EventType, Letter) bool) {
		var all []record.Alert
		for _, ev := range append(slices.Clone(samples), record.Event{Type: record.EventChanged, Site: "test.example"}) {
			a := record.Alert{ID: "pw_sample", Event: ev, Why: []record.Cause{{Route: "1", Event: ev.Type}}}
			if !yield(ev.Type, w.letter(a, lang, brief)) {
				return
			}
			if ev.Type != record.EventTest {
				all = append(all, a)
			}
		}
		if len(all) > 0 {
			_, l, _ := w.digest("pw_sample", all, lang)
			yield(record.EventDigest, l)
		}
	}
}

var place = regexp.MustCompile(`(?s)^(?:fill [a-z.]+: )?(?:html/)?template: ?[^:]*:(\d+)(?::(\d+))?: (?:executing "[^"]*" at )?(.*)$`)

// placed turns an error of the template language into FILE:LINE:COLUMN: what is
// wrong.
func placed(at string, err error, remedy string) error {
	m := place.FindStringSubmatch(err.Error())
	if m == nil {
		text := strings.TrimPrefix(err.Error(), "fill "+filepath.Base(at)+": ")
		return fmt.Errorf("%s:1: %s%s", at, text, remedy)
	}
	if m[1] != "" {
		at += ":" + m[1]
	}
	if n, err := strconv.Atoi(m[2]); err == nil {
		at += ":" + strconv.Itoa(n+1) // the template language counts from 0, editors from 1
	}
	return fmt.Errorf("%s: %s%s", at, m[3], remedy)
}

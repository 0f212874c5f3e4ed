package configs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"policywatch/store/record"
)

//go:embed lexicons profiles words
var embedded embed.FS

// Data returns the embedded lexicons, profiles and phrasebooks, for the
// loaders below. A test or a tool may pass another tree of the same shape.
func Data() fs.FS { return embedded }

// Lexicons reads every file under lexicons/ of fsys, ordered by file name. An
// unknown key, an unknown topic or a file whose name is not its language's code
// is an error that names file, line and column.
func Lexicons(fsys fs.FS) ([]record.Lexicon, error) {
	return loadAll(fsys, "lexicons", func(l *record.Lexicon) (string, error) {
		for t := range l.Topics {
			if !t.Valid() {
				return l.Lang, fmt.Errorf("topics: %q is not a topic; see record.Topics", t)
			}
		}
		if l.Dir != "rtl" && l.Dir != "ltr" {
			return l.Lang, fmt.Errorf("dir: %q is neither rtl nor ltr", l.Dir)
		}
		return l.Lang, nil
	})
}

// Profiles reads every file under profiles/ of fsys.
func Profiles(fsys fs.FS) ([]record.Profile, error) {
	return loadAll(fsys, "profiles", func(p *record.Profile) (string, error) {
		seen := map[string]bool{}
		for _, e := range p.Elements {
			if e.ID == "" || seen[e.ID] {
				return p.ID, fmt.Errorf("elements: id %q is empty or stands twice", e.ID)
			}
			seen[e.ID] = true
			if e.Title["en"] == "" {
				return p.ID, fmt.Errorf("elements: %s has no English title", e.ID)
			}
			for _, t := range append(e.Any, e.All...) {
				if !t.Valid() {
					return p.ID, fmt.Errorf("elements: %s: %q is not a topic", e.ID, t)
				}
			}
		}
		return p.ID, nil
	})
}

// Phrasebooks reads every file under words/ of fsys.
func Phrasebooks(fsys fs.FS) ([]record.Phrasebook, error) {
	return loadAll(fsys, "words", func(p *record.Phrasebook) (string, error) {
		for _, r := range record.FaultRules() {
			if p.Faults[r.Kind] == "" {
				return p.Lang, fmt.Errorf("faults: no words for %q", r.Kind)
			}
		}
		return p.Lang, nil
	})
}

// loadAll reads the files of one folder: from their compiled form where it is
// theirs, else strictly from YAML. check validates a value and returns its
// identity, which must be the file's base name. All bad files are told of.
func loadAll[T any](fsys fs.FS, dir string, check func(*T) (string, error)) ([]T, error) {
	files, err := readSources(fsys, dir)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(files))
	out, ok := readCompiled[T](fsys, dir, files)
	if !ok {
		out = make([]T, len(files))
		var wg sync.WaitGroup
		for i := range files {
			wg.Go(func() { errs[i] = files[i].parse(&out[i]) })
		}
		wg.Wait()
	}
	for i, f := range files {
		if errs[i] == nil {
			errs[i] = f.approve(check(&out[i]))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

// source is one file of a folder of data.
type source struct {
	name string
	text []byte
}

func readSources(fsys fs.FS, dir string) ([]source, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	out := make([]source, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out[i] = source{name, text}
	}
	return out, nil
}

func (f source) parse(v any) error {
	if err := yaml.UnmarshalWithOptions(f.text, v, yaml.Strict()); err != nil {
		return fmt.Errorf("read %s: %s", f.name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	return nil
}

// approve takes what a check said of the file's value.
func (f source) approve(id string, err error) error {
	if err != nil {
		return fmt.Errorf("read %s: %w", f.name, err)
	}
	if want := strings.TrimSuffix(path.Base(f.name), ".yaml"); id != want {
		return fmt.Errorf("read %s: it calls itself %q; the file's name and the name inside must agree", f.name, id)
	}
	return nil
}

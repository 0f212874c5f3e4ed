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

//go:embed lexicons/*.yaml profiles/*.yaml words/*.yaml
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

// loadAll decodes the files of one folder strictly, all at a time: parsing is
// most of what a short command costs. check validates a decoded value and
// returns its identity, which must be the file's base name.
func loadAll[T any](fsys fs.FS, dir string, check func(*T) (string, error)) ([]T, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	out, errs := make([]T, len(names)), make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { errs[i] = load(fsys, name, &out[i], check) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

func load[T any](fsys fs.FS, name string, v *T, check func(*T) (string, error)) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := yaml.UnmarshalWithOptions(b, v, yaml.Strict()); err != nil {
		return fmt.Errorf("read %s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	id, err := check(v)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); id != want {
		return fmt.Errorf("read %s: it calls itself %q; the file's name and the name inside must agree", name, id)
	}
	return nil
}

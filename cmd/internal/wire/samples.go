package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"policywatch/configs"
	"policywatch/notify/report"
)

// Sample is a file to begin with, as `policywatch config sample` writes it.
type Sample = configs.Sample

// Samples returns all of them.
func Samples() ([]Sample, error) { return configs.Samples() }

// WriteTemplates writes the built-in templates into a folder, and what they are
// given, and returns the names of the files. It writes over none.
func WriteTemplates(dir string) ([]string, error) {
	d, err := loadData()
	if err != nil {
		return nil, err
	}
	files := report.New(d.books).TemplateFiles()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names { // all or none
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return nil, usage("%s is there already and is not written over; name another folder", filepath.Join(dir, name))
		}
	}
	for _, name := range names {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return nil, fmt.Errorf("write the templates: %w", err)
		}
		if err := os.WriteFile(at, files[name], 0o644); err != nil {
			return nil, fmt.Errorf("write the templates: %w", err)
		}
	}
	return names, nil
}

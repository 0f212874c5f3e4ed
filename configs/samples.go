package configs

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed samples
var samples embed.FS

// Sample is a file to begin with: a configuration, a list of domains, or a page
// to try with.
type Sample struct {
	// Name is what a person asks for it by; File is what it is called, with the
	// ending that says what it is.
	Name, File string
	// About is the comment on the file's first line.
	About string
	Text  []byte
}

// Samples returns all samples, ordered by kind and then by name. A sample is
// added by putting its file into the folder, with a comment on its first line.
func Samples() ([]Sample, error) {
	entries, err := samples.ReadDir("samples")
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	out := make([]Sample, len(entries))
	for i, e := range entries {
		text, err := samples.ReadFile(path.Join("samples", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read sample: %w", err)
		}
		first, _, _ := bytes.Cut(text, []byte("\n"))
		about := strings.TrimSuffix(strings.TrimLeft(string(first), "<!-# "), "-->")
		out[i] = Sample{Name: strings.TrimSuffix(e.Name(), path.Ext(e.Name())), File: e.Name(), About: strings.TrimSpace(about), Text: text}
	}
	kinds := []string{".yaml", ".csv", ".html"}
	slices.SortStableFunc(out, func(a, b Sample) int {
		return slices.Index(kinds, path.Ext(a.File)) - slices.Index(kinds, path.Ext(b.File))
	})
	return out, nil
}

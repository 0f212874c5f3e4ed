package main

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"slices"

	"policywatch/cmd/internal/wire"
	"policywatch/diff/section"
	"policywatch/store/record"
)

// leastShared is the share of text below which two statements only speak the
// same language.
const leastShared = 0.05

// shared is another statement with the same passages.
type shared struct {
	With string `json:"with"`
	// Percent is how much of the statement stands there word for word.
	Percent int `json:"percent"`
}

// copiesOf finds statements that share text with doc: the ones named, and for a
// site those of all other sites in the archive.
func copiesOf(ctx context.Context, a *wire.App, self string, doc *record.Document, names []string, docs []*record.Document) ([]shared, error) {
	var out []shared
	seed := maphash.MakeSeed()
	mine := section.NewRuns(seed, doc)
	add := func(name string, other *record.Document) {
		if share := mine.Copied(section.NewRuns(seed, other)); share >= leastShared {
			out = append(out, shared{name, int(share*100 + 0.5)})
		}
	}
	for i, d := range docs {
		add(names[i], d)
	}
	if a != nil && !isFile(self) && !isURL(self) {
		site, err := a.Pick([]string{siteOf(self)})
		if err != nil {
			return nil, err
		}
		rows, err := a.Store.Sites(ctx)
		if err != nil {
			return nil, unfinished{err}
		}
		for _, r := range rows {
			if r.Site.Domain == site[0].Domain || r.Past.Version == 0 {
				continue
			}
			v, err := a.Store.Version(ctx, r.Site.Domain, 0)
			if err != nil {
				return nil, unfinished{err}
			}
			add(r.Site.Domain, v.Document)
		}
	}
	slices.SortStableFunc(out, func(x, y shared) int { return cmp.Compare(y.Percent, x.Percent) })
	return out, nil
}

func siteOf(arg string) string {
	name, _, err := reference(arg)
	if err != nil {
		return arg
	}
	return name
}

func writeCopies(w io.Writer, list []shared) {
	for i, s := range list {
		if i == 0 {
			fmt.Fprint(w, "\nStands word for word in\n")
		}
		fmt.Fprintf(w, "  %3d %%  %s\n", s.Percent, s.With)
	}
}

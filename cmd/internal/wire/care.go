package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"policywatch/configs"
	"policywatch/store"
	"policywatch/store/export"
	"policywatch/store/record"
)

// Exporter writes what the archive holds in other forms.
type Exporter = export.Exporter

// BundleFile is a file to put into a bundle of evidence.
type BundleFile = export.File

// Exporter is that of the open archive; step hears of every item that is done.
func (a *App) Exporter(force bool, step func(item string)) *Exporter {
	return &Exporter{Archive: a.Store, Program: "policywatch " + a.version, Now: time.Now(), Force: force, Step: step}
}

// IsThere reports whether something stands where an export was to be written.
func IsThere(err error) bool { return errors.Is(err, export.ErrThere) }

// IsMisplaced reports whether an export was to be written where it never is, or
// with a program that is missing.
func IsMisplaced(err error) bool {
	return errors.Is(err, export.ErrNotOurs) || errors.Is(err, export.ErrNoGit)
}

// IsDataset reports whether the folder is a data set that an export finished.
func IsDataset(dir string) bool { return export.IsDataset(dir) }

// Imported counts what an import of a data set did.
type Imported = export.Imported

// ImportDataset brings a data set into the open archive.
func (a *App) ImportDataset(ctx context.Context, dir string, step func(item string)) (Imported, error) {
	return a.Exporter(false, step).Import(ctx, dir, a.Store, func(err error) bool { return errors.Is(err, store.ErrStale) })
}

// ReadSites reads lists of domains and declarations of Open Terms Archive; a
// site that stands in several is taken from the first. With skip, bad lines are
// left out and told in notes; notes also say what could not be taken over.
func ReadSites(paths []string, skip bool) (sites []record.Site, notes []string, err error) {
	seen := map[string]bool{}
	var errs []error
	for _, path := range paths {
		read, said, err := readSites(path)
		notes = append(notes, said...)
		switch {
		case err != nil && skip && len(read) > 0:
			notes = append(notes, err.Error())
		case err != nil:
			errs = append(errs, err)
		}
		for _, s := range read {
			if seen[s.Domain] {
				notes = append(notes, fmt.Sprintf("%s: %s was read before", path, s.Domain))
				continue
			}
			seen[s.Domain] = true
			sites = append(sites, s)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, notes, &UsageError{err}
	}
	return sites, notes, nil
}

func readSites(path string) ([]record.Site, []string, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() || strings.EqualFold(filepath.Ext(path), ".json") {
		return configs.ReadDeclarations(path)
	}
	sites, err := configs.ReadListAnyway(path)
	return sites, nil, err
}

// WriteSites writes sites as a configuration file, or as a CSV list.
func WriteSites(w io.Writer, sites []record.Site, csv bool) error {
	if csv {
		return configs.WriteList(w, sites)
	}
	return configs.WriteSites(w, sites)
}

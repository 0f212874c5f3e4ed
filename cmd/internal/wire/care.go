package wire

import (
	"errors"
	"time"

	"policywatch/store/export"
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

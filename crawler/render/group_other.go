//go:build !linux

package render

import "os/exec"

// ownGroup does nothing here: the browser's helpers end when the browser does.
func ownGroup(*exec.Cmd) {}

// bounded does nothing here: only the memory of scripts is bounded.
func bounded(*exec.Cmd) {}

func killGroup(int) {}

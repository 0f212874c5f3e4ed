package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licence is one file that states the terms of a module or of a part of it.
type licence struct {
	name string   // path below the module's root, with slashes
	ids  []string // SPDX identifiers of the terms that were recognised in it
	text string
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|copyright)([-._].*)?$`)

// findLicences gathers the licence files of every module: those that lie in a
// linked package's folder or above it. A module without any is an error: it must
// not be given on.
func (b *binary) findLicences() error {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", b.pkg)
	cmd.Env = append(os.Environ(), "GOOS="+b.goos, "GOARCH="+b.goarch, "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list what is linked: %w", err)
	}
	found := map[string]map[string]licence{} // by module, then by name
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("list what is linked: %w", err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		if found[p.Module.Path] == nil {
			found[p.Module.Path] = map[string]licence{}
		}
		if err := gather(p.Module.Dir, p.Dir, found[p.Module.Path]); err != nil {
			return err
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("find the standard library: %w", err)
	}
	goroot := strings.TrimSpace(string(root))
	found["stdlib"] = map[string]licence{}
	if err := gather(goroot, goroot, found["stdlib"]); err != nil {
		return err
	}
	for _, m := range b.modules {
		for _, l := range found[m.path] {
			m.licences = append(m.licences, l)
		}
		slices.SortFunc(m.licences, func(a, b licence) int { return strings.Compare(a.name, b.name) })
		if len(m.licences) == 0 {
			return fmt.Errorf("%s has no licence file in its folders; it must not be given on", m.path)
		}
	}
	return nil
}

// gather reads the licence files of dir and of the folders above it up to root.
func gather(root, dir string, into map[string]licence) error {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			path := filepath.Join(dir, e.Name())
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if _, known := into[filepath.ToSlash(name)]; known {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			into[filepath.ToSlash(name)] = licence{filepath.ToSlash(name), recognise(string(text)), strings.ReplaceAll(string(text), "\r\n", "\n")}
		}
		if dir == root || len(dir) <= len(root) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

// recognise names the well-known terms that a text holds, by sentences that none
// of the others has.
func recognise(text string) (ids []string) {
	t := strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(s string) bool { return strings.Contains(t, s) }
	if has("apache license version 2.0") || has("apache license, version 2.0") {
		ids = append(ids, "Apache-2.0")
	}
	if has("redistribution and use in source and binary forms") {
		if has("neither the name") || has("names of its contributors") || has("name of the author may not") {
			ids = append(ids, "BSD-3-Clause")
		} else {
			ids = append(ids, "BSD-2-Clause")
		}
	}
	if has("permission to use, copy, modify, and/or distribute") || has("permission to use, copy, modify, and distribute this software for any purpose") {
		ids = append(ids, "ISC")
	}
	if has("permission is hereby granted, free of charge, to any person obtaining") {
		ids = append(ids, "MIT")
	}
	if has("mozilla public license version 2.0") || has("mozilla public license, v. 2.0") || has("mozilla public license, version 2.0") {
		ids = append(ids, "MPL-2.0")
	}
	return ids
}

// ids are the module's terms, each once.
func (m *module) ids() (out []string) {
	for _, l := range m.licences {
		out = append(out, l.ids...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// notices is the file that gives the terms of everything that is linked in.
func (b *binary) notices() []byte {
	var w bytes.Buffer
	w.WriteString("policywatch is under the MIT licence; see LICENSE. It holds the software named below,\neach part under the terms that follow its name.\n")
	for _, m := range b.modules {
		for _, l := range m.licences {
			fmt.Fprintf(&w, "\n%s\n%s %s: %s\n\n%s\n", strings.Repeat("=", 80), m.path, m.version, l.name, strings.TrimSpace(l.text))
		}
	}
	return w.Bytes()
}

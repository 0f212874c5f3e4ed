package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

// binary is a built program and what it was built of.
type binary struct {
	content      []byte
	goos, goarch string
	goVersion    string // as go1.26.0
	// pkg is the package of the program, by which its dependencies are listed.
	pkg     string
	modules []*module
}

// module is one module that is linked in, the standard library among them.
type module struct {
	path, version string
	sum           string // as in go.sum: "h1:" and a digest of the module's files
	licences      []licence
}

// openBinary reads what Go wrote into the binary about its making.
func openBinary(path string) (*binary, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read what %s was built of: %w", path, err)
	}
	b := &binary{content: content, goVersion: info.GoVersion, pkg: info.Path}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			b.goos = s.Value
		case "GOARCH":
			b.goarch = s.Value
		}
	}
	if b.goos == "" || b.goarch == "" {
		return nil, fmt.Errorf("%s does not say which system it is for; build it as a program of its own", path)
	}
	for _, d := range info.Deps {
		b.modules = append(b.modules, moduleOf(d))
	}
	b.modules = append(b.modules, &module{path: "stdlib", version: strings.TrimPrefix(b.goVersion, "go")})
	return b, nil
}

// moduleOf follows a replacement to what was in fact linked.
func moduleOf(d *debug.Module) *module {
	for d.Replace != nil {
		d = d.Replace
	}
	return &module{path: d.Path, version: d.Version, sum: d.Sum}
}

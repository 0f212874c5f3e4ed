package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The program of this tree, packed twice: the same bytes, all that is promised
// inside, and every module with terms that are known.
func TestReleaseIsWholeAndTheSameTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("NOT TESTED: the archive of this system is a ZIP file")
	}
	work := t.TempDir()
	program := filepath.Join(work, "policywatch")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.release=9.8.7", "-o", program, "policywatch/cmd/policywatch")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	said, err := exec.Command(program, "version").Output()
	if err != nil || !strings.HasPrefix(string(said), "policywatch 9.8.7 ") {
		t.Errorf("the program calls itself %s (%v)", said, err)
	}
	extra := filepath.Join(work, "extra")
	if err := os.MkdirAll(filepath.Join(extra, "man"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"man/policywatch.1": ".TH", "policywatch.service": "[Unit]", "LICENSE": "MIT"} {
		if err := os.WriteFile(filepath.Join(extra, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var first map[string][]byte
	for _, out := range []string{"one", "two"} {
		r := release{version: "9.8.7", time: time.Unix(1767225600, 0).UTC(), out: filepath.Join(work, out), extra: extra}
		if err := r.run([]string{program}); err != nil {
			t.Fatal(err)
		}
		files, err := readTree(r.out)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{}
		for _, f := range files {
			got[f.name] = f.content
		}
		if first == nil {
			first = got
			continue
		}
		for name, content := range got {
			if !bytes.Equal(content, first[name]) {
				t.Errorf("%s differs from one run to the next", name)
			}
		}
	}
	name := fmt.Sprintf("policywatch_9.8.7_%s_%s", runtime.GOOS, runtime.GOARCH)
	for _, file := range []string{name + ".tar.gz", name + ".cdx.json"} {
		if want := fmt.Sprintf("%x  %s\n", sha256.Sum256(first[file]), file); !strings.Contains(string(first["SHA256SUMS"]), want) {
			t.Errorf("SHA256SUMS lacks %s", want)
		}
	}

	inside := untar(t, first[name+".tar.gz"])
	for file, mode := range map[string]int64{"policywatch": 0o755, "LICENSE": 0o644, "NOTICES": 0o644, "man/policywatch.1": 0o644, "sbom.cdx.json": 0o644} {
		if h := inside[name+"/"+file]; h == nil || h.Mode != mode || h.Uid != 0 || h.ModTime.Unix() != 1767225600 {
			t.Errorf("%s in the archive: %+v", file, h)
		}
	}
	if has := inside[name+"/policywatch.service"] != nil; has != (runtime.GOOS == "linux") {
		t.Errorf("the unit is in the archive: %v", has)
	}

	var bill bom
	if err := json.Unmarshal(first[name+".cdx.json"], &bill); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range bill.Components {
		seen[c.Name] = true
		for _, l := range c.Licenses {
			if l.License.ID == "" {
				t.Errorf("%s: its terms were not recognised; read them before the module is linked in", c.Name)
			}
		}
	}
	if !seen["go.etcd.io/bbolt"] || !seen["stdlib"] || len(bill.Dependencies) != 1 || len(bill.Dependencies[0].DependsOn) != len(bill.Components) {
		t.Errorf("the bill names %d components: %v", len(bill.Components), seen)
	}
}

func untar(t *testing.T, archive []byte) map[string]*tar.Header {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	out := map[string]*tar.Header{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out[h.Name] = h
	}
}

// What a person would mistake for one another is told apart.
func TestLicencesAreRecognised(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge,\nto any person obtaining a copy":                                            "MIT",
		"Redistribution and use in source and  binary forms ... Neither the name of the office":                                    "BSD-3-Clause",
		"Redistribution and use in source and binary forms, with or without":                                                       "BSD-2-Clause",
		"                Apache License\n          Version 2.0, January 2004":                                                      "Apache-2.0",
		"Permission to use, copy, modify, and/or distribute this software":                                                         "ISC",
		"GNU GENERAL PUBLIC LICENSE Version 3":                                                                                     "",
		"Mozilla Public License Version 2.0":                                                                                       "MPL-2.0",
		"Permission is hereby granted, free of charge, to any person obtaining; redistribution and use in source and binary forms": "BSD-2-Clause MIT",
	} {
		if got := strings.Join(recognise(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

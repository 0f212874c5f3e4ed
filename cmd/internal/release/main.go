// Command release makes of built binaries what is published: one archive a
// system, a bill of materials (CycloneDX) and the licences of everything that is
// linked in. `.ci/release` runs it.
//
// Nothing in its output depends on the machine, the folder or the hour: the same
// sources and the same Go give the same bytes.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	r := release{}
	var seconds int64
	flag.StringVar(&r.version, "version", "", "version of the release")
	flag.Int64Var(&seconds, "time", 0, "time of the release in seconds since 1970: that of the commit")
	flag.StringVar(&r.out, "out", "", "folder to write into")
	flag.StringVar(&r.extra, "extra", "", "folder of files that every archive holds besides the program")
	flag.Parse()
	r.time = time.Unix(seconds, 0).UTC()
	if r.version == "" || r.out == "" || seconds == 0 || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "release: -version, -time, -out and the built binaries are needed")
		os.Exit(2)
	}
	if err := r.run(flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

// release is what is published at one time.
type release struct {
	version    string
	time       time.Time
	out, extra string
}

// run packs every binary and writes the checksums of all that came out.
func (r *release) run(binaries []string) error {
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	extra, err := readTree(r.extra)
	if err != nil {
		return err
	}
	sums := map[string][sha256.Size]byte{}
	for _, path := range binaries {
		b, err := openBinary(path)
		if err != nil {
			return err
		}
		if err := b.findLicences(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		bom, err := b.bom(r.version, r.time)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("policywatch_%s_%s_%s", r.version, b.goos, b.goarch)
		archive, ending, err := r.pack(name, b, bom, extra)
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		for file, content := range map[string][]byte{name + ending: archive, name + ".cdx.json": bom} {
			if err := os.WriteFile(filepath.Join(r.out, file), content, 0o644); err != nil {
				return err
			}
			sums[file] = sha256.Sum256(content)
		}
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), sumLines(sums), 0o644)
}

// sumLines is what sha256sum -c reads.
func sumLines(sums map[string][sha256.Size]byte) []byte {
	var b bytes.Buffer
	names := make([]string, 0, len(sums))
	for n := range sums {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(&b, "%x  %s\n", sums[n], n)
	}
	return b.Bytes()
}

// readTree reads the files of a folder under their paths with slashes.
func readTree(dir string) ([]file, error) {
	var out []file
	if dir == "" {
		return nil, nil
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out = append(out, file{filepath.ToSlash(rel), content, 0o644})
		return err
	})
	return out, err
}

// wanted keeps a service manager's file away from systems that lack it.
func wanted(f file, goos string) bool {
	return goos == "linux" || !strings.HasSuffix(f.name, ".service")
}

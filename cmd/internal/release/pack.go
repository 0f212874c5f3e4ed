package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"slices"
	"strings"
)

// file is one file of an archive.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
}

// pack makes the archive of one binary: a ZIP file for Windows, else a tar file
// compressed by gzip. All files lie in a folder of the archive's name.
func (r *release) pack(name string, b *binary, bom []byte, extra []file) (archive []byte, ending string, err error) {
	program := "policywatch"
	if b.goos == "windows" {
		program += ".exe"
	}
	files := []file{{program, b.content, 0o755}, {"NOTICES", b.notices(), 0o644}, {"sbom.cdx.json", bom, 0o644}}
	for _, f := range extra {
		if wanted(f, b.goos) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	for i := range files {
		files[i].name = name + "/" + files[i].name
	}
	if b.goos == "windows" {
		archive, err = r.zip(files)
		return archive, ".zip", err
	}
	archive, err = r.tar(files)
	return archive, ".tar.gz", err
}

func (r *release) tar(files []file) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.content)), Mode: int64(f.mode), ModTime: r.time, Format: tar.FormatPAX}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

func (r *release) zip(files []file) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.time}
		h.SetMode(f.mode)
		part, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(f.content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

package extract_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"policywatch/crawler/extract"
)

// benchPages returns real pages where they are at hand, else the families'.
func benchPages(b *testing.B) (pages [][]byte, size int) {
	names, _ := filepath.Glob("../../../shared/corpus/extract-dev/html/*.gz")
	for _, n := range names {
		f, err := os.Open(n)
		if err != nil {
			b.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		p, err := io.ReadAll(z)
		f.Close()
		if err != nil {
			b.Fatal(err)
		}
		pages, size = append(pages, p), size+len(p)
	}
	if len(pages) == 0 {
		for _, lang := range []string{"fa", "ar", "en"} {
			for _, f := range families {
				p := []byte(f.page(readStatement(b, lang), noise{rand.New(rand.NewPCG(1, 2)), lang}))
				pages, size = append(pages, p), size+len(p)
			}
		}
	}
	return pages, size
}

// BenchmarkParse is the floor: the tree that goquery builds, nothing else.
func BenchmarkParse(b *testing.B) {
	pages, size := benchPages(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range pages {
			if _, err := goquery.NewDocumentFromReader(bytes.NewReader(p)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkHTML reads the same pages, parsing included. It should reach at
// least half the throughput of BenchmarkParse.
func BenchmarkHTML(b *testing.B) {
	r := newReader(b)
	pages, size := benchPages(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range pages {
			if _, err := r.HTML(p, extract.Options{URL: "https://agency.example/"}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkText(b *testing.B) {
	r := newReader(b)
	p, err := os.ReadFile("testdata/statements/fa.txt")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Text(p, extract.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

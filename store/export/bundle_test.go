package export_test

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/store/export"

	"golang.org/x/net/html"
)

func verify(t *testing.T, dir string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("NOT TESTED: there is no sha256sum")
	}
	out, err := exec.Command("sh", filepath.Join(dir, "verify.sh")).CombinedOutput()
	return string(out), err
}

// A bundle is checked with sha256sum and a shell, and a forger who also makes
// the manifest anew is found by the chain.
func TestBundleIsVerifiedWithoutUs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bundle")
	if err := exporter(ministry(t)).Bundle(t.Context(), "a.gov.ir", 3, dir, export.File{Name: "change.html", Body: []byte("<p>")}); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(t, dir); err != nil || !strings.Contains(out, "OK: every file") {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"body.bin", "before/body.bin", "before/text.md", "change.json", "findings.json", "chain/000003.row", "change.html"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if head := read(t, dir, "headers.txt"); !strings.Contains(head, "301  http://a.gov.ir/p\n  -> https://a.gov.ir/privacy") || !strings.Contains(head, "Set-Cookie: b=2") {
		t.Errorf("%s", head)
	}
	row := read(t, dir, "chain/000002.row")
	forged := strings.Replace(row, "https", "httpz", 1)
	if forged == row {
		t.Fatal("nothing to forge")
	}
	if err := os.WriteFile(filepath.Join(dir, "chain/000002.row"), []byte(forged), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(t, dir); err == nil || !strings.Contains(out, "not as it was written") {
		t.Errorf("an altered file: %v: %s", err, out)
	}
	resum := exec.Command("sh", "-c", "cut -c67- SHA256SUMS | xargs sha256sum > new && mv new SHA256SUMS")
	resum.Dir = dir
	if out, err := resum.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := verify(t, dir); err == nil || !strings.Contains(out, "000003.row does not carry") {
		t.Errorf("an altered chain: %v: %s", err, out)
	}
}

// The page runs nothing that a site wrote.
func TestSheetIsInert(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bundle")
	if err := exporter(ministry(t)).Bundle(t.Context(), "a.gov.ir", 2, dir); err != nil {
		t.Fatal(err)
	}
	page := read(t, dir, "sheet.html")
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "a" || n.Data == "img" || n.Data == "b") {
			t.Errorf("<%s> in the page", n.Data)
		}
	}
	for _, want := range []string{"default-src 'none'", `dir="rtl"`, "<del>&lt;b&gt;یک</del>", "no section speaks of it", "Redirect 301", "Set-Cookie", "SHA-256 of this record"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestBundleAsZip(t *testing.T) {
	x := exporter(ministry(t))
	one, two := filepath.Join(t.TempDir(), "one.zip"), filepath.Join(t.TempDir(), "two.zip")
	for _, name := range []string{one, two} {
		if err := x.Bundle(t.Context(), "127.0.0.1:8080", 1, name); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, one) != read(t, two) {
		t.Error("the same version gave another file")
	}
	z, err := zip.OpenReader(one)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "127.0.0.1%3A8080-1/") {
			t.Errorf("%s", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		to := filepath.Join(dir, f.Name)
		os.MkdirAll(filepath.Dir(to), 0o755)
		if err != nil || os.WriteFile(to, b, 0o644) != nil {
			t.Fatal(err)
		}
	}
	if out, err := verify(t, filepath.Join(dir, "127.0.0.1%3A8080-1")); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

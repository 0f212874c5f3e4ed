package export_test

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/store"
	"policywatch/store/export"
	"policywatch/store/record"
)

// seal makes the manifest of a data set anew, as a forger would.
func seal(t *testing.T, dir string) {
	t.Helper()
	var sums strings.Builder
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "SHA256SUMS" {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&sums, "%s  %s\n", store.Digest([]byte(read(t, path))), filepath.ToSlash(name))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "SHA256SUMS"), sums.String())
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What a data set may not be: every fault is told with its file.
func TestHostileDatasets(t *testing.T) {
	body := store.Digest([]byte("<html>3</html>"))
	bodyFile := filepath.Join("bodies", body[:2], body)
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, "not for export")
	replace := func(dir, name, old, new string) {
		text := read(t, dir, name)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %s", name, old)
		}
		write(t, filepath.Join(dir, name), strings.Replace(text, old, new, 1))
		seal(t, dir)
	}
	for what, c := range map[string]struct {
		spoil func(dir string)
		says  string
	}{
		"a table that the manifest does not name": {func(dir string) {
			if err := os.Remove(filepath.Join(dir, "changes.jsonl")); err != nil {
				t.Fatal(err)
			}
			seal(t, dir)
		}, "SHA256SUMS: does not name changes.jsonl"},
		"a body that the manifest does not name": {func(dir string) {
			write(t, filepath.Join(dir, "SHA256SUMS"), strings.Replace(read(t, dir, "SHA256SUMS"), "  bodies/", "  ./bodies/", 4))
		}, "SHA256SUMS: does not name bodies/"},
		"other bytes under a digest": {func(dir string) {
			write(t, filepath.Join(dir, bodyFile), "<html>forged</html>")
			seal(t, dir)
		}, bodyFile + ": holds other bytes than its name says"},
		"a link that leads out": {func(dir string) {
			if err := errors.Join(os.Remove(filepath.Join(dir, bodyFile)), os.Symlink(secret, filepath.Join(dir, bodyFile))); err != nil {
				t.Fatal(err)
			}
		}, bodyFile + ": is no plain file"},
		"what is no file": {func(dir string) {
			if err := errors.Join(os.Remove(filepath.Join(dir, bodyFile)), os.Mkdir(filepath.Join(dir, bodyFile), 0o700)); err != nil {
				t.Fatal(err)
			}
		}, bodyFile + ": is no plain file"},
		"a later form": {func(dir string) {
			write(t, filepath.Join(dir, "FORM"), "2\n")
			seal(t, dir)
		}, "this program reads up to 1; import it with a newer policywatch"},
		"a change out of place": {func(dir string) { replace(dir, "changes.jsonl", `"version":2,`, `"version":7,`) },
			"changes.jsonl has a row of version 7 of"},
		"findings of nobody": {func(dir string) { replace(dir, "findings.jsonl", `{"site":"`, `{"site":"other.`) },
			"findings.jsonl has a row of version 1 of other."},
		"fewer versions than the site has": {func(dir string) { replace(dir, "sites.jsonl", `"version":3,`, `"version":4,`) },
			"it has 4 versions here, and 3 in versions.jsonl"},
		"a visit every hundred years": {func(dir string) { replace(dir, "sites.jsonl", `"every":0`, `"every":9223372036854775807`) },
			"is to be visited every 9223372036854775807 seconds"},
		"an alert without an id": {func(dir string) { replace(dir, "alerts.jsonl", `{"id":"`, `{"id":"","x":"`) },
			"alerts.jsonl:1: the alert has no id"},
		"half a row": {func(dir string) { replace(dir, "alerts.jsonl", `{"id"`, `{"id":7,`) }, "alerts.jsonl:1: "},
	} {
		dir := filepath.Join(t.TempDir(), "set")
		if err := exporter(ministry(t)).Dataset(t.Context(), dir, true); err != nil {
			t.Fatal(err)
		}
		c.spoil(dir)
		to := open(t)
		if done, err := exporter(to).Import(t.Context(), dir, to, conflict); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v", what, done, err)
		}
	}
}

// An export over an older one is the new one alone: nothing of the old is part of
// it, and what else is in the folder stays.
func TestExportOverAnother(t *testing.T) {
	db := ministry(t)
	dir := filepath.Join(t.TempDir(), "out")
	x := exporter(db)
	x.Force = true
	if err := x.Bundle(t.Context(), "a.gov.ir", 3, dir); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "notes.txt"), "mine")
	for _, n := range []int{1, 2} {
		if err := x.Bundle(t.Context(), "a.gov.ir", n, dir); err != nil {
			t.Fatal(err)
		}
		if out, err := verify(t, dir); err != nil || !strings.Contains(out, "OK: every file") {
			t.Errorf("%v: %s", err, out)
		}
	}
	if err := x.Dataset(t.Context(), dir, true); err != nil {
		t.Fatal(err)
	}
	if err := x.Dataset(t.Context(), dir, false); err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{"notes.txt": true, "verify.sh": false, "answers.jsonl": false, "chain/000001.row": false, "sites.jsonl": true} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
	to := open(t)
	if done, err := exporter(to).Import(t.Context(), dir, to, conflict); err != nil || done.Versions != 7 || done.Answers != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	x.Force = false
	if err := x.Dataset(t.Context(), dir, true); !errors.Is(err, export.ErrThere) {
		t.Errorf("over what is there: %v", err)
	}
	if err := x.Bundle(t.Context(), "a.gov.ir", 0, filepath.Join(dir, "b")); err == nil || !strings.Contains(err.Error(), "versions count from 1") {
		t.Errorf("version 0: %v", err)
	}
}

// Bodies that were dropped here since are not brought in once more, and do not make
// their site another.
func TestImportAfterADrop(t *testing.T) {
	ctx := t.Context()
	from, to := ministry(t), open(t)
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(from).Dataset(ctx, dir, true); err != nil {
		t.Fatal(err)
	}
	x := exporter(to)
	if _, err := x.Import(ctx, dir, to, conflict); err != nil {
		t.Fatal(err)
	}
	if d, err := to.DropBodies(ctx, day.AddDate(1, 0, 0), day.AddDate(3, 0, 0), "all"); err != nil || d.Bodies == 0 {
		t.Fatal(d, err)
	}
	before, _ := to.Check(ctx)
	done, err := x.Import(ctx, dir, to, conflict)
	if err != nil || len(done.Skipped) > 0 || done.Answers != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if after, err := to.Check(ctx); err != nil || !after.OK() || after.Dropped != before.Dropped || after.Heads != before.Heads {
		t.Errorf("before\n%v\nafter\n%v\n%v", before, after, err)
	}
}

// No name of a file is special to a system, and no address in a WARC file is other
// than ASCII.
func TestOddNames(t *testing.T) {
	db := open(t)
	commit(t, db, "aux.gov", 1, day, "<html>1</html>")
	commit(t, db, "auxiliary.gov", 1, day, "<html>2</html>")
	for domain, root := range map[string]string{"aux.gov": "%61ux.gov-1/", "auxiliary.gov": "auxiliary.gov-1/"} {
		to := filepath.Join(t.TempDir(), "b.zip")
		if err := exporter(db).Bundle(t.Context(), domain, 1, to); err != nil {
			t.Fatal(err)
		}
		z, err := zip.OpenReader(to)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for _, f := range z.File {
			if !strings.HasPrefix(f.Name, root) {
				t.Errorf("%s: %s", domain, f.Name)
			}
		}
	}
	if err := db.Commit(t.Context(), record.Visit{Site: record.Site{Domain: "q.gov.ir"}, At: day, Past: record.Past{Site: "q.gov.ir"},
		Snapshot: &record.Snapshot{URL: "https://q.gov.ir/?متن=a b", Status: 200, At: day, Body: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	warc := filepath.Join(t.TempDir(), "a.warc.gz")
	if err := exporter(db).Warc(t.Context(), warc); err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, r := range readWarc(t, warc) {
		uri := r.Get("Warc-Target-Uri")
		seen = seen || uri == "https://q.gov.ir/?%D9%85%D8%AA%D9%86=a%20b"
	}
	if !seen {
		t.Error("the address with a query is not there in ASCII")
	}
}

package export_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/store"
	"policywatch/store/export"
)

// Every export goes on where bodies were dropped by policy, and says so.
func TestExportsOfDroppedBodies(t *testing.T) {
	db := ministry(t)
	if d, err := db.DropBodies(t.Context(), day.AddDate(1, 0, 0), day.AddDate(3, 0, 0), "keep_bodies: 2y"); err != nil || d.Bodies != 3 {
		t.Fatalf("%+v, %v", d, err)
	}
	dir := t.TempDir()
	bundle := filepath.Join(dir, "bundle")
	if err := exporter(db).Bundle(t.Context(), "a.gov.ir", 2, bundle); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"body-dropped.txt", "before/body-dropped.txt", "sheet.html"} {
		if text := read(t, bundle, name); !strings.Contains(text, "dropped on 2029-03-21") || !strings.Contains(text, "keep_bodies: 2y") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if _, err := os.Stat(filepath.Join(bundle, "body.bin")); err == nil {
		t.Error("there is a body.bin without the body")
	}
	if !strings.Contains(read(t, bundle, "headers.txt"), "Set-Cookie: b=2") {
		t.Error("the header went with the body")
	}
	if out, err := verify(t, bundle); err != nil || !strings.Contains(out, "OK: every file") || !strings.Contains(out, "body.bin is not here") {
		t.Errorf("%v: %s", err, out)
	}

	warc := filepath.Join(dir, "kept.warc.gz")
	if err := exporter(db).Warc(t.Context(), warc); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	dropped := 0
	for _, r := range readWarc(t, warc) {
		kinds[r.Get("Warc-Type")]++
		if strings.Contains(string(r.block), "bodyDropped: ") {
			dropped++
			if r.Get("Warc-Refers-To") != "" || strings.Contains(string(r.block), "via: http") != strings.Contains(string(r.block), "header: Set-Cookie: b=2") {
				t.Errorf("%v: %s", r.MIMEHeader, r.block)
			}
		}
	}
	// Two bodies of two sites each, and one that made no version.
	if dropped != 5 || kinds["response"] != 2 || kinds["revisit"] != 1 || kinds["resource"] != 0 || kinds["metadata"] != 8 {
		t.Errorf("%d dropped, %v", dropped, kinds)
	}

	set := filepath.Join(dir, "set")
	if err := exporter(db).Dataset(t.Context(), set, true); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(read(t, set, "answers.jsonl"), `"dropped":"2029-03-21T`); n != 5 {
		t.Errorf("%d answers are marked", n)
	}
	to := open(t)
	in, err := (&export.Exporter{Now: day}).Import(t.Context(), set, to, func(error) bool { return false })
	if err != nil || in.Versions != 7 || in.Answers != 3 {
		t.Errorf("%+v, %v", in, err)
	}
	v, err := to.Version(t.Context(), "a.gov.ir", 3)
	if err != nil || v.Snapshot != store.Digest([]byte("<html>3</html>")) {
		t.Errorf("%v, %v", v, err)
	}
}

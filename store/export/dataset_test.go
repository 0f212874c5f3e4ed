package export_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"policywatch/store"
	"policywatch/store/export"
	"policywatch/store/record"
)

func conflict(err error) bool { return errors.Is(err, store.ErrStale) }

// A data set with its answers gives an archive with the same chain, digest by
// digest, and the same data set again, byte for byte.
func TestDatasetRoundTrip(t *testing.T) {
	ctx := t.Context()
	from, to := ministry(t), open(t)
	first, second := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	if err := exporter(from).Dataset(ctx, first, true); err != nil {
		t.Fatal(err)
	}
	x := exporter(to)
	for _, want := range []export.Imported{{Sites: 4, Versions: 7, Answers: 8, Alerts: 8}, {Sites: 3, Alerts: 8}} {
		done, err := x.Import(ctx, first, to, conflict)
		if err != nil || !reflect.DeepEqual(done, want) {
			t.Fatalf("%+v, %v", done, err)
		}
	}
	a, _ := from.Check(ctx)
	b, err := to.Check(ctx)
	if err != nil || a.Heads != b.Heads || a.Versions != b.Versions || a.Snapshots != b.Snapshots || b.Waiting != 0 || a.Alerts != b.Alerts {
		t.Errorf("from\n%v\nto\n%v\n%v", a, b, err)
	}
	for _, domain := range []string{"a.gov.ir", "127.0.0.1:8080", "xn--mgbaam7a8h", "gone.gov.ir"} {
		was, _ := from.Past(ctx, domain)
		is, err := to.Past(ctx, domain)
		if err != nil || !reflect.DeepEqual(was, is) {
			t.Errorf("%s:\n%+v\n%+v\n%v", domain, was, is, err)
		}
	}
	if err := exporter(to).Dataset(ctx, second, true); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sites", "versions", "changes", "findings", "answers"} {
		for _, ending := range []string{".jsonl", ".csv"} {
			if one, two := read(t, first, name+ending), read(t, second, name+ending); one != two {
				t.Errorf("%s%s differs:\n%s\n%s", name, ending, one, two)
			}
		}
	}
	told, err := to.Alerts(ctx, record.AlertFilter{State: record.AlertGivenUp})
	if err != nil || len(told) != 4 || len(told[0].Event.Change.Told) != 2 || len(told[0].Why) != 1 {
		t.Errorf("%d alerts given up, %v", len(told), err)
	}
}

// Without the answers the texts come back, with a chain of their own.
func TestDatasetWithoutBodies(t *testing.T) {
	ctx := t.Context()
	from, to := ministry(t), open(t)
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(from).Dataset(ctx, dir, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bodies")); err == nil {
		t.Error("bodies were written unasked")
	}
	done, err := exporter(to).Import(ctx, dir, to, conflict)
	if err != nil || done.Sites != 4 || done.Versions != 7 {
		t.Fatalf("%+v, %v", done, err)
	}
	was, _ := from.Version(ctx, "a.gov.ir", 2)
	is, err := to.Version(ctx, "a.gov.ir", 2)
	if err != nil || !reflect.DeepEqual(was.Document, is.Document) || !reflect.DeepEqual(was.Change, is.Change) || !reflect.DeepEqual(was.Findings, is.Findings) {
		t.Errorf("%+v\n%+v\n%v", was, is, err)
	}
}

// A site that the archive knows otherwise is left as it is, and named; all
// others come in.
func TestImportSetsNothingBack(t *testing.T) {
	ctx := t.Context()
	from, to := ministry(t), open(t)
	commit(t, to, "a.gov.ir", 1, day.AddDate(0, 1, 0), "<html>own</html>")
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(from).Dataset(ctx, dir, true); err != nil {
		t.Fatal(err)
	}
	done, err := exporter(to).Import(ctx, dir, to, conflict)
	if err != nil || !reflect.DeepEqual(done.Skipped, []string{"a.gov.ir"}) || done.Sites != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	if past, _ := to.Past(ctx, "a.gov.ir"); past.Version != 1 || !past.LastVisit.Equal(day.AddDate(0, 1, 0)) {
		t.Errorf("%+v", past)
	}
	// Visited since: importing the same again does not set the site back.
	commit(t, to, "127.0.0.1:8080", 4, day.AddDate(0, 2, 0), "<html>4</html>")
	if _, err := exporter(to).Import(ctx, dir, to, conflict); err != nil {
		t.Error(err)
	}
	if past, _ := to.Past(ctx, "127.0.0.1:8080"); past.Version != 4 || !past.LastVisit.Equal(day.AddDate(0, 2, 0)) {
		t.Errorf("%+v", past)
	}
}

func TestDamagedDatasetIsRefused(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(ministry(t)).Dataset(ctx, dir, true); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"an altered file": func() error {
			name := filepath.Join(dir, "versions.jsonl")
			return os.WriteFile(name, []byte(strings.Replace(read(t, name), "P2M", "P9M", 1)), 0o644)
		},
		"a name that leads out": func() error {
			return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Repeat("0", 64)+"  ../../etc/passwd\n"), 0o644)
		},
		"unfinished": func() error { return os.Remove(filepath.Join(dir, "SHA256SUMS")) },
	} {
		saved := read(t, dir, "versions.jsonl")
		sums := read(t, dir, "SHA256SUMS")
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		to := open(t)
		if done, err := exporter(to).Import(ctx, dir, to, conflict); err == nil || done.Versions > 0 {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		os.WriteFile(filepath.Join(dir, "versions.jsonl"), []byte(saved), 0o644)
		os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums), 0o644)
	}
}

// A forger who makes the manifest anew still brings in nothing that the rest of
// the program would trip over, and nothing of it is an alert that is sent.
func TestForgedDataset(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(ministry(t)).Dataset(ctx, dir, false); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "versions.jsonl")
	whole := read(t, name)
	forge := func(file, text string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		seal(t, dir)
	}
	for old, forged := range map[string]string{
		`"from":0,`: `"from":-7,`, `"to":4,`: `"to":5,`, `"block":1`: `"block":99`, `"level":2`: `"level":1000000000`,
		`"version":1,`: `"version":-1,`, `"version":2,`: `"version":2000000000,`, `"site":"a.gov.ir"`: `"site":"other.gov"`,
		`"at":"2026`: `"at":"9999`, `"document":{`: `"document":null,"x":{`,
	} {
		forge("versions.jsonl", strings.Replace(whole, old, forged, 1))
		to := open(t)
		_, err := exporter(to).Import(ctx, dir, to, conflict)
		if err == nil || !strings.Contains(err.Error(), "versions.jsonl:") {
			t.Errorf("%s: %v", forged, err)
		}
	}
	forge("versions.jsonl", whole)
	forge("alerts.jsonl", strings.ReplaceAll(read(t, dir, "alerts.jsonl"), `"waiting"`, `"Waiting"`))
	to := open(t)
	if _, err := exporter(to).Import(ctx, dir, to, conflict); err != nil {
		t.Error(err)
	}
	if due, err := to.Lease(ctx, day.AddDate(50, 0, 0), 1, 100); err != nil || len(due) > 0 {
		t.Errorf("%d alerts would be sent, %v", len(due), err)
	}
}

// Every column is in the dictionary, in the lines and, but for objects, in CSV;
// no cell is a formula; sha256sum finds all files as they are.
func TestDatasetIsWhatItsDictionarySays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(ministry(t)).Dataset(t.Context(), dir, true); err != nil {
		t.Fatal(err)
	}
	if !export.IsDataset(dir) {
		t.Error("it is not known as a data set")
	}
	about := read(t, dir, "DICTIONARY.md")
	for name, rows := range map[string]int{"sites": 4, "versions": 7, "changes": 4, "findings": 14, "alerts": 8, "answers": 8} {
		records, err := csv.NewReader(strings.NewReader(read(t, dir, name+".csv"))).ReadAll()
		if err != nil || len(records) != rows+1 {
			t.Errorf("%s.csv: %d rows, %v", name, len(records)-1, err)
			continue
		}
		for _, record := range records {
			for _, cell := range record {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("%s.csv: %q is a formula", name, cell)
				}
			}
		}
		section := about[strings.Index(about, "## "+name):]
		for sc := bufio.NewScanner(strings.NewReader(read(t, dir, name+".jsonl"))); sc.Scan(); rows-- {
			var row map[string]any
			if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
				t.Errorf("%s.jsonl: %v", name, err)
			}
			for key := range row {
				if !strings.Contains(section, "| `"+key+"` |") {
					t.Errorf("%s.%s is not in the dictionary", name, key)
				}
			}
			for _, head := range records[0] {
				if _, ok := row[head]; !ok {
					t.Errorf("%s.%s is in CSV only", name, head)
				}
			}
		}
		if rows != 0 {
			t.Errorf("%s.jsonl: %d rows missing", name, rows)
		}
	}
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("NOT TESTED: there is no sha256sum")
	}
	cmd := exec.Command("sha256sum", "--quiet", "-c", "SHA256SUMS")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// S6: a clock that was set back. Numbers rule, in the data set and in git, and
// what comes in again is the same.
func TestClockThatWasSetBack(t *testing.T) {
	ctx := t.Context()
	from, to := open(t), open(t)
	for n, days := range []int{10, 3, 7} {
		commit(t, from, "a.gov.ir", n+1, day.AddDate(0, 0, days), strings.Repeat("x", n+1))
	}
	dir := filepath.Join(t.TempDir(), "set")
	if err := exporter(from).Dataset(ctx, dir, true); err != nil {
		t.Fatal(err)
	}
	if _, err := exporter(to).Import(ctx, dir, to, conflict); err != nil {
		t.Fatal(err)
	}
	a, _ := from.Check(ctx)
	if b, err := to.Check(ctx); err != nil || a.Heads != b.Heads {
		t.Errorf("%v\n%v\n%v", a, b, err)
	}
	needGit(t)
	repo := filepath.Join(t.TempDir(), "repo")
	if err := exporter(from).Git(ctx, repo); err != nil {
		t.Fatal(err)
	}
	if text := read(t, repo, "sites", "a.gov.ir.md"); !strings.Contains(text, "مدت 3") {
		t.Errorf("the newest version is not the last commit: %s", text)
	}
}

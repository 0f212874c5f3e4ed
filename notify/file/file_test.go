package file_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/notify/file"
	"policywatch/notify/mail"
	"policywatch/notify/report"
	"policywatch/store/record"
)

func compose(m report.Message) ([]byte, error) {
	return mail.Compose("watch@office.example", []string{"folder@office.example"}, m)
}

func message(t *testing.T, site string, at time.Time) report.Message {
	t.Helper()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	m, err := report.New(books).Write(record.Alert{ID: "pw_0123456789abcdef", Event: record.Event{
		Type: record.EventGone, At: at, Site: site, Severity: record.SeverityCritical,
	}}, "fa")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("Tehran", 12600))

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestFolderHoldsMailAndBody(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := file.New(file.Options{Path: dir, Compose: compose})
	if err != nil {
		t.Fatal(err)
	}
	m := message(t, "jazan.gov.sa", noon)
	for range 3 { // a repeated delivery leaves the same files
		if _, err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"2026-11-21T083000Z-jazan.gov.sa-statement.gone-89abcdef.eml",
		"2026-11-21T083000Z-jazan.gov.sa-statement.gone-89abcdef.json",
	}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Fatalf("files %q, want %q", got, want)
	}
	raw, _ := os.ReadFile(filepath.Join(dir, want[0]))
	if sent, _ := compose(m); !bytes.Equal(raw, sent) {
		t.Error("the .eml is not the mail that would have been sent")
	}
	if _, err := netmail.ReadMessage(bytes.NewReader(raw)); err != nil {
		t.Error(err)
	}
	body, _ := os.ReadFile(filepath.Join(dir, want[1]))
	if !json.Valid(body) || !bytes.HasPrefix(body, m.JSON) {
		t.Errorf("the .json is not the webhook's body: %s", body)
	}
}

func TestNamesSortByTimeAndStayInTheFolder(t *testing.T) { // S4
	dir := t.TempDir()
	s, err := file.New(file.Options{Path: dir, Compose: compose})
	if err != nil {
		t.Fatal(err)
	}
	for i, site := range []string{"../../etc/passwd", "سازمان.ایران", "a|b?c*d:8080", "..", "", strings.Repeat("x", 500), "NUL\x00\n"} {
		if _, err := s.Send(t.Context(), message(t, site, noon.Add(time.Duration(i)*time.Second))); err != nil {
			t.Errorf("%q: %v", site, err)
		}
	}
	got := names(t, dir)
	if len(got) != 14 {
		t.Fatalf("%d files, want 14: %q", len(got), got)
	}
	for i, name := range got {
		if strings.ContainsAny(name, "/\\:*?|\x00\n") || len(name) > 200 {
			t.Errorf("name %q does not suit every file system", name)
		}
		if want := noon.UTC().Add(time.Duration(i/2) * time.Second).Format("2006-01-02T150405Z"); !strings.HasPrefix(name, want) {
			t.Errorf("%q stands where the event of %s belongs", name, want)
		}
	}
}

func TestManyAtOnce(t *testing.T) { // N6
	dir := t.TempDir()
	s, err := file.New(file.Options{Path: dir, Compose: compose})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 120 {
		m := message(t, "site", noon.Add(time.Duration(i)*time.Second))
		wg.Go(func() {
			if _, err := s.Send(context.Background(), m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(names(t, dir)); n != 240 {
		t.Errorf("%d files, want 240", n)
	}
}

func TestFolderInTheWay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "alerts")
	s, err := file.New(file.Options{Path: dir, Compose: compose})
	if err != nil {
		t.Fatal(err)
	}
	m := message(t, "site", noon)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Errorf("a folder that was cleared away is made again: %v", err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if retry, err := s.Send(t.Context(), m); err == nil || !retry {
		t.Errorf("retry %v, err %v: a full or broken disk can be mended", retry, err)
	}
	if _, err := file.New(file.Options{Path: filepath.Join(dir, "x")}); err == nil {
		t.Error("a folder under a file was made")
	}
	if _, err := file.New(file.Options{}); err == nil {
		t.Error("no path was accepted")
	}
}

func TestNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("no mail can be made of this")
	s, err := file.New(file.Options{Path: dir, Compose: func(report.Message) ([]byte, error) { return nil, broken }})
	if err != nil {
		t.Fatal(err)
	}
	if retry, err := s.Send(t.Context(), message(t, "site", noon)); !errors.Is(err, broken) || retry {
		t.Errorf("retry %v, err %v", retry, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if retry, err := s.Send(ctx, message(t, "other", noon)); err == nil || !retry {
		t.Errorf("retry %v, err %v", retry, err)
	}
	for _, n := range names(t, dir) {
		if strings.HasPrefix(n, ".") || strings.Contains(n, "other") {
			t.Errorf("%s was left behind", n)
		}
	}
}

package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/configs"
)

// Every phrase that the pages ask for is in the phrasebook, and the phrasebook
// holds none that they never ask for. (That every language says what English
// says is tested with the reports.)
func TestPhrasesAreThoseOfThePages(t *testing.T) {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, b := range books {
		for key := range b.Phrases {
			if strings.HasPrefix(key, "web.") {
				have[regexp.MustCompile(`\.(one|two|few|many)$`).ReplaceAllString(key, "")] = true
			}
		}
	}
	literal := regexp.MustCompile(`"(web\.[a-z_.0-9]+)"`)
	asked, stems := map[string]bool{}, []string{"web.sorry."} // which is put together by status
	err = filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".css") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range literal.FindAllStringSubmatch(string(src), -1) {
			if strings.HasSuffix(m[1], ".") {
				stems = append(stems, m[1])
			} else {
				asked[m[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range asked {
		if !have[key] {
			t.Errorf("the pages say %q, which no phrasebook holds", key)
		}
	}
	for key := range have {
		if !asked[key] && !slices.ContainsFunc(stems, func(s string) bool { return strings.HasPrefix(key, s) }) {
			t.Errorf("the phrasebooks hold %q, which the pages never say", key)
		}
	}
}

// The lunar calendar counts day by day, and agrees with known dates.
func TestHijri(t *testing.T) {
	y, m, d := hijri(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))
	for day := time.Date(1990, 1, 2, 0, 0, 0, 0, time.UTC); day.Year() < 2060; day = day.AddDate(0, 0, 1) {
		y2, m2, d2 := hijri(day)
		next := y2 == y && m2 == m && d2 == d+1 || d2 == 1 && d >= 29 && d <= 30 && (y2 == y && m2 == m+1 || y2 == y+1 && m == 12 && m2 == 1)
		if !next {
			t.Fatalf("%s: %d/%d/%d after %d/%d/%d", day.Format(time.DateOnly), y2, m2, d2, y, m, d)
		}
		y, m, d = y2, m2, d2
	}
	for iso, want := range map[string][3]int{"2023-07-19": {1445, 1, 1}, "2025-03-01": {1446, 9, 1}, "2026-02-18": {1447, 9, 1}} {
		day, err := time.Parse(time.DateOnly, iso)
		if err != nil {
			t.Fatal(err)
		}
		if y, m, d := hijri(day); [3]int{y, m, d} != want {
			t.Errorf("%s is %d/%d/%d, want %v", iso, y, m, d, want)
		}
	}
}

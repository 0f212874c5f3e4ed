package configs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/configs"
	"policywatch/store/record"
)

func readBack(t interface{ Fatalf(string, ...any) }, text []byte) []record.Site {
	cfg, err := configs.Parse("sites.yaml", text, os.LookupEnv)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	out := []record.Site{}
	for _, s := range cfg.Sites {
		out = append(out, s.Record())
	}
	return out
}

// Sites come back as they were from both forms, whatever their names hold.
func TestSitesRoundTrip(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z:#&*!|>'"%@{}\[\], \-?\\۱-۹آ-ی]{1,12}`),
		rapid.SampledFrom([]string{"no", "~", "1404", "1e5", "null", "${HOME}", "- x", "a: b", "# no", "\u2028", "‌می‌شود", "=x", "'", `"`}))
	rapid.Check(t, func(t *rapid.T) {
		site := record.Site{Domain: rapid.SampledFrom([]string{"a.gov.ir", "127.0.0.1:8080", "[::1]:80", "911.gov.sa", "xn--mgba3a4f16a.ir", "no.no", "localhost"}).Draw(t, "domain"),
			Name: word.Draw(t, "name"), Select: word.Draw(t, "select"), Every: time.Duration(rapid.IntRange(0, 90000).Draw(t, "every")) * time.Second}
		site.Labels = rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,3}[a-z ,'\-آ-ی]{0,5}[a-z]`), 0, 3).Draw(t, "labels")
		var list bytes.Buffer
		if err := configs.WriteList(&list, []record.Site{site}); err != nil {
			t.Fatalf("%v", err)
		}
		again, err := configs.ParseList("list.csv", bytes.NewReader(list.Bytes()))
		if err != nil || len(again) != 1 {
			t.Fatalf("%v\n%s", err, list.Bytes())
		}
		site.Remove = rapid.SliceOfN(word, 0, 3).Draw(t, "remove")
		var one, two bytes.Buffer
		if err := configs.WriteSites(&one, []record.Site{site}); err != nil {
			t.Fatalf("%v", err)
		}
		got := readBack(t, one.Bytes())
		if err := configs.WriteSites(&two, got); err != nil || one.String() != two.String() {
			t.Fatalf("%v\n%s\n%s", err, one.Bytes(), two.Bytes())
		}
		got[0].Remove = nil
		if len(again[0].Labels) == 0 {
			again[0].Labels = nil
		}
		if !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v\n%+v", got, again)
		}
	})
}

func declare(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDeclarations(t *testing.T) {
	dir := declare(t, map[string]string{
		"A.json":         `{"name":"Bureau A","documents":{"Terms of Service":{"fetch":"https://a.gov/tos"},"Privacy Policy":{"fetch":"https://www.a.gov/privacy","select":[".main","#x"],"remove":".menu"}}}`,
		"B.json":         `{"name":"دفتر ب","terms":{"Privacy Policy":{"fetch":"https://b.gov.ir/p","select":{"startBefore":"h1","endBefore":"footer"},"remove":[".ad",{"startAfter":"a","endAfter":"b"}],"filter":["clean"]}}}`,
		"C.json":         `{"name":"C","terms":{"Privacy Policy":{"select":"main","remove":["nav"],"combine":[{"fetch":"https://c.gov/1"},{"fetch":"https://c.gov/2"}]}}}`,
		"D.json":         `{"name":"D","terms":{"Terms of Service":{"fetch":"https://d.gov/"}}}`,
		"E.json":         `{"name":"E","terms":{"Privacy Policy":{"fetch":"https://www.a.gov/other"}}}`,
		"A.history.json": `{"name":`,
	})
	sites, notes, err := configs.ReadDeclarations(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []record.Site{
		{Domain: "www.a.gov", Name: "Bureau A", URL: "https://www.a.gov/privacy", Select: ".main, #x", Remove: []string{".menu"}},
		{Domain: "b.gov.ir", Name: "دفتر ب", URL: "https://b.gov.ir/p", Remove: []string{".ad"}},
		{Domain: "c.gov", Name: "C", URL: "https://c.gov/1", Select: "main", Remove: []string{"nav"}},
	}
	if !reflect.DeepEqual(sites, want) {
		t.Errorf("%+v", sites)
	}
	all := strings.Join(notes, "\n")
	for _, n := range []string{"B.json: Privacy Policy is cut by ranges", "B.json: Privacy Policy has filters", "C.json: Privacy Policy is combined from 2", "D.json: left out", "E.json: left out: www.a.gov"} {
		if !strings.Contains(all, n) {
			t.Errorf("nobody is told %q:\n%s", n, all)
		}
	}
	var b bytes.Buffer
	if err := configs.WriteSites(&b, sites); err != nil {
		t.Fatal(err)
	}
	if got := readBack(t, b.Bytes()); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\n%s", got, b.Bytes())
	}
}

func TestBadDeclarationsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"{\n \"name\": \"x\",\n oops }":                               "x.json:3: is no declaration",
		`{"terms":{"Privacy Policy":{"fetch":"ftp://a.gov"}}}`:        `x.json: Privacy Policy: fetch: "ftp://a.gov" is not an address`,
		`{"terms":{"Privacy Policy":{"fetch":"https://no dots/"}}}`:   "is not an address",
		`{"terms":{"Privacy Policy":{"fetch":"https://intranet/p"}}}`: "is not a domain",
	} {
		_, _, err := configs.ReadDeclarations(filepath.Join(declare(t, map[string]string{"x.json": text}), "x.json"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, _, err := configs.ReadDeclarations(t.TempDir()); err == nil || !strings.Contains(err.Error(), "neither a data set") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestListWithBadLinesForAPersonWhoIsTold(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.csv")
	if err := os.WriteFile(name, []byte("domain,every\na.gov,6h\nnot a domain,\nb.gov,often\nc.gov,3600\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	sites, err := configs.ReadListAnyway(name)
	if err == nil || !strings.Contains(err.Error(), "l.csv:3:") || !strings.Contains(err.Error(), "l.csv:4: every:") {
		t.Errorf("%v", err)
	}
	if len(sites) != 2 || sites[0].Every != 6*time.Hour || sites[1].Every != time.Hour {
		t.Errorf("%+v", sites)
	}
	if sites, err := configs.ReadList(name); err == nil || sites != nil {
		t.Errorf("%v, %v", sites, err)
	}
}

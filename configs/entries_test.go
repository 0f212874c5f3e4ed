package configs_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/configs"
)

// long is a file with so many entries of sites that they are not parsed at once.
func long(n int, entry func(i int) string) []byte {
	var b bytes.Buffer
	b.WriteString("schedule: {every: 6h}\nsites:   # all\n")
	for i := range n {
		b.WriteString(entry(i))
	}
	b.WriteString("\n# the rest\nlists: [a.csv]\n")
	return b.Bytes()
}

func plainEntry(i int) string {
	return fmt.Sprintf("  - domain: site-%06d.agency.gov.ir\n    name: \"اداره نمونه %d\"\n    profile: ir-gov\n    labels: [ministry, region-%d]\n", i, i, i%31)
}

// However a list is written, long or short, it says the same.
func TestLongListsSayWhatShortOnesDo(t *testing.T) {
	odd := []string{
		"- {domain: a%d.gov, name: 'it''s', labels: [x, y]}\n", "- domain: b%d.gov\n  labels:\n  - one\n  - two\n", "-\n  domain: c%d.gov\n  select: |\n    main\n    - no entry\n    # no comment\n",
		"- domain: d%d.gov\n\n  # a comment\n# another\n  name: >-\n    folded\n    text\n", "- domain: e%d.gov\r\n  every: 6h\r\n", "- name: \"two\n    lines\"\n  domain: f%d.gov\n", "- domain: g%d.gov\n  windows: [\"22:00-06:00\",\n    \"Fri\"]\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		indent := strings.Repeat(" ", rapid.IntRange(0, 3).Draw(t, "indent"))
		entry := make([]string, rapid.IntRange(1, 5).Draw(t, "n"))
		for i := range entry {
			text := fmt.Sprintf(rapid.SampledFrom(odd).Draw(t, "entry"), i)
			for line := range strings.Lines(text) {
				if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
					line = indent + line
				}
				entry[i] += line
			}
		}
		text := long(len(entry), func(i int) string { return entry[i] })
		short, err := configs.Parse("c.yaml", text, os.LookupEnv)
		padded := append([]byte(strings.Repeat("# "+strings.Repeat("x", 126)+"\n", 1200)), text...)
		again, err2 := configs.Parse("c.yaml", padded, os.LookupEnv)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v, %v\n%s", err, err2, text)
		}
		if err == nil && !reflect.DeepEqual(short, again) {
			t.Fatalf("%+v\n%+v\n%s", short.Sites, again.Sites, text)
		}
	})
}

// What is wrong with one of many entries is told with its place.
func TestErrorsInLongLists(t *testing.T) {
	for bad, want := range map[string]string{
		"  - domain: not a domain\n":                    "c.yaml:FIRST:13: sites[1234].domain:",
		"  - domain: a.gov\n    urll: https://a.gov/\n": "c.yaml:SECOND:5: unknown key \"urll\"; did you mean \"url\"?",
		"  - domain: a.gov\n    every: often\n":         "c.yaml:SECOND:12:",
		"  - domain: \"a.gov\n":                         "c.yaml:494", // where the quote is closed
	} {
		text := long(3000, func(i int) string {
			if i == 1234 {
				return bad
			}
			return plainEntry(i)
		})
		line := 2 + 4*1234 + 1
		_, err := configs.Parse("c.yaml", text, os.LookupEnv)
		want = strings.NewReplacer("FIRST", fmt.Sprint(line), "SECOND", fmt.Sprint(line+1)).Replace(want)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; wanted %s", bad, err, want)
		}
	}
	text := append(long(3000, plainEntry), "crawl: {timeout: soon}\n"...)
	if _, err := configs.Parse("c.yaml", text, os.LookupEnv); err == nil || !strings.Contains(err.Error(), "c.yaml:12006:") {
		t.Errorf("below the list: %v", err)
	}
}

// A file in which one entry leads to another is parsed whole.
func TestAnchorsInLongLists(t *testing.T) {
	text := long(3000, func(i int) string {
		switch i {
		case 0:
			return "  - domain: first.gov\n    labels: &all [one, two]\n"
		case 2999:
			return "  - domain: last.gov\n    labels: *all\n"
		}
		return plainEntry(i)
	})
	cfg, err := configs.Parse("c.yaml", text, os.LookupEnv)
	if err != nil || len(cfg.Sites) != 3000 || len(cfg.Sites[2999].Labels) != 2 {
		t.Error(len(cfg.Sites), err)
	}
}

// BenchmarkSitesInTheFile reads a configuration with 200,000 entries of sites.
func BenchmarkSitesInTheFile(b *testing.B) {
	const sites = 200_000
	text := long(sites, plainEntry)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		cfg, err := configs.Parse("c.yaml", text, os.LookupEnv)
		if err != nil || len(cfg.Sites) != sites {
			b.Fatal(len(cfg.Sites), err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.Sys)/1e6, "MB-peak")
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/sites, "B/site")
		runtime.KeepAlive(cfg)
	}
}

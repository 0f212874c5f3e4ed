package fetch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/temoto/robotstxt"
	"pgregory.net/rapid"
)

func TestRobotsRules(t *testing.T) {
	cases := []struct {
		name, file       string
		allowed, refused []string
	}{
		{"empty", "", []string{"/", "/x"}, nil},
		{"the group for all", "User-agent: *\nDisallow: /private", []string{"/", "/priv"}, []string{"/private", "/private/x", "/privates"}},
		{"our group and not the one for all", "User-agent: *\nDisallow: /\n\nUser-agent: PolicyWatch/2.0 (bot)\nDisallow: /cgi",
			[]string{"/", "/page"}, []string{"/cgi-bin"}},
		{"our group without rules", "User-agent: *\nDisallow: /\nUser-agent: policywatch\nDisallow:\n", []string{"/", "/page"}, nil},
		{"a group for a name that begins like ours", "User-agent: policy\nDisallow: /\nUser-agent: policywatcher\nDisallow: /", []string{"/"}, nil},
		{"several agents share a group", "User-agent: a\nUser-agent: policywatch\nSitemap: /s.xml\nUser-agent: b\nDisallow: /x", []string{"/"}, []string{"/x"}},
		{"a rule ends the list of agents", "User-agent: policywatch\nCrawl-delay: 1\nUser-agent: b\nDisallow: /x", []string{"/x"}, nil},
		{"two groups for one agent are one", "User-agent: policywatch\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-agent: policywatch\nDisallow: /c",
			[]string{"/b"}, []string{"/a", "/c"}},
		{"the longest rule decides", "User-agent: *\nDisallow: /fa\nAllow: /fa/privacy\nDisallow: /fa/privacy/old",
			[]string{"/fa/privacy", "/fa/privacy/now"}, []string{"/fa/", "/fa/privacy/old/1"}},
		{"Allow wins a tie, in any order", "User-agent: *\nDisallow: /a\nAllow: /a\nAllow: /b\nDisallow: /b", []string{"/a", "/b"}, nil},
		{"wildcards and end", "User-agent: *\nDisallow: /*.pdf$\nDisallow: /a*/print\nDisallow: /q?*id=", []string{"/x.pdf?y", "/x/a1/print", "/q?x"},
			[]string{"/d/x.pdf", "/ab/c/print", "/a/print/2", "/q?a=1&id=2"}},
		{"a dollar that is not at the end is a dollar", "User-agent: *\nDisallow: /a$b", []string{"/a"}, []string{"/a$b", "/a%24b/c"}},
		{"raw letters match their encoding", "User-agent: *\nDisallow: /حریم\nDisallow: /%D8%A2", []string{"/"},
			[]string{"/%D8%AD%D8%B1%DB%8C%D9%85/x", "/%d8%ad%d8%b1%db%8c%d9%85", "/آب"}},
		{"encoding of letters that need none", "User-agent: *\nDisallow: /%70rivate\nDisallow: /b", []string{"/a%2Fb"}, []string{"/private", "/%62"}},
		{"an encoded slash is no slash", "User-agent: *\nDisallow: /a/b\nDisallow: /c%2fd", []string{"/a%2Fb", "/c/d"}, []string{"/a/b", "/c%2Fd"}},
		{"a star in the address is no wildcard", "User-agent: *\nDisallow: /a%2A", []string{"/ab"}, []string{"/a*", "/a%2ab"}},
		{"bad lines are skipped", "Disallow: /early\nUser-agent: *\nCrawl-delay: soon\nDisallow /nocolon\n: /x\nNonsense: /y\nDisallow: /late",
			[]string{"/early", "/nocolon", "/x", "/y"}, []string{"/late"}},
		{"a path without slash", "User-agent: *\nDisallow: private", nil, []string{"/private"}},
		{"comments, blanks, odd case", "\uFEFFuser-AGENT :  * # all\r\rDISALLOW:/x # no\r\nallow: /x/y\n", []string{"/x/y", "/"}, []string{"/x"}},
		{"an HTML page", "<!DOCTYPE html><html><head><style>a: b</style></head><body>Not found: /x</body></html>", []string{"/", "/x"}, nil},
		{"robots.txt itself", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/", "/robots.txt?x"}},
		{"the query counts", "User-agent: *\nDisallow: /*?print", []string{"/p?a=print"}, []string{"/p?print=1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := readRobots(c.file, Token)
			for _, p := range c.allowed {
				if !set.allows(p) {
					t.Errorf("%s is refused", p)
				}
			}
			for _, p := range c.refused {
				if set.allows(p) {
					t.Errorf("%s is allowed", p)
				}
			}
		})
	}
}

func TestRobotsCrawlDelayAndSitemaps(t *testing.T) {
	set := readRobots("Sitemap: https://a.example/1.xml\nUser-agent: *\nCrawl-delay: 9\nsitemap: /2.xml\nUser-agent: policywatch\nCrawl-delay: 2,5\nSite-map: x\nSitemap:", Token)
	if set.Delay != 2500*time.Millisecond {
		t.Errorf("delay %v", set.Delay)
	}
	if want := []string{"https://a.example/1.xml", "/2.xml", "x"}; !slices.Equal(set.Sitemaps, want) {
		t.Errorf("sitemaps %q", set.Sitemaps)
	}
	for _, v := range []string{"-1", "NaN", "Inf", "1e400", "x", "0"} {
		if d := readRobots("User-agent: *\nCrawl-delay: "+v, Token).Delay; d != 0 {
			t.Errorf("Crawl-delay %s gives %v", v, d)
		}
	}
	if set := readRobots(strings.Repeat("Sitemap: /s.xml\n", 1000), Token); len(set.Sitemaps) != maxSitemaps {
		t.Errorf("%d sitemaps", len(set.Sitemaps))
	}
}

// Where the library that colly uses follows the standard (plain paths, no ties,
// well-formed lines), both must say the same.
func TestPropertyRobotsAgreesWithLibrary(t *testing.T) {
	part := rapid.SampledFrom([]string{"/", "/a", "/b", "/ab", "/fa/", "/fa/b"})
	path := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "parts"), "")
	})
	agent := rapid.SampledFrom([]string{"*", "policywatch", "PolicyWatch", "otherbot"})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		taken := map[string]bool{}
		for i := range rapid.IntRange(0, 4).Draw(t, "groups") {
			// The library forgets groups without rules, so each has one.
			fmt.Fprintf(&b, "User-agent: %s\nDisallow: /group%d\n", agent.Draw(t, "agent"), i)
			for range rapid.IntRange(0, 5).Draw(t, "rules") {
				p := path.Draw(t, "rule")
				if taken[p] {
					continue // a tie: the library lets the first line win
				}
				taken[p] = true
				b.WriteString(rapid.SampledFrom([]string{"Allow: ", "Disallow: "}).Draw(t, "verb") + p + "\n")
			}
		}
		theirs, err := robotstxt.FromString(b.String())
		if err != nil {
			t.Fatal(err)
		}
		ours := readRobots(b.String(), Token)
		for range 10 {
			p := path.Draw(t, "path")
			if got, want := ours.allows(p), theirs.TestAgent(p, Token); got != want {
				t.Fatalf("%s: we say %v, the library %v\n%s", p, got, want, b.String())
			}
		}
	})
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$\nCrawl-delay: 1\nSitemap: x", "/ab?c=%D8")
	f.Fuzz(func(t *testing.T, file, path string) {
		set := readRobots(file, Token)
		set.allows(path)
		for _, r := range set.Rules {
			if again := normalPath(r.Path, true); again != r.Path {
				t.Fatalf("the normal form of %q is not its own: %q", r.Path, again)
			}
		}
	})
}

// A hostile file of the longest length must not hold up the visit.
func BenchmarkHostileRobots(b *testing.B) {
	file := "User-agent: *\n" + strings.Repeat("Disallow: /*a*a*a*a*a*a*a*b\n", maxRobotsBytes/29)
	path := "/" + strings.Repeat("a", 8000)
	for b.Loop() {
		set := readRobots(file, Token)
		set.allows(path)
	}
}

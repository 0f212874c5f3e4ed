// Package house_test holds the test of the import rules. It is all that the package
// holds: the rules bind every other one.
package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "policywatch/"

// ours says which packages of this module a package may import. A package that
// is not listed may not exist: whoever adds a room says first what it may see.
var ours = map[string][]string{
	"store/record": {},
	"store/canon":  {},
	"store/speech": {"store/record"},
	"configs":      {"store/record"},

	"store":              {"store/record", "store/canon"},
	"store/export":       {"store/record"},
	"crawler":            {"store/record", "store/canon", "crawler/discover", "crawler/fetch"},
	"crawler/charset":    {"store/record", "store/canon"},
	"crawler/discover":   {"store/record", "store/canon", "crawler/markup"},
	"crawler/extract":    {"store/record", "store/canon", "crawler/markup"},
	"crawler/fetch":      {"store/record", "store/canon"},
	"crawler/gate":       {"store/record", "store/canon"},
	"crawler/imprint":    {"store/record", "store/canon"},
	"crawler/markup":     {}, // the tokens that links, texts and their places are read from
	"crawler/pdf":        {"store/record", "store/canon", "crawler/pdf/object"},
	"crawler/pdf/object": {},
	"crawler/render":     {"store/record", "store/canon"},
	"diff":               {"store/record", "store/canon", "store/speech", "diff/align", "diff/section"},
	"diff/align":         {"store/record", "store/canon"},
	"diff/section":       {"store/record", "store/canon"},
	"diff/volatile":      {"store/record", "store/canon"},
	"notify":             {"store/record", "notify/report"},
	"notify/report":      {"store/record", "store/speech"},
	"notify/trace":       {},
	"notify/post":        {"notify/trace"}, // what the senders by HTTP share
	"notify/mail":        {"store/record", "notify/report", "notify/trace"},
	"notify/webhook":     {"store/record", "notify/report", "notify/post", "notify/trace"},
	"notify/chat":        {"store/record", "notify/report", "notify/post"},
	"notify/atom":        {}, // the feeds in a file and on the dashboard share its elements
	"notify/file":        {"store/record", "notify/atom", "notify/report", "notify/trace"},
	"notify/contract":    {"store/record"}, // the JSON that the command line and the API share
	"notify/web":         {"store/record", "store/canon", "store/speech", "notify/atom", "notify/report", "notify/web/api"},
	"notify/web/api":     {"store/record", "notify/contract"},
	"notify/notifytest":  {}, // what the senders' tests share

	"crawler/fleet":          {"store/record"},
	"crawler/fleet/embedded": {"crawler/fleet"},

	"cmd/internal/demo":      {"store/record"},
	"cmd/internal/monitor":   {"store/record", "store/speech", "diff", "diff/volatile", "crawler"},
	"cmd/internal/daemon":    {"store/record", "cmd/internal/monitor", "cmd/internal/schedule"},
	"cmd/internal/schedule":  {"store/record"},
	"cmd/internal/socket":    {},
	"cmd/internal/reprocess": {"store/record"},
	"cmd/internal/tour":      {"store/record", "cmd/internal/demo", "cmd/internal/monitor", "cmd/internal/wire"},
	"cmd/policywatch":        {"store/record", "diff", "diff/section", "diff/volatile", "notify/contract", "notify/report", "notify/web", "cmd/internal/daemon", "cmd/internal/monitor", "cmd/internal/reprocess", "cmd/internal/tour", "cmd/internal/wire"},
	"cmd/internal/house":     {},
	"cmd/internal/release":   {},                                                                             // a program of its own, for .ci/release
	"cmd/internal/soak":      {"store/record", "store/canon", "crawler/fleet/embedded", "cmd/internal/demo"}, // and one for .ci/soak and .ci/fleet
	"cmd/internal/wire":      nil,                                                                            // sees everything: it is where the house is put together
}

// theirs keeps each library in one room. A key that ends in "..." stands for
// everything below it.
var theirs = map[string][]string{
	"go.etcd.io/bbolt":                  {"store"},
	"github.com/klauspost/compress/...": {"store", "crawler/fetch", "crawler/fleet"},
	"github.com/gocolly/colly/v2":       {"crawler/fetch"},
	"github.com/temoto/robotstxt":       {"crawler/fetch"},
	"code.dny.dev/ssrf":                 {"crawler/fetch"},
	"github.com/chromedp/...":           {"crawler/render"},
	"github.com/PuerkitoBio/goquery":    {"crawler/extract", "crawler/discover", "crawler/gate"},
	"github.com/sergi/go-diff/...":      {"diff/align"},
	"github.com/goccy/go-yaml/...":      {"configs"},
	"github.com/robfig/cron/v3":         {"configs"},
	"github.com/spf13/cobra":            {"cmd/policywatch"},
	"github.com/wneessen/go-mail/...":   {"notify/mail"},
	"github.com/danielgtaylor/huma/...": {"notify/web/api"},

	"github.com/nats-io/nats.go/...":        {"crawler/fleet", "cmd/internal/soak"},
	"github.com/nats-io/nats-server/v2/...": {"crawler/fleet/embedded"},
}

// pure lists the packages that see the standard library and text libraries
// only, besides what is ours.
var pure = []string{"store/record", "store/canon", "store/speech", "diff", "diff/align", "diff/section", "diff/volatile"}

var textLibraries = []string{"golang.org/x/text/", "github.com/sergi/go-diff/", "github.com/clipperhouse/uax29/", "github.com/jalaali/"}

func TestEveryImportKeepsToTheHouse(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "policywatch/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := ours[name]
		if !known {
			t.Errorf("%s has no place in the table of this test; give it one", name)
			continue
		}
		for _, imp := range p.Imports {
			if inner, ok := strings.CutPrefix(imp, module); ok {
				if allowed != nil && !slices.Contains(allowed, inner) {
					t.Errorf("%s imports %s", name, inner)
				}
				continue
			}
			for lib, rooms := range theirs {
				if matches(lib, imp) && !slices.Contains(rooms, name) {
					t.Errorf("%s imports %s, which belongs in %s only", name, imp, strings.Join(rooms, " and "))
				}
			}
			if slices.Contains(pure, name) && strings.Contains(strings.Split(imp, "/")[0], ".") &&
				!slices.ContainsFunc(textLibraries, func(l string) bool { return strings.HasPrefix(imp, l) }) {
				t.Errorf("%s is pure and imports %s", name, imp)
			}
		}
	}
}

func matches(pattern, path string) bool {
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == root || strings.HasPrefix(path, root+"/")
	}
	return path == pattern
}

func TestNoRoomWithoutAName(t *testing.T) {
	for name := range ours {
		for _, part := range strings.Split(name, "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "models"}, part) {
				t.Errorf("%s: %q says nothing about what is in it", name, part)
			}
		}
	}
}

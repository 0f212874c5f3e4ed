package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policywatch/cmd/internal/wire"
	"policywatch/configs"
	"policywatch/store/record"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The page that a new user reads knows every fault, command and sample, and names
// none that there is not.
func TestReadmeIsTrue(t *testing.T) {
	text := readme(t)
	for _, r := range record.FaultRules() {
		if !strings.Contains(text, "\n| `"+string(r.Kind)+"` | ") {
			t.Errorf("the table of faults lacks %s", r.Kind)
		}
	}
	_, commands, _ := strings.Cut(text, "## Commands")
	commands, _, _ = strings.Cut(commands, "\n## ")
	root := (&program{out: io.Discard, err: io.Discard, env: os.LookupEnv}).root()
	for _, c := range root.Commands() {
		if !c.Hidden && !regexp.MustCompile("`"+c.Name()+"[ `]").MatchString(commands) {
			t.Errorf("the table of commands lacks %s", c.Name())
		}
	}
	samples, err := wire.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`config sample ([a-z][a-z-]*)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(sampleNames(samples), m[1]) {
			t.Errorf("there is no sample %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat("../../" + m[1]); err != nil {
			t.Errorf("a link leads nowhere: %v", err)
		}
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(strings.ToLower(text), "\n## "+strings.ReplaceAll(m[1], "-", " ")) &&
			!strings.Contains(strings.ReplaceAll(strings.ToLower(text), ",", ""), "\n## "+strings.ReplaceAll(m[1], "-", " ")) {
			t.Errorf("there is no section #%s", m[1])
		}
	}
}

// What is shown as a configuration is one. A block may leave out what it says to
// stand above it.
func TestReadmeConfigurationsAreAccepted(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) < 3 {
		t.Fatalf("only %d configurations", len(blocks))
	}
	for _, b := range blocks {
		_, err := configs.Parse("README.md", []byte(b[1]), func(name string) (string, bool) {
			if name == "BOT_URL" {
				return "https://api.telegram.org/bot123456:token", true
			}
			return "https://example.org/" + name, true
		})
		if err == nil {
			continue
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			leftOut := strings.Contains(b[1], "# to, from, smtp as above") && regexp.MustCompile(`channels\[0\]\.(to|from|smtp\.host): `).MatchString(line)
			if !leftOut {
				t.Errorf("%s\n%s", line, b[1])
			}
		}
	}
}

// The units and the image start the program with flags that it has.
func TestPackagesStartTheProgram(t *testing.T) {
	starts := func(unit string) []string {
		b, err := os.ReadFile("packaging/" + unit)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`(?m)^ExecStart=\S+/policywatch (.*)$`).FindSubmatch(b)
		if m == nil {
			t.Fatalf("%s starts nothing", unit)
		}
		return strings.Fields(strings.Replace(string(m[1]), "$WORKER_ARGS", "--vantage ir", 1))
	}
	image, err := os.ReadFile("../../.ci/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := bytes.Cut(image, []byte("\nCMD "))
	if !ok {
		t.Fatal("the image starts nothing")
	}
	var words []string
	if err := json.Unmarshal(list, &words); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{starts("policywatch.service"), starts("policywatch-worker.service"), words} {
		cmd, flags, err := (&program{out: io.Discard, err: io.Discard, env: os.LookupEnv}).root().Find(args)
		if err != nil || cmd.Name() != "watch" && cmd.Name() != "worker" {
			t.Errorf("%v: %v", args, err)
			continue
		}
		if err := cmd.ParseFlags(flags); err != nil || cmd.Flags().NArg() > 0 {
			t.Errorf("%v: %v", args, err)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command has its page in the manual, with all its flags and the exit codes, and
// what a shell asks to complete it gets an answer.
func TestEveryCommandIsInTheManualAndIsCompleted(t *testing.T) {
	p := &program{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, env: os.LookupEnv}
	root := p.root()
	root.InitDefaultCompletionCmd()
	dir := t.TempDir()
	pages, err := writeManual(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Hidden || cmd.Name() == "help" {
			return
		}
		commands++
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		b, err := os.ReadFile(filepath.Join(dir, name+".1"))
		if err != nil {
			t.Error(err)
			return
		}
		page := strings.ReplaceAll(string(b), `\-`, "-")
		for _, section := range []string{".SH NAME", ".SH SYNOPSIS", ".SH EXIT STATUS"} {
			if !strings.Contains(page, section) {
				t.Errorf("%s has no %s", name, section)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" && !strings.Contains(page, "--"+f.Name) && cmd.LocalFlags().Lookup(f.Name) != nil {
				t.Errorf("%s says nothing of --%s", name, f.Name)
			}
		})
		if cmd.HasParent() {
			var out bytes.Buffer
			q := &program{in: strings.NewReader(""), out: &out, err: &bytes.Buffer{}, env: os.LookupEnv}
			args := append([]string{"__complete"}, strings.Fields(cmd.CommandPath())[1:]...)
			if code := q.run(t.Context(), append(args, "--")); code != exitDone || !strings.Contains(out.String(), "--config") {
				t.Errorf("completing %s --: exit code %d\n%s", cmd.CommandPath(), code, out.String())
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	if pages != commands || pages < 30 {
		t.Errorf("%d pages for %d commands", pages, commands)
	}
}

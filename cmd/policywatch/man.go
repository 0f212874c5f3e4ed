package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) man() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages of all commands into a folder",
		Long: `Writes one manual page a command into the folder DIR, which is made where it is
missing: policywatch.1, policywatch-scan.1 and so on. To have them read by man:

  sudo policywatch man /usr/local/share/man/man1`,
		Args: exactly(1, "DIR"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return unfinished{fmt.Errorf("make the folder of the manual: %w", err)}
			}
			pages, err := writeManual(cmd.Root(), dir)
			if err != nil {
				return unfinished{fmt.Errorf("write the manual: %w", err)}
			}
			_, err = fmt.Fprintf(p.out, "%s: %d pages\n", dir, pages)
			return err
		},
	}
}

// writeManual writes the pages of a command and of those below it, and says how
// many they are.
func writeManual(cmd *cobra.Command, dir string) (pages int, err error) {
	name := filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1")
	if err := os.WriteFile(name, []byte(manPage(cmd)), 0o644); err != nil {
		return 0, err
	}
	pages = 1
	for _, sub := range cmd.Commands() {
		if manualOmits(sub) {
			continue
		}
		n, serr := writeManual(sub, dir)
		pages, err = pages+n, errors.Join(err, serr)
	}
	return pages, err
}

// manualOmits leaves out what the manual itself stands in for.
func manualOmits(cmd *cobra.Command) bool { return !cmd.IsAvailableCommand() || cmd.Name() == "help" }

// manPage is the manual page of one command, in the macros of man(7). It bears no
// date, so that the same program writes the same page.
func manPage(cmd *cobra.Command) string {
	var b strings.Builder
	title := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s policywatch\n", strings.ToUpper(title), quoteRoff("policywatch "+version()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(title), roff(cmd.Short))
	b.WriteString(".SH SYNOPSIS\n.B " + roff(cmd.CommandPath()) + "\n")
	if _, args, ok := strings.Cut(cmd.Use, " "); ok {
		b.WriteString(roff(args) + "\n")
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("COMMAND\n")
	}
	if cmd.HasAvailableFlags() {
		b.WriteString("[FLAG...]\n")
	}
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	b.WriteString(".SH DESCRIPTION\n")
	prose(&b, about)
	if len(cmd.Aliases) > 0 {
		b.WriteString(".PP\nAlso called " + roff(strings.Join(cmd.Aliases, ", ")) + ".\n")
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range cmd.Commands() {
			if !manualOmits(sub) {
				fmt.Fprintf(&b, ".TP\n.B %s\n%s.\n", roff(sub.Name()), roff(sub.Short))
			}
		}
	}
	flagList(&b, "FLAGS", cmd.LocalNonPersistentFlags().FlagUsagesWrapped(0)+ownPersistent(cmd))
	if cmd.HasParent() {
		flagList(&b, "FLAGS OF ALL COMMANDS", cmd.InheritedFlags().FlagUsagesWrapped(0))
	}
	if known := formats(cmd); len(known) > 0 {
		b.WriteString(".SH FORMATS\nResults are written as " + roff(strings.Join(known, ", ")) + " (\\-\\-format).\n")
	}
	b.WriteString(".SH EXIT STATUS\n0 done; 1 a change or finding at or above \\-\\-fail\\-on; 2 usage or configuration error; 3 could not complete.\n")
	b.WriteString(".SH SEE ALSO\n" + strings.Join(relatives(cmd), "\n") + "\n")
	return b.String()
}

// ownPersistent is what a command's flags that its sub-commands share say.
func ownPersistent(cmd *cobra.Command) string {
	if !cmd.HasPersistentFlags() {
		return ""
	}
	return cmd.PersistentFlags().FlagUsagesWrapped(0)
}

// relatives are the pages above and below a command's.
func relatives(cmd *cobra.Command) []string {
	ref := func(c *cobra.Command) string {
		return ".BR " + roff(strings.ReplaceAll(c.CommandPath(), " ", "-")) + " (1)"
	}
	var out []string
	if cmd.HasParent() {
		out = append(out, ref(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if !manualOmits(sub) {
			out = append(out, ref(sub))
		}
	}
	// The comma stands inside the macro's line, as its last argument.
	for i := range out[:max(len(out)-1, 0)] {
		out[i] += ","
	}
	return out
}

// prose writes paragraphs. A line that is indented stands as it is.
func prose(b *strings.Builder, text string) {
	verbatim, begun := false, true
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		indented := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		switch {
		case line == "":
			begun = false
			continue
		case indented && !verbatim:
			b.WriteString(".PP\n.nf\n")
		case !indented && verbatim:
			b.WriteString(".fi\n.PP\n")
		case !begun:
			b.WriteString(".PP\n")
		}
		verbatim, begun = indented, true
		b.WriteString(roff(strings.ReplaceAll(line, "\t", "    ")) + "\n")
	}
	if verbatim {
		b.WriteString(".fi\n")
	}
}

// flagLine is one line of the flag parser's own help: names, then three spaces or
// more, then words. Its words say what the type and the default are.
var flagLine = regexp.MustCompile(`^\s*(-.*?)\s{3,}(.*)$`)

func flagList(b *strings.Builder, title, usages string) {
	if usages == "" {
		return
	}
	b.WriteString(".SH " + quoteRoff(title) + "\n")
	for line := range strings.SplitSeq(strings.TrimRight(usages, "\n"), "\n") {
		if m := flagLine.FindStringSubmatch(line); m != nil {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(m[1]), roff(m[2]))
			continue
		}
		b.WriteString(roff(strings.TrimSpace(line)) + "\n") // the words go on
	}
}

// roff escapes what the typesetter would take for its own: backslashes, hyphens
// that must stay so when they are copied, and a line that begins like a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func quoteRoff(s string) string { return `"` + strings.ReplaceAll(roff(s), `"`, `\(dq`) + `"` }

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
)

// The exit codes; `policywatch --help` documents them.
const (
	exitDone     = 0
	exitAlert    = 1 // a change or finding at or above --fail-on
	exitUsage    = 2
	exitUnfinish = 3 // store trouble, interrupted, or every site faulted
)

// program is the command line as a value: what it reads, where it writes, and
// what the flags that all commands share were set to.
type program struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)

	config, db, format string
	logFormat          string
	verbose            bool
}

// exitError carries an exit code that is not a failure to explain: its message
// was already printed, or there is none.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

// unfinished marks errors of work that could not be completed.
type unfinished struct{ error }

func (u unfinished) Unwrap() error { return u.error }

func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	err := root.ExecuteContext(ctx)
	var exit exitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintf(p.err, "policywatch: %v\n", err)
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var exit exitError
	var undone unfinished
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &undone), errors.Is(err, monitor.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitUnfinish
	}
	var usage *wire.UsageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	// What is left comes from the flag parser or from reading what was named.
	return exitUsage
}

func usagef(format string, args ...any) error {
	return &wire.UsageError{Err: fmt.Errorf(format, args...)}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "policywatch",
		Short: "Watches the privacy statements of government websites",
		Long: `policywatch finds the privacy statement of each government website on a list,
keeps every version of it, and tells when one changes in a way that matters or
drops a section that the law asks for.

Try it first:   policywatch demo
Then your own:  policywatch scan --domains domains.txt

Exit codes:
  0  done
  1  a change or finding at or above --fail-on
  2  usage or configuration error
  3  could not complete: store trouble, interrupted, or every site faulted

Results go to standard output, everything else to standard error.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if p.logFormat != "text" && p.logFormat != "json" {
				return usagef("--log-format %s: use text or json", p.logFormat)
			}
			// completion has a word of its own after it, not a format.
			if known := formats(cmd); len(known) > 0 && !slices.Contains(known, p.format) {
				return usagef("--format %s: %s writes %s", p.format, cmd.Name(), strings.Join(known, ", "))
			}
			return nil
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see policywatch %s --help", err, cmd.Name())
	})
	f := root.PersistentFlags()
	f.StringVar(&p.config, "config", "", "configuration `file` (default: policywatch.yaml in this folder, if there is one)")
	f.StringVar(&p.db, "db", "", "archive `file` (overrides store.path)")
	f.StringVar(&p.format, "format", "text", "how results are written: text, json and more where a command says so")
	f.StringVar(&p.logFormat, "log-format", "text", "how the log on standard error is written: text or json")
	f.BoolVarP(&p.verbose, "verbose", "v", false, "log what is being done")
	complete(root, "format", func(cmd *cobra.Command) []string { return formats(cmd) })
	complete(root, "log-format", func(*cobra.Command) []string { return []string{"text", "json"} })
	root.AddCommand(p.demo(), p.scan(), p.watch(), p.worker(), p.fleet(), p.discover(), p.extract(), p.compare(), p.check(), p.history(), p.show(), p.sites(), p.alerts(), p.notify(),
		p.dashboard(), p.verify(), p.backup(), p.compact(), p.export(), p.importCommand(), p.reprocess(), p.configCommand(), p.man(), p.version())
	return root
}

// complete tells the shell which words a flag takes.
func complete(cmd *cobra.Command, flag string, words func(*cobra.Command) []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return words(c), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil { // there is no such flag, or it was told before: a mistake of ours
		panic(err)
	}
}

// formatsKey annotates a command with the formats that it writes.
const formatsKey = "formats"

func writes(formats ...string) map[string]string {
	return map[string]string{formatsKey: strings.Join(formats, " ")}
}

func formats(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[formatsKey]) }

func (p *program) options() wire.Options {
	return wire.Options{ConfigPath: p.config, DB: p.db, Version: version(), Env: p.env, Log: p.log(slog.LevelWarn)}
}

// log is the log on standard error from a level up, or of everything where the
// user wants to see what is being done.
func (p *program) log(level slog.Level) *slog.Logger {
	if p.verbose {
		level = slog.LevelDebug
	}
	o := &slog.HandlerOptions{Level: level}
	if p.logFormat == "json" {
		o.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindDuration { // else a bare number of nanoseconds
				a.Value = slog.StringValue(a.Value.Duration().String())
			}
			return a
		}
		return slog.New(slog.NewJSONHandler(p.err, o))
	}
	return slog.New(slog.NewTextHandler(p.err, o))
}

// tools runs f with the parts that need no archive.
func (p *program) tools(f func(*wire.Tools) error) error {
	t, err := wire.NewTools(p.options())
	if err != nil {
		return err
	}
	defer t.Close()
	return f(t)
}

// archive runs f with the archive open for reading.
func (p *program) archive(ctx context.Context, f func(*wire.App) error) (err error) {
	a, err := wire.Open(ctx, p.options(), true)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; `policywatch scan` makes the archive, --db and --config name another", err)
		}
		return archiveError(err)
	}
	defer closing(a, &err)
	return f(a)
}

// writable runs f with the archive open for writing, made where there is none.
func (p *program) writable(ctx context.Context, f func(*wire.App) error) (err error) {
	a, err := wire.Open(ctx, p.options(), false)
	if err != nil {
		return archiveError(err)
	}
	defer closing(a, &err)
	return f(a)
}

// closing closes the archive; trouble with that counts where there was none before.
func closing(a *wire.App, err *error) {
	if cerr := a.Close(); *err == nil && cerr != nil {
		*err = unfinished{cerr}
	}
}

func archiveError(err error) error {
	var usage *wire.UsageError
	if errors.As(err, &usage) {
		return err
	}
	return unfinished{err}
}

// json writes one value on one line.
func (p *program) json(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// page buffers what f writes to standard output.
func (p *program) page(f func(w io.Writer)) error {
	w := bufio.NewWriter(p.out)
	f(w)
	return w.Flush()
}

// release is the version of a published binary; the linker sets it (.ci/release).
var release string

// version is that of the release, else of the module as it was fetched or built
// from a tag.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "0.1.0"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs, Annotations: writes("text", "json"),
		RunE: func(*cobra.Command, []string) error {
			if p.format == "json" {
				return p.json(map[string]string{"version": version(), "extractor": wire.Extractor})
			}
			_, err := fmt.Fprintf(p.out, "policywatch %s (extractor %s)\n", version(), wire.Extractor)
			return err
		},
	}
}

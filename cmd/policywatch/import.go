package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/contract"
)

func (p *program) importCommand() *cobra.Command {
	var out string
	var skip, force bool
	cmd := &cobra.Command{
		Use: "import FILE|DIR...", Short: "Read lists of sites or declarations into a configuration, or a data set into the archive",
		Long: `Reads sites and writes them as a configuration file on standard output, or with
--format csv as a list that --domains and lists: read. It takes

  - lists, one domain a line or CSV, also as governments publish them: the United
    States' register of .gov domains and index of federal websites, the United
    Kingdom's lists
  - declarations of Open Terms Archive (*.json, or a folder of them): address and
    selectors of the privacy statement

A folder that ` + "`policywatch export dataset`" + ` wrote goes into the archive instead: sites,
versions, findings and changes. Nothing is told again, and a site that the archive
knows with another history is left as it is.`,
		Annotations: writes("text", "json", "csv"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("import takes FILE or DIR; see policywatch import --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.ContainsFunc(args, wire.IsDataset) {
				return p.importSites(args, out, skip, force)
			}
			if len(args) > 1 || out != "" || p.format == "csv" {
				return usagef("a data set goes into the archive: import it by itself, without --out and --format csv")
			}
			return p.writable(cmd.Context(), func(a *wire.App) error { return p.importDataset(cmd.Context(), a, args[0]) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "write the sites to this `file`")
	f.BoolVar(&skip, "skip", false, "leave bad lines out instead of stopping at them")
	f.BoolVar(&force, "force", false, "write over the file that --out names")
	return cmd
}

func (p *program) importSites(paths []string, out string, skip, force bool) error {
	sites, notes, err := wire.ReadSites(paths, skip)
	for _, n := range notes {
		fmt.Fprintln(p.err, n)
	}
	if err != nil {
		return err
	}
	if p.format == "json" {
		return usagef("sites are written as a configuration file or, with --format csv, as a list")
	}
	var b bytes.Buffer
	if err := wire.WriteSites(&b, sites, p.format == "csv"); err != nil {
		return usagef("%w", err)
	}
	fmt.Fprintf(p.err, "%d sites\n", len(sites))
	if out == "" {
		_, err := p.out.Write(b.Bytes())
		return err
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if !force {
		how |= os.O_EXCL
	}
	f, err := os.OpenFile(out, how, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s: there is something already; name another file, or write over it with --force", out)
	}
	if err != nil {
		return unfinished{err}
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Close()); err != nil {
		return unfinished{err}
	}
	return nil
}

func (p *program) importDataset(ctx context.Context, a *wire.App, dir string) error {
	bar := p.counter()
	done, err := a.ImportDataset(ctx, dir, bar.step)
	bar.done()
	if err != nil {
		return unfinished{fmt.Errorf("%w (%d versions are in; the same command goes on from there)", err, done.Versions)}
	}
	if p.format == "json" {
		done.Skipped = contract.List(done.Skipped)
		err = p.json(done)
	} else {
		_, err = fmt.Fprintf(p.out, "%d sites, %d versions, %d answers, %d alerts\n", done.Sites, done.Versions, done.Answers, done.Alerts)
	}
	if err == nil && len(done.Skipped) > 0 {
		for _, s := range done.Skipped {
			fmt.Fprintf(p.err, "%s: left as it is: the archive knows it with another history\n", s)
		}
		err = unfinished{fmt.Errorf("%d sites were not imported; import into an empty archive with --db to have them", len(done.Skipped))}
	}
	return err
}

package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) backup() *cobra.Command {
	var force, compact bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Copy the archive to a file and check every byte of the copy",
		Long: `Copies the archive as it is at this moment to FILE and checks every byte of the
copy before it gets its name. The copy is an archive like any other: to restore it,
put it where store.path points, or name it with --db. With --compact the copy holds
the same rows without the space that nothing uses any more.`,
		Args: exactly(1, "FILE"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.archive(cmd.Context(), func(a *wire.App) error {
				backup := a.Store.Backup
				if compact {
					backup = a.Store.BackupCompact
				}
				report, err := backup(cmd.Context(), args[0], force)
				switch {
				case errors.Is(err, fs.ErrExist):
					return usagef("%w; name another file, or replace it with --force", err)
				case wire.IsDamaged(err):
					return unfinished{fmt.Errorf("%w; nothing was replaced, `policywatch verify` lists what is lost", err)}
				case err != nil:
					return unfinished{err}
				}
				if p.format == "json" {
					return p.json(struct {
						File string `json:"file"`
						wire.CheckReport
					}{args[0], report})
				}
				_, err = fmt.Fprintf(p.out, "%s: %d sites, %d versions, %d contents; every digest is right\nheads %s\n",
					args[0], report.Sites, report.Versions, report.Contents, report.Heads)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&compact, "compact", false, "leave out the space that nothing uses")
	cmd.Flags().BoolVar(&force, "force", false, "replace FILE where it is there")
	return cmd
}

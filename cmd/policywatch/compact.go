package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) compact() *cobra.Command {
	return &cobra.Command{
		Use: "compact", Short: "Give space that the archive does not use back to the disk", Args: cobra.NoArgs,
		Long: `Drops the bytes of servers that store.keep_bodies lets go of, writes the archive
anew without the space that nothing uses, checks every byte of the new file, and
puts it in the place of the old one. Until then the old one is untouched; there must
be room for both. The daemon must not run meanwhile; beside it, backup --compact
makes a compact copy.`,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out, err := wire.Compact(cmd.Context(), p.options())
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return unfinished{fmt.Errorf("%w; --db and --config name another archive", err)}
			case wire.IsDamaged(err):
				return unfinished{fmt.Errorf("%w; the archive is as it was, `policywatch verify` lists what is lost", err)}
			case err != nil:
				return archiveError(err)
			}
			if p.format == "json" {
				return p.json(out)
			}
			if out.Bodies > 0 {
				fmt.Fprintf(p.out, "%d bodies dropped, %s as they came\n", out.Bodies, size(out.Bytes))
			}
			_, err = fmt.Fprintf(p.out, "%s became %s: %d sites, %d versions, %d contents; every digest is right\nheads %s\n",
				size(out.Before), size(out.After), out.Sites, out.Versions, out.Contents, out.Heads)
			return err
		},
	}
}

func size(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

package main

import (
	"context"
	"io"
	"slices"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// matrix shows the archive's sites against their profiles, a matrix a profile.
func (p *program) matrix(ctx context.Context, args []string, profile, lang string) error {
	return p.archive(ctx, func(a *wire.App) error {
		list, err := matrices(ctx, a, args, profile)
		if err != nil {
			return err
		}
		switch p.format {
		case "json":
			for _, m := range list {
				if err := p.json(matrixJSON(m)); err != nil {
					return err
				}
			}
			return nil
		case "html":
			return report.WriteMatrixHTML(p.out, list, lang)
		}
		var werr error
		err = p.page(func(w io.Writer) {
			for _, m := range list {
				write := func() error { return m.Text(w, lang) }
				if p.format == "csv" {
					write = func() error { return m.CSV(w) }
				}
				if werr = write(); werr != nil {
					return
				}
			}
		})
		if werr != nil {
			return werr
		}
		return err
	})
}

func matrices(ctx context.Context, a *wire.App, args []string, profile string) ([]report.Matrix, error) {
	rows, err := a.Store.Sites(ctx)
	if err != nil {
		return nil, unfinished{err}
	}
	named, err := a.Pick(args)
	if err != nil {
		return nil, err
	}
	var out []report.Matrix
	for _, r := range rows {
		if len(args) > 0 && !slices.ContainsFunc(named, func(s record.Site) bool { return s.Domain == r.Site.Domain }) {
			continue
		}
		prof := a.Profile(r.Site)
		if profile != "" {
			if prof, err = profileByID(a.Tools, profile); err != nil {
				return nil, err
			}
		}
		row, err := matrixRow(ctx, a, r, prof)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(out, func(m report.Matrix) bool { return m.Profile.ID == prof.ID })
		if i < 0 {
			i, out = len(out), append(out, report.Matrix{Profile: prof})
		}
		out[i].Rows = append(out[i].Rows, row)
	}
	return out, nil
}

// matrixRow checks the newest version anew: profiles and lexicons may have
// grown since it was kept.
func matrixRow(ctx context.Context, a *wire.App, r record.SiteRow, prof record.Profile) (report.MatrixRow, error) {
	if r.Past.Version == 0 {
		note := "no statement was read yet"
		if f := r.Past.LastFault; f != nil {
			note = string(f.Kind)
		}
		return report.NewMatrixRow(r.Site, nil, note), nil
	}
	v, err := a.Store.Version(ctx, r.Site.Domain, 0)
	if err != nil {
		return report.MatrixRow{}, unfinished{err}
	}
	a.Sections.Label(v.Document)
	return report.NewMatrixRow(r.Site, a.Sections.Check(v.Document, prof), ""), nil
}

func matrixJSON(m report.Matrix) any {
	type site struct {
		Site     string                   `json:"site"`
		Name     string                   `json:"name"`
		Note     string                   `json:"note,omitempty"`
		Elements map[string]record.Status `json:"elements"`
	}
	out := struct {
		Profile string `json:"profile"`
		Sites   []site `json:"sites"`
	}{Profile: m.Profile.ID, Sites: []site{}}
	for _, r := range m.Rows {
		out.Sites = append(out.Sites, site{r.Site, r.Name, r.Note, r.Status})
	}
	return out
}

package web

import (
	"context"
	"net/http"
	"strings"

	"policywatch/notify/web/api"
)

// programs is the API over what the pages show.
func (d *dashboard) programs() http.Handler {
	o := api.Options{Reader: d.Reader, Find: d.find, Moment: d.moment, Shared: d.sharedForPrograms, Profiles: d.Profiles, Hurry: d.Hurry, Acted: d.boards.touch, Missing: d.Missing,
		Newest: newestAlerts, Version: d.Version, Log: d.Log,
		Site: func(ctx context.Context, domain string) (api.Row, bool, error) {
			rows, ours, err := d.boards.known(ctx, domain)
			if err != nil {
				return api.Row{}, false, err
			}
			return rows[0].forPrograms(), ours[0], nil
		}}
	if d.Actions != nil { // a nil of our interface would not be one of theirs
		o.Actions = d.Actions
	}
	return api.New(o)
}

func (r row) forPrograms() api.Row { return api.Row{SiteRow: *r.SiteRow, Norm: r.Norm} }

// sharedForPrograms is the page of shared text.
func (d *dashboard) sharedForPrograms(ctx context.Context) (api.Shared, error) {
	b, err := d.boards.recent(ctx)
	if err != nil {
		return api.Shared{}, err
	}
	found, err := d.shares.get(ctx, b)
	if err != nil {
		return api.Shared{}, err
	}
	out := api.Shared{Groups: []api.Group{}, Read: found.Read, Total: found.Total}
	for _, g := range found.groups {
		x := api.Group{Share: g.Share}
		for _, m := range g.Members {
			x.Sites = append(x.Sites, api.Member{Site: m.Domain, Share: m.Share, Words: m.Words, Same: m.Same})
		}
		out.Groups = append(out.Groups, x)
	}
	return out, nil
}

// find answers a query as the table of sites does.
func (d *dashboard) find(ctx context.Context, q api.Query) ([]api.Row, int, error) {
	b, err := d.boards.recent(ctx)
	if err != nil {
		return nil, 0, err
	}
	f := filter{Query: q.Text, State: q.State, Label: q.Label, Norm: q.Profile}
	f.Sort, f.Reverse = strings.CutPrefix(q.Sort, "-")
	all := b.selected(f)
	from := min(q.From, len(all))
	to := min(from+q.Limit, len(all))
	found, err := d.boards.pick(ctx, b, all[from:], to-from)
	if err != nil {
		return nil, 0, err
	}
	rows := make([]api.Row, 0, to-from)
	for _, r := range found {
		rows = append(rows, r.forPrograms())
	}
	return rows, len(all), nil
}

// forPrograms reports whether a request is for the API, whose errors are no pages.
func forPrograms(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, api.Prefix+"/") }

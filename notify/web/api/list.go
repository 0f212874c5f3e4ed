package api

import (
	"context"

	"policywatch/notify/contract"
	"policywatch/store/record"
)

type sites struct {
	Sites []contract.Site `json:"sites"`
	Total int             `json:"total" doc:"How many sites fit, on all pages."`
	Page  int             `json:"page"`
	Pages int             `json:"pages"`
}

type changes struct {
	Versions []contract.Version `json:"versions" doc:"The newest first, without their documents. There may be fewer than limit, or none, and yet more behind them."`
	Next     string             `json:"next" doc:"What before= asks for to go on; empty at the end."`
}

type alerts struct {
	Alerts []record.Alert `json:"alerts" doc:"The newest first."`
	Next   string         `json:"next" doc:"What before= asks for to go on; empty at the end."`
}

// listing registers the lists.
func (s *server) listing() {
	get(s, "list-sites", "/sites", "The sites, searched, narrowed and by pages", func(ctx context.Context, in *struct {
		Text    string `query:"q" maxLength:"200" doc:"Words of the name, domain, title or labels."`
		State   string `query:"state" enum:"new,ok,degraded,failing,pending,none" doc:"Where the site stands; pending: a capture waits, none: no statement was ever read."`
		Label   string `query:"label"`
		Profile string `query:"profile" doc:"Id of a legal profile."`
		Sort    string `query:"sort" enum:"site,name,state,changed,success,absent,absent_required,-site,-name,-state,-changed,-success,-absent,-absent_required" default:"site" doc:"A minus turns the order round."`
		Page    int    `query:"page" minimum:"1" maximum:"1000000" default:"1"`
		Per     int    `query:"per_page" minimum:"1" maximum:"1000" default:"100"`
	}) (*answer[sites], error) {
		rows, total, err := s.Find(ctx, Query{Text: in.Text, State: in.State, Label: in.Label, Profile: in.Profile, Sort: in.Sort, From: (in.Page - 1) * in.Per, Limit: in.Per})
		if err != nil {
			return nil, s.fail(ctx, "list", err)
		}
		return &answer[sites]{sites{shown(rows), total, in.Page, max(1, (total+in.Per-1)/in.Per)}}, nil
	})
	get(s, "list-pending", "/pending", "The sites with a capture that waits for confirmation", func(ctx context.Context, _ *struct{}) (*answer[sites], error) {
		rows, total, err := s.Find(ctx, Query{State: "pending", Sort: "site", Limit: 1000})
		if err != nil {
			return nil, s.fail(ctx, "list", err)
		}
		return &answer[sites]{sites{shown(rows), total, 1, 1}}, nil
	})
	get(s, "list-shared", "/shared", "The statements that share text, in groups", func(ctx context.Context, _ *struct{}) (*answer[Shared], error) {
		found, err := s.Shared(ctx)
		if err != nil {
			return nil, s.fail(ctx, "list", err)
		}
		return &answer[Shared]{found}, nil
	})
	get(s, "list-changes", "/changes", "The latest changes of all statements, the newest first", func(ctx context.Context, in *struct {
		Since    string `query:"since" maxLength:"40" doc:"Only changes after the end of this day, or after this time; as at= of a statement." example:"2026-01-31"`
		Severity string `query:"severity" enum:"info,minor,major,critical" default:"info" doc:"The least severity."`
		Before   string `query:"before" maxLength:"1200" doc:"Go on where an earlier answer ended: its next."`
		Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}) (*answer[changes], error) {
		f := record.ChangeFilter{Before: in.Before, Least: record.Severity(in.Severity), Limit: in.Limit, Newest: 10 * in.Limit}
		if in.Since != "" {
			var err error
			if f.Since, err = s.moment("since", in.Since); err != nil {
				return nil, err
			}
		}
		list, next, err := s.Reader.Changes(ctx, f)
		if err != nil {
			return nil, s.fail(ctx, "list", err)
		}
		return &answer[changes]{changes{all(list), next}}, nil
	})
	get(s, "list-alerts", "/alerts", "What was told to whom, what waits and what was given up", func(ctx context.Context, in *struct {
		State   string `query:"state" enum:"waiting,sent,given_up"`
		Site    string `query:"site"`
		Channel string `query:"channel"`
		Before  string `query:"before" doc:"Go on after the alert of this id."`
		Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}) (*answer[alerts], error) {
		list, err := s.Reader.Alerts(ctx, record.AlertFilter{State: record.AlertState(in.State), Site: in.Site, Channel: in.Channel, Before: in.Before,
			Limit: in.Limit + 1, Newest: s.Newest})
		if err != nil {
			return nil, s.fail(ctx, "list", err)
		}
		out := alerts{Alerts: []record.Alert{}}
		for i, a := range list {
			if i == in.Limit {
				out.Next = list[i-1].ID
				break
			}
			out.Alerts = append(out.Alerts, contract.NewAlert(a))
		}
		return &answer[alerts]{out}, nil
	})
}

func shown(rows []Row) []contract.Site {
	out := make([]contract.Site, len(rows))
	for i, r := range rows {
		out[i] = contract.NewSite(r.SiteRow, r.Norm)
	}
	return out
}

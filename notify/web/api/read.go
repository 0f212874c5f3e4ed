package api

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"policywatch/notify/contract"
	"policywatch/store/record"
)

// OfSite names a site in an operation's path. It is exported because the library
// looks into no embedded type that is not.
type OfSite struct {
	Site string `path:"site" doc:"Domain of the site." example:"mfa.gov.ir"`
}

// OfVersion names one version.
type OfVersion struct {
	OfSite
	Version int `path:"version" minimum:"1" doc:"Number of the version; they count from 1."`
}

// answer is a body and nothing else.
type answer[T any] struct{ Body T }

type visits struct {
	Visits []record.VisitNote `json:"visits" doc:"The newest first; a run of visits that found nothing new is one."`
}

type versions struct {
	Versions []contract.Version `json:"versions" doc:"The oldest first, without their documents."`
}

// reading registers what is read of one site.
func (s *server) reading() {
	get(s, "get-site", "/sites/{site}", "One site", func(ctx context.Context, in *OfSite) (*answer[contract.Site], error) {
		row, err := s.row(ctx, in.Site)
		if err != nil {
			return nil, err
		}
		return &answer[contract.Site]{contract.NewSite(row.SiteRow, row.Norm)}, nil
	})
	get(s, "list-versions", "/sites/{site}/versions", "The versions of a site's statement", func(ctx context.Context, in *OfSite) (*answer[versions], error) {
		if _, err := s.row(ctx, in.Site); err != nil {
			return nil, err
		}
		list, err := s.Reader.History(ctx, in.Site)
		if err != nil && !s.Missing(err) { // a site that was never read has none
			return nil, s.fail(ctx, "site", err)
		}
		return &answer[versions]{versions{all(list)}}, nil
	})
	get(s, "list-visits", "/sites/{site}/visits", "The last visits to a site and what was done in them, step by step", func(ctx context.Context, in *struct {
		OfSite
		Limit int `query:"limit" minimum:"1" maximum:"100" default:"25"`
	}) (*answer[visits], error) {
		if _, err := s.row(ctx, in.Site); err != nil {
			return nil, err
		}
		list, err := s.Reader.Visits(ctx, in.Site, in.Limit)
		if err != nil && !s.Missing(err) {
			return nil, s.fail(ctx, "site", err)
		}
		return &answer[visits]{visits{contract.List(list)}}, nil
	})
	get(s, "get-version", "/sites/{site}/versions/{version}", "One version with its document", func(ctx context.Context, in *OfVersion) (*answer[contract.Version], error) {
		return s.version(s.Reader.Version(ctx, in.Site, in.Version))(ctx)
	})
	get(s, "get-statement", "/sites/{site}/statement", "The version that stands, or stood at a date", func(ctx context.Context, in *struct {
		OfSite
		At string `query:"at" maxLength:"40" doc:"A day, which means its end in UTC, or a time (RFC 3339); empty for now. A year below 1430 is read in the Iranian calendar (1404-11-11), one up to 1599 in the Islamic one (1447-08-12)." example:"2026-01-31"`
	}) (*answer[contract.Version], error) {
		if in.At == "" {
			return s.version(s.Reader.Version(ctx, in.Site, 0))(ctx)
		}
		at, err := s.moment("at", in.At)
		if err != nil {
			return nil, err
		}
		return s.version(s.Reader.VersionAt(ctx, in.Site, at))(ctx)
	})
	get(s, "get-change", "/sites/{site}/versions/{version}/change", "What a version changed", func(ctx context.Context, in *OfVersion) (*answer[contract.Change], error) {
		v, err := s.Reader.Version(ctx, in.Site, in.Version)
		if err != nil {
			return nil, s.fail(ctx, "version", err)
		}
		if v.Change == nil {
			return nil, huma.Error404NotFound("This is the first version; it changed nothing.")
		}
		return &answer[contract.Change]{contract.NewChange(*v.Change)}, nil
	})
	get(s, "get-findings", "/sites/{site}/versions/{version}/findings", "How a version stands to the law", func(ctx context.Context, in *OfVersion) (*answer[contract.Findings], error) {
		return s.findings(ctx, in.Site, in.Version)
	})
	get(s, "get-newest-findings", "/sites/{site}/findings", "How the statement stands to the law", func(ctx context.Context, in *OfSite) (*answer[contract.Findings], error) {
		return s.findings(ctx, in.Site, 0)
	})
}

func (s *server) row(ctx context.Context, domain string) (Row, error) {
	row, known, err := s.Site(ctx, domain)
	if err != nil {
		return Row{}, s.fail(ctx, "site", err)
	}
	if !known {
		return Row{}, huma.Error404NotFound("There is no such site.")
	}
	return row, nil
}

func (s *server) version(v *record.Version, err error) func(context.Context) (*answer[contract.Version], error) {
	return func(ctx context.Context) (*answer[contract.Version], error) {
		if err != nil {
			return nil, s.fail(ctx, "version", err)
		}
		return &answer[contract.Version]{contract.NewVersion(v)}, nil
	}
}

func (s *server) findings(ctx context.Context, domain string, n int) (*answer[contract.Findings], error) {
	row, err := s.row(ctx, domain)
	if err != nil {
		return nil, err
	}
	v, err := s.Reader.Version(ctx, domain, n)
	if err != nil {
		return nil, s.fail(ctx, "version", err)
	}
	profile := record.Profile{ID: row.Norm}
	if i := slices.IndexFunc(s.Profiles, func(p record.Profile) bool { return p.ID == row.Norm }); i >= 0 {
		profile = s.Profiles[i]
	}
	return &answer[contract.Findings]{contract.NewFindings(profile, v.Findings)}, nil
}

func all(list []record.Version) []contract.Version {
	out := make([]contract.Version, len(list))
	for i := range list {
		list[i].Document = nil
		out[i] = contract.NewVersion(&list[i])
	}
	return out
}

// moment reads the parameter of the name.
func (s *server) moment(name, value string) (time.Time, error) {
	t, err := s.Moment(value)
	if err != nil {
		return t, huma.Error422UnprocessableEntity(name + " is neither a day, as 2026-01-31, 1404-11-11 or 1447-08-12, nor a time, as 2026-01-31T12:00:00Z.")
	}
	return t, nil
}

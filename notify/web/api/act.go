package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

type asked struct {
	Site string `json:"site"`
}

type accepted struct {
	Status int
	Body   asked
}

// acting registers what changes something. None of it takes a body: a form on a
// page elsewhere could send one, and the guard before the API refuses those.
func (s *server) acting() {
	act(s, "release", "/sites/{site}/release", "Take the capture that waits as the new version", s.Actions.Release)
	act(s, "reject", "/sites/{site}/reject", "Drop the capture that waits", s.Actions.Reject)
	huma.Register(s.api, s.post("resend", "/alerts/{id}/resend", "Send an alert again, whatever became of it", http.StatusNoContent),
		func(ctx context.Context, in *struct {
			ID string `path:"id" doc:"Id of the alert."`
		}) (*struct{}, error) {
			return nil, s.done(ctx, "resend", in.ID, s.Actions.Resend)
		})
	if s.Hurry == nil {
		return
	}
	huma.Register(s.api, s.post("scan", "/sites/{site}/scan", "Visit a site now, whatever its interval and windows say", http.StatusAccepted),
		func(_ context.Context, in *OfSite) (*accepted, error) {
			if !s.Hurry(in.Site) {
				return nil, huma.Error404NotFound("This site is not on the list of those that are visited.")
			}
			s.Log.Info("a visit was asked for", "site", in.Site)
			return &accepted{http.StatusAccepted, asked{in.Site}}, nil
		})
}

func act(s *server, what, path, summary string, f func(context.Context, string) error) {
	huma.Register(s.api, s.post(what, path, summary, http.StatusNoContent), func(ctx context.Context, in *OfSite) (*struct{}, error) {
		return nil, s.done(ctx, what, in.Site, f)
	})
}

func (s *server) post(id, path, summary string, status int) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodPost, Path: Prefix + path, Summary: summary, DefaultStatus: status,
		Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict}}
}

func (s *server) done(ctx context.Context, what, subject string, f func(context.Context, string) error) error {
	err := f(ctx, subject)
	s.Acted()
	switch {
	case err == nil:
		s.Log.Info("a program acted through the API", "action", what, "subject", subject)
		return nil
	case s.Missing(err):
		return huma.Error404NotFound("There is nothing of that name.")
	}
	s.Log.Warn("an action failed", "action", what, "subject", subject, "error", err)
	return huma.Error409Conflict("That could not be done now. Perhaps nothing waits any more, or the site is being visited at this moment.")
}

package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"policywatch/configs"
	"policywatch/diff"
	"policywatch/diff/section"
	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/notify/web"
	"policywatch/store/record"
)

// Dashboard is the dashboard over the open archive. acting gives it the buttons
// that change something, for which the archive must be open for writing.
func (a *App) Dashboard(version string, acting bool) (*web.Dashboard, error) {
	return a.dashboard(func(o *web.Options) {
		o.Version = version
		if acting {
			o.Actions = actions{app: a, deliver: a.deliver}
		}
	})
}

// dashboard is the dashboard with what the command adds that serves it.
func (a *App) dashboard(with func(*web.Options)) (*web.Dashboard, error) {
	c := a.config.Web
	books, err := loadData()
	if err != nil {
		return nil, err
	}
	o := web.Options{
		Reader: a.Store, Report: a.Report, Books: books.books, Profiles: a.Profiles, Profile: a.Profile, Missing: IsNotFound,
		// Nobody else writes while this process holds the file.
		Revision: func() int64 { return a.Store.Stats().Transactions },
		Touched:  a.Store.Touched,
		Size:     a.Store.Size,
		Listed:   a.sites, Day: readDay,
		Whole: diff.Whole, BaseURL: c.BaseURL, User: c.Auth.User, Password: c.Auth.Password.Reveal(), Lang: a.config.Notify.Lang, Version: a.version, Log: a.log,
	}
	with(&o)
	return web.New(o), nil
}

func readDay(s string) (time.Time, error) {
	day, _, err := section.Day(s)
	return day, err
}

// newReport is the writer of messages, with the user's templates where there are
// any; where people can reach the dashboard, messages hold the addresses of what
// they tell of.
func newReport(books []record.Phrasebook, cfg configs.Config, log *slog.Logger) (*report.Writer, error) {
	w := report.New(books)
	w.Log = log
	if base := strings.TrimSuffix(cfg.Web.BaseURL, "/"); base != "" {
		w.Links = func(ev record.Event) map[string]string { return links(base, ev) }
	}
	if dir := cfg.Notify.Templates; dir != "" {
		if err := w.Use(dir, notify.Samples(time.Now())); err != nil {
			return nil, &UsageError{fmt.Errorf("notify.templates: %w", err)}
		}
	}
	return w, nil
}

// links are the pages of the dashboard that belong to an event.
func links(base string, ev record.Event) map[string]string {
	if ev.Site == "" {
		return map[string]string{"dashboard": base + "/"}
	}
	site := base + "/sites/" + url.PathEscape(ev.Site)
	out := map[string]string{"dashboard": site}
	if ev.To > 0 {
		out["version"] = fmt.Sprintf("%s/versions/%d", site, ev.To)
	}
	if ev.Change != nil && ev.To > 1 {
		out["dashboard"] = fmt.Sprintf("%s/changes/%d", site, ev.To)
	}
	return out
}

// actions is what a person may do on the dashboard, as the command line does it.
type actions struct {
	app *App
	// deliver brings away what was put into the outbox.
	deliver func(context.Context)
}

func (x actions) Release(ctx context.Context, domain string) error {
	// A reader who leaves must not stop half-way what he asked for.
	ctx = context.WithoutCancel(ctx)
	site, err := x.site(ctx, domain)
	if err != nil {
		return err
	}
	if _, err := x.app.Monitor.Release(ctx, site); err != nil {
		return err
	}
	x.deliver(ctx)
	return nil
}

func (x actions) Reject(ctx context.Context, domain string) error {
	ctx = context.WithoutCancel(ctx)
	site, err := x.site(ctx, domain)
	if err != nil {
		return err
	}
	return x.app.Monitor.Reject(ctx, site)
}

func (x actions) Resend(ctx context.Context, id string) error {
	ctx = context.WithoutCancel(ctx)
	if _, err := x.app.Store.Requeue(ctx, time.Now(), id); err != nil {
		return err
	}
	x.deliver(ctx)
	return nil
}

// deliver sends what is due, as far as a reader cares to wait. What is not sent by
// then waits in the outbox like any other alert.
func (a *App) deliver(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := a.Dispatcher.Drain(ctx); err != nil {
		a.log.Warn("not everything that is due was delivered", "error", err)
	}
}

// site is the site as it is listed now; one that was taken off the list is acted
// on as it was when it was last visited.
func (x actions) site(ctx context.Context, domain string) (record.Site, error) {
	for _, s := range x.app.sites {
		if s.Domain == domain {
			return s, nil
		}
	}
	rows, err := x.app.Store.SiteRows(ctx, []string{domain})
	if err != nil {
		return record.Site{}, err
	}
	if len(rows) == 0 {
		return record.Site{}, ErrNotFound
	}
	return rows[0].Site, nil
}

// Guarded reports whether the dashboard asks for a name and password.
func (t *Tools) Guarded() bool {
	return t.config.Web.Auth.User != "" || t.config.Web.Auth.Password != ""
}

// Log is the program's log.
func (t *Tools) Log() *slog.Logger { return t.log }

package wire

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"policywatch/configs"
	"policywatch/crawler/fetch"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// DefaultConfig is the configuration file that is read when none is named.
const DefaultConfig = "policywatch.yaml"

// Options is what the command line says about one run.
type Options struct {
	// ConfigPath is the configuration file; empty means DefaultConfig when it is
	// there, and the built-in defaults when it is not.
	ConfigPath string
	// DB overrides store.path; Lists are added to the configured ones.
	DB    string
	Lists []string
	// Fleet overrides fleet.url.
	Fleet string
	// Profile overrides every site's legal profile.
	Profile string
	Version string
	Env     func(string) (string, bool)
	Log     *slog.Logger
	// turns are those of a fleet's worker.
	turns fetch.SharedTurns
}

// UsageError is a mistake in what the user wrote: flags, arguments or files.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

func usage(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// load reads the configuration that o means.
func (o Options) load() (configs.Config, error) {
	cfg, err := o.read()
	if err != nil {
		return configs.Config{}, err
	}
	if o.DB != "" {
		cfg.Store.Path = o.DB
	}
	if o.Fleet != "" {
		cfg.Fleet.URL = o.Fleet
	}
	return cfg, nil
}

func (o Options) read() (configs.Config, error) {
	path := o.ConfigPath
	if path == "" {
		if _, err := os.Stat(DefaultConfig); err != nil {
			return configs.Default(), nil
		}
		path = DefaultConfig
	}
	cfg, err := configs.Load(path, o.Env)
	if err != nil {
		return configs.Config{}, &UsageError{err}
	}
	return cfg, nil
}

// CheckConfig validates the configuration and every list that it names, and
// returns what was read, with secrets hidden when it is encoded, and when its cron
// expressions come next after now.
func CheckConfig(o Options, now time.Time) (cfg any, sites int, next []Forecast, err error) {
	c, err := o.load()
	if err != nil {
		return nil, 0, nil, err
	}
	if err := checkFleet(c.Fleet); err != nil {
		return nil, 0, nil, err
	}
	d, err := loadData()
	if err != nil {
		return nil, 0, nil, err
	}
	all, err := o.sites(c, d.profiles)
	if _, bad := newReport(d.books, c, o.Log); bad != nil {
		err = errors.Join(err, bad)
	}
	if err != nil {
		return nil, 0, nil, &UsageError{err}
	}
	return c, len(all), forecasts(c, now), nil
}

// ConfigSchema is the JSON Schema of the configuration file.
func ConfigSchema() ([]byte, error) { return configs.Schema() }

// EventSchema is the JSON Schema of what webhooks carry.
func EventSchema() ([]byte, error) { return report.EventSchema() }

// sites gathers the configured sites: entries first, then lists in order. An
// entry wins over a list's line for the same domain.
func (o Options) sites(c configs.Config, profiles []record.Profile) ([]record.Site, error) {
	var out []record.Site
	at := map[string]bool{}
	add := func(s record.Site) {
		if !at[s.Domain] {
			at[s.Domain] = true
			out = append(out, s)
		}
	}
	for _, s := range c.Sites {
		add(s.Record())
	}
	var errs []error
	for _, path := range slices.Concat(c.Lists, o.Lists) {
		listed, err := configs.ReadList(path)
		if err != nil {
			errs = append(errs, err)
		}
		for _, s := range listed {
			add(s)
		}
	}
	for i := range out {
		if o.Profile != "" {
			out[i].Profile = o.Profile
		}
		if p := out[i].Profile; p != "" && !slices.ContainsFunc(profiles, func(x record.Profile) bool { return x.ID == p }) {
			errs = append(errs, fmt.Errorf("site %s: there is no profile %q; known are %s", out[i].Domain, p, profileIDs(profiles)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, &UsageError{err}
	}
	return out, nil
}

func profileIDs(profiles []record.Profile) []string {
	ids := make([]string, len(profiles))
	for i, p := range profiles {
		ids[i] = p.ID
	}
	return ids
}

package wire_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// A site's own entry rules its visits, and what it does not say the schedule does.
func TestRulesOfTheSchedule(t *testing.T) {
	dir := t.TempDir()
	cfg := filepath.Join(dir, "c.yaml")
	text := `schedule: {every: 6h, jitter: 20%, windows: ["22:00-06:00"], zone: Asia/Tehran}
crawl: {browser: "off"}
sites:
  - {domain: a.gov}
  - {domain: b.gov, every: 1h, windows: ["09:00-10:00"]}
  - {domain: c.gov, zone: UTC}
  - {domain: d.gov, cron: "30 2 * * *"}
`
	if err := os.WriteFile(cfg, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w, s, err := wire.NewWatcher(t.Context(), wire.Options{ConfigPath: cfg, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		s.Close()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	if len(s.Sites) != 4 || s.Drain != 30*time.Second || s.Workers != 64 {
		t.Errorf("%d sites, drain %s, %d workers", len(s.Sites), s.Drain, s.Workers)
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct {
		domain string
		every  time.Duration
		open   time.Time
		shut   time.Time
	}{
		{"a.gov", 6 * time.Hour, at(19, 0), at(3, 0)}, // 22:30 and 06:30 in Tehran
		{"b.gov", time.Hour, at(6, 0), at(8, 0)},
		{"c.gov", 6 * time.Hour, at(5, 0), at(7, 0)},
		{"d.gov", 0, at(19, 0), at(3, 0)},
	} {
		var site record.Site
		for _, x := range s.Sites {
			if x.Domain == c.domain {
				site = x
			}
		}
		r := s.Rule(site)
		if r.Every != c.every || r.Jitter != 0.2 || !r.Windows.Open(c.open) || r.Windows.Open(c.shut) {
			t.Errorf("%s: every %s, jitter %g, open at %s: %v, at %s: %v", c.domain, r.Every, r.Jitter, c.open, r.Windows.Open(c.open), c.shut, r.Windows.Open(c.shut))
		}
	}
	d := s.Rule(record.Site{Domain: "d.gov"})
	if d.Turns == nil || !d.Turns.Next(at(12, 0)).Equal(at(23, 0)) {
		t.Errorf("d.gov: %+v", d)
	}
	if a := s.Rule(record.Site{Domain: "a.gov"}); a.Turns != nil {
		t.Errorf("a.gov: %+v", a)
	}
}

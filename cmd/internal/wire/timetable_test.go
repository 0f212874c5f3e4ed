package wire_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"policywatch/cmd/internal/wire"
)

// `config check` shows when cron expressions come next, in their own zones, and with
// the windows that hold for them.
func TestForecasts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policywatch.yaml")
	if err := os.WriteFile(path, []byte(`schedule: {cron: "30 2 * * *", zone: Asia/Tehran, windows: ["01:00-05:00"]}
sites:
  - {domain: a.gov.ir}
  - {domain: b.gov, cron: "0 * * * *", zone: UTC, windows: ["20:00-22:00"]}
  - {domain: c.gov, zone: Europe/Berlin}
  - {domain: d.gov, every: 6h}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	_, sites, next, err := wire.CheckConfig(wire.Options{ConfigPath: path, Env: os.LookupEnv}, now)
	if err != nil || sites != 4 {
		t.Fatal(sites, err)
	}
	var got []string
	for _, f := range next {
		line := fmt.Sprintf("%s %s %q ±%s:", f.Key, f.Site, f.Cron, f.Spread)
		for _, at := range f.Next {
			line += at.Format(" 01-02 15:04-0700")
		}
		got = append(got, line)
	}
	want := []string{
		`schedule.cron  "30 2 * * *" ±2h24m0s: 03-29 02:30+0330 03-30 02:30+0330 03-31 02:30+0330`,
		`cron b.gov "0 * * * *" ±6m0s: 03-28 20:00+0000 03-28 21:00+0000 03-29 20:00+0000`,
		`cron c.gov "30 2 * * *" ±2h21m0s: 03-29 03:00+0200 03-30 02:30+0200 03-31 02:30+0200`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

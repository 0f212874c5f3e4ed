// Package tour is the guided run behind `policywatch demo`: fictional government
// sites on loopback, a scan, a round of edits, a second scan, and an account of
// what was told and why. It uses the program as any user would, through a
// configuration file, and leaves everything in one folder to look at.
package tour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"policywatch/cmd/internal/demo"
	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// banner is the first line of the configuration that the tour writes. A folder
// is cleared for a new run only when its configuration begins with it.
const banner = "# Written by `policywatch demo`; the folder is cleared when the demo runs again."

// Tour is one run.
type Tour struct {
	Dir     string // where everything lands
	Out     io.Writer
	Options wire.Options
	Seed    int64
}

// Outcome is what the second scan concluded about one agency.
type Outcome struct {
	Agency demo.Agency
	Result monitor.Result
	Told   []record.Alert
}

// Run makes the tour and returns what was concluded, in the order of the
// agencies.
func (t *Tour) Run(ctx context.Context) ([]Outcome, error) {
	if err := prepare(t.Dir); err != nil {
		return nil, err
	}
	world, err := demo.Start(ctx, t.Seed)
	if err != nil {
		return nil, fmt.Errorf("start the demo's sites: %w", err)
	}
	defer world.Close()
	world.SetClock(time.Now)
	inbox, err := listen(ctx, filepath.Join(t.Dir, "webhooks"))
	if err != nil {
		return nil, err
	}
	defer inbox.close()
	t.Options.ConfigPath = filepath.Join(t.Dir, "policywatch.yaml")
	t.Options.DB = ""
	if err := os.WriteFile(t.Options.ConfigPath, []byte(config(world.Agencies(), inbox)), 0o644); err != nil {
		return nil, err
	}
	app, err := wire.Open(ctx, t.Options, false)
	if err != nil {
		return nil, err
	}
	defer app.Close()

	fmt.Fprintf(t.Out, "%d fictional agencies answer on loopback. Everything lands in %s\n\nFirst scan: find each statement, read it, keep it.\n\n", len(world.Agencies()), t.Dir)
	first, err := t.scan(ctx, app)
	if err != nil {
		return nil, err
	}
	t.baseline(world.Agencies(), first)

	world.Advance(1)
	fmt.Fprint(t.Out, "\nThe agencies edit their sites. Second scan: what changed, and does it matter?\n\n")
	second, err := t.scan(ctx, app)
	if err != nil {
		return nil, err
	}
	if _, err := app.Dispatcher.Drain(ctx); err != nil {
		return nil, fmt.Errorf("deliver alerts: %w", err)
	}
	told, err := app.Store.Alerts(ctx, record.AlertFilter{})
	if err != nil {
		return nil, err
	}
	out := outcomes(world.Agencies(), second, told)
	t.account(out)
	return out, t.listing(out, inbox)
}

func (t *Tour) scan(ctx context.Context, app *wire.App) (map[string]monitor.Result, error) {
	got := map[string]monitor.Result{}
	sum, err := app.Monitor.Scan(ctx, app.Sites(), app.Concurrency(), func(r monitor.Result) { got[r.Site] = r })
	if err != nil {
		return nil, err
	}
	return got, app.ScanFinished(ctx, sum)
}

func outcomes(agencies []demo.Agency, results map[string]monitor.Result, told []record.Alert) []Outcome {
	out := make([]Outcome, len(agencies))
	for i, a := range agencies {
		out[i] = Outcome{Agency: a, Result: results[a.Host]}
		for _, al := range told {
			if al.Event.Site == a.Host {
				out[i].Told = append(out[i].Told, al)
			}
		}
	}
	return out
}

// baseline prints the table of the first scan.
func (t *Tour) baseline(agencies []demo.Agency, results map[string]monitor.Result) {
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	for _, a := range agencies {
		r := results[a.Host]
		fmt.Fprintf(w, "  %s\t%s\t%s\t%d topics\t%s\n", a.Slug, r.State, r.Lang, len(r.Topics), strings.TrimPrefix(r.URL, "http://"))
	}
	w.Flush()
}

// account prints what happened to each agency, what was concluded, and whether
// anybody was told.
func (t *Tour) account(out []Outcome) {
	for _, o := range out {
		said := string(o.Result.State)
		if o.Result.Change != nil {
			said = fmt.Sprintf("%s (%s)", o.Result.Change.Class, o.Result.Change.Severity)
		} else if o.Result.Fault != "" {
			said += " " + string(o.Result.Fault)
		}
		fmt.Fprintf(t.Out, "  %s\n    happened  %s\n    judged    %s: %s\n", o.Agency.Slug, o.Agency.Story, said, isolate(o.Result.Reason))
		if len(o.Told) == 0 {
			fmt.Fprint(t.Out, "    told      nobody\n")
		}
		for _, a := range o.Told {
			fmt.Fprintf(t.Out, "    told      %s: %s (%s)\n", a.Channel, a.Event.Type, a.State)
		}
	}
}

// listing names the files that arrived and the commands that lead on.
func (t *Tour) listing(out []Outcome, inbox *inbox) error {
	mails, err := filepath.Glob(filepath.Join(t.Dir, "mail", "*.eml"))
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "\n%d messages in %s, %d webhooks received (signatures checked) in %s\n", len(mails), filepath.Join(t.Dir, "mail"),
		inbox.count(), filepath.Join(t.Dir, "webhooks"))
	i := slices.IndexFunc(out, func(o Outcome) bool { return len(o.Told) > 0 && o.Result.Version > 1 })
	if i < 0 {
		return nil
	}
	host := out[i].Agency.Host
	fmt.Fprintf(t.Out, "\nLook further (the sites are gone, the archive stays):\n")
	for _, line := range []string{"sites", "history " + host, "compare " + host + "@1 " + host + "@2", "check " + host, "verify"} {
		fmt.Fprintf(t.Out, "  policywatch --config %s %s\n", t.Options.ConfigPath, line)
	}
	return nil
}

// prepare makes the folder, and clears one that an earlier tour made. Any other
// folder with something in it is left alone.
func prepare(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return &wire.UsageError{Err: fmt.Errorf("read the demo's folder: %w", err)}
	case len(entries) > 0:
		b, _ := os.ReadFile(filepath.Join(dir, "policywatch.yaml"))
		if !strings.HasPrefix(string(b), banner) {
			return &wire.UsageError{Err: fmt.Errorf("%s is not empty and was not made by the demo; name another folder with --dir", dir)}
		}
		for _, name := range []string{"policywatch.yaml", "policywatch.db", "mail", "webhooks"} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("clear the demo's folder: %w", err)
			}
		}
	}
	for _, name := range []string{"mail", "webhooks"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return fmt.Errorf("make the demo's folder: %w", err)
		}
	}
	return nil
}

// config writes the file that a user with these sites would write.
func config(agencies []demo.Agency, in *inbox) string {
	var b strings.Builder
	fmt.Fprintf(&b, `%s
store: {path: policywatch.db}
crawl:
  contact: mailto:demo@policywatch.example
  per_host_interval: 0s               # the sites are our own
  confirm_after: 0s                   # a loss counts when the next visit sees it again
  scheme: http
  browser: "off"
  allow_addresses: [127.0.0.0/8]
sites:
`, banner)
	for _, a := range agencies {
		fmt.Fprintf(&b, "  - {domain: %q, name: %q, profile: %s}\n", a.Host, a.Name, a.Profile)
	}
	fmt.Fprintf(&b, `notify:
  channels:
    - {name: mail, kind: file, path: mail}
    - {name: hook, kind: webhook, url: %q, secret: %q}
  routes:
    - {channels: [mail, hook]}
`, in.url(), in.secret)
	return b.String()
}

func isolate(s string) string { return "\u2068" + s + "\u2069" }

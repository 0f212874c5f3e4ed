package web_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"policywatch/notify/web"
	"policywatch/store/record"
)

func running() web.Running {
	return web.Running{Since: now.Add(-time.Hour), Visits: map[record.VisitState]int{record.VisitNew: 2, record.VisitUnchanged: 40},
		Faults: map[record.FaultKind]int{record.FaultDNS: 3, record.FaultTimeout: 0}, Unkept: 1,
		Took: web.Histogram{Bounds: []float64{0.1, 1}, Counts: []int{5, 30, 7}, Sum: 61.5}, Due: 4, Overdue: 2, Busy: 1, Longest: 90 * time.Second}
}

var sampleLine = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="(?:[^"\\]|\\.)*"(?:,[a-z]+="(?:[^"\\]|\\.)*")*\})? (\S+)$`)

// scrape reads metrics as strictly as the format is written: names with a type
// before them, all samples of a name together, none twice.
func scrape(t *testing.T, text string) map[string]float64 {
	t.Helper()
	out, kinds, last := map[string]float64{}, map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if words := strings.SplitN(line, " ", 4); words[0] == "#" {
			if words[1] == "TYPE" {
				if kinds[words[2]] != "" {
					t.Errorf("%s comes twice", words[2])
				}
				kinds[words[2]], last = words[3], words[2]
			}
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not a sample: %q", line)
			continue
		}
		name := m[1]
		if kinds[last] == "histogram" {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if _, twice := out[m[1]+m[2]]; err != nil || name != last || twice || math.IsNaN(v) {
			t.Errorf("out of place: %q after %s (%v)", line, last, err)
		}
		if strings.HasSuffix(name, "_total") != (kinds[last] == "counter") {
			t.Errorf("%s is a %s", name, kinds[last])
		}
		out[m[1]+m[2]] = v
	}
	return out
}

func TestMetrics(t *testing.T) {
	a := office()
	h := dashboard(t, a, func(o *web.Options) { o.Running = running; o.Version = "1.0\"\\\n" })
	w := ask(h, "GET", "/metrics")
	if ct := w.Header().Get("Content-Type"); w.Code != 200 || ct != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatalf("%d %s", w.Code, ct)
	}
	got := scrape(t, w.Body.String())
	for name, want := range map[string]float64{
		`policywatch_sites{state="ok"}`: 2, `policywatch_sites{state="failing"}`: 1, `policywatch_sites{state="degraded"}`: 0,
		"policywatch_sites_pending": 1, "policywatch_sites_unread": 1, "policywatch_sites_late": 1, "policywatch_versions": 3,
		"policywatch_last_success_age_seconds": 3600, "policywatch_archive_bytes": 5 << 20,
		"policywatch_last_success_timestamp_seconds":  float64(now.Add(-time.Hour).Unix()),
		`policywatch_outbox_alerts{state="given_up"}`: 1, `policywatch_outbox_alerts{state="waiting"}`: 0, `policywatch_outbox_alerts{state="sent"}`: 119,
		`policywatch_visits_total{state="unchanged"}`: 40, `policywatch_visit_faults_total{fault="dns"}`: 3, `policywatch_visit_faults_total{fault="timeout"}`: 0,
		"policywatch_visits_unkept_total": 1, "policywatch_visit_longest_seconds": 90, "policywatch_archive_trouble_seconds": 0, "policywatch_config_current": 1,
		`policywatch_visit_duration_seconds_bucket{le="0.1"}`: 5, `policywatch_visit_duration_seconds_bucket{le="1"}`: 35,
		`policywatch_visit_duration_seconds_bucket{le="+Inf"}`: 42, "policywatch_visit_duration_seconds_sum": 61.5, "policywatch_visit_duration_seconds_count": 42,
		`policywatch_queue_sites{state="due"}`: 4, `policywatch_queue_sites{state="overdue"}`: 2, `policywatch_queue_sites{state="running"}`: 1,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	if _, ok := got["policywatch_outbox_oldest_timestamp_seconds"]; ok {
		t.Error("nothing waits, and yet something has waited since then")
	}
	// Where no daemon runs, nothing is said about one.
	for name, f := range map[string]func() web.Running{"none": nil, "not yet": func() web.Running { return web.Running{} }} {
		if s := ask(dashboard(t, a, func(o *web.Options) { o.Running = f }), "GET", "/metrics").Body.String(); strings.Contains(s, "visits_total") || !strings.Contains(s, "policywatch_sites{") {
			t.Errorf("%s: %s", name, s)
		}
	}
	trouble := func(o *web.Options) {
		o.Running = func() web.Running { return web.Running{Since: now, Trouble: now.Add(-time.Minute), Stale: true} }
	}
	if got := scrape(t, ask(dashboard(t, a, trouble), "GET", "/metrics").Body.String()); got["policywatch_archive_trouble_seconds"] != 60 || got["policywatch_config_current"] != 0 {
		t.Errorf("in trouble: %v", got)
	}
	// The name and password are asked for here, too.
	locked := dashboard(t, a, func(o *web.Options) { o.User, o.Password = "office", "long" })
	if w := ask(locked, "GET", "/metrics"); w.Code != 401 {
		t.Errorf("without a password: %d", w.Code)
	}
}

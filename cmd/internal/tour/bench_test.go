package tour_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/cmd/internal/demo"
	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
)

// BenchmarkUnchangedVisit is what a monitor does nearly all the time: fetch a
// page whose noise differs and find that its statement does not. One operation
// is a visit to every agency; ns/visit is the figure to watch.
func BenchmarkUnchangedVisit(b *testing.B) {
	world, err := demo.Start(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	dir := b.TempDir()
	var sites strings.Builder
	for _, a := range world.Agencies() {
		sites.WriteString("  - {domain: \"" + a.Host + "\"}\n")
	}
	cfg := filepath.Join(dir, "policywatch.yaml")
	text := "crawl: {per_host_interval: 0s, robots: false, scheme: http, allow_addresses: [127.0.0.0/8]}\nsites:\n" + sites.String()
	if err := os.WriteFile(cfg, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	app, err := wire.Open(b.Context(), wire.Options{ConfigPath: cfg, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)}, false)
	if err != nil {
		b.Fatal(err)
	}
	defer app.Close()
	scan := func() {
		if _, err := app.Monitor.Scan(b.Context(), app.Sites(), 8, func(monitor.Result) {}); err != nil {
			b.Fatal(err)
		}
	}
	scan()
	b.ReportAllocs()
	for b.Loop() {
		scan()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(app.Sites())), "ns/visit")
}

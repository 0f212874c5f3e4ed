package configs_test

import (
	"strings"
	"testing"
	"time"

	"policywatch/configs"
)

func TestAges(t *testing.T) {
	now := time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"90d": "2027-12-01", "18mo": "2026-08-29", "2y": "2026-03-01"} {
		cfg, err := configs.Parse("c.yaml", []byte("store: {keep_bodies: "+text+"}\n"), env(nil))
		if err != nil {
			t.Fatal(err)
		}
		at, ok := cfg.Store.KeepBodies.Before(now)
		if !ok || at.Format("2006-01-02") != want || cfg.Store.KeepBodies.String() != text {
			t.Errorf("%s before %s: %s, %v, written %q", text, now, at, ok, cfg.Store.KeepBodies)
		}
	}
	if at, ok := configs.Default().Store.KeepBodies.Before(now); ok {
		t.Errorf("without a limit: %s", at)
	}
	for _, bad := range []string{"2", "0d", "-1y", "2 years", "1h", "10000y"} {
		_, err := configs.Parse("c.yaml", []byte("store:\n  keep_bodies: "+bad+"\n"), env(nil))
		if err == nil || !strings.Contains(err.Error(), "c.yaml:2:") || !strings.Contains(err.Error(), "90d, 18mo or 2y") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

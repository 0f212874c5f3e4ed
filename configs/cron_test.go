package configs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/configs"
)

func cronOf(t interface{ Fatal(...any) }, text string) configs.Cron {
	var c configs.Cron
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// S6: a clock that is put forward or back neither loses a turn nor makes two of one.
func TestCronWhereClocksAreSet(t *testing.T) {
	for _, c := range []struct{ name, cron, zone, after, want string }{
		{"an ordinary day", "30 2 * * *", "Asia/Tehran", "2026-03-29T12:00:00+03:30", "2026-03-30T02:30:00+03:30 2026-03-31T02:30:00+03:30"},
		{"in the gap it comes once, when the gap is over", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00 2026-03-30T02:30:00+02:00"},
		{"several in the gap come once", "0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00 2026-03-30T02:00:00+02:00"},
		{"in the overlap it comes the first time", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00 2026-10-26T02:30:00+01:00"},
		{"asked within the overlap it is over", "30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", "2026-10-26T02:30:00+01:00"},
		{"asked before the clock is put back", "10 2 * * *", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-26T02:10:00+01:00"},
		{"every hour goes on through the gap", "15 * * * *", "Europe/Berlin", "2026-03-29T01:00:00+01:00", "2026-03-29T01:15:00+01:00 2026-03-29T03:15:00+02:00"},
		{"every hour goes on through the overlap", "15 * * * *", "Europe/Berlin", "2026-10-25T02:00:00+02:00", "2026-10-25T02:15:00+02:00 2026-10-25T02:15:00+01:00 2026-10-25T03:15:00+01:00"},
		{"a midnight that does not exist", "@daily", "Asia/Beirut", "2026-03-28T12:00:00+02:00", "2026-03-29T01:00:00+03:00 2026-03-30T00:00:00+03:00"},
		{"half an hour", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", "2026-04-05T01:45:00+11:00 2026-04-06T01:45:00+10:30"},
		{"half an hour forward", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00 2026-10-05T02:15:00+11:00"},
		{"a day that was left out", "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00 2011-12-31T09:00:00+14:00"},
		{"days of the month or of the week", "0 0 13 * 5", "UTC", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z 2026-02-13T00:00:00Z"},
		{"the 29th of February", "0 0 29 2 *", "UTC", "2026-11-22T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"a word", "@weekly", "Asia/Riyadh", "2026-11-22T00:00:00+03:00", "2026-11-29T00:00:00+03:00"},
		{"names and steps", "*/20 8-9 * jan-mar sat", "UTC", "2026-11-22T00:00:00Z", "2027-01-02T08:00:00Z 2027-01-02T08:20:00Z 2027-01-02T08:40:00Z 2027-01-02T09:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			turns := cronOf(t, c.cron).In(zoneOf(t, c.zone))
			at, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range strings.Fields(c.want) {
				want, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				next := turns.Next(at)
				if !next.Equal(want) {
					t.Fatalf("after %s comes %s, not %s", at, next.In(want.Location()), want)
				}
				at = next
			}
		})
	}
}

// Against a reckoning that looks at every minute: each time that the clock shows is
// one turn, the skipped ones together are one.
func TestCronAgainstEveryMinute(t *testing.T) {
	zones := map[string][]time.Time{
		"Europe/Berlin":       {time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)},
		"America/New_York":    {time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)},
		"Australia/Lord_Howe": {time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC)},
		"Asia/Tehran":         {time.Date(2022, 3, 21, 20, 30, 0, 0, time.UTC), time.Date(2022, 9, 21, 19, 30, 0, 0, time.UTC)},
	}
	names := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		minute, hour := rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 4).Draw(t, "hour")
		zone, set := zoneOf(t, name), rapid.SampledFrom(zones[name]).Draw(t, "set")
		turns := cronOf(t, fmt.Sprintf("%d %d * * *", minute, hour)).In(zone)
		after := set.Add(time.Duration(rapid.IntRange(-30*60, 30*60).Draw(t, "after")) * time.Minute)
		shows := func(at time.Time) (int, string) {
			l := at.In(zone)
			return l.Hour()*60 + l.Minute(), l.Format(time.DateOnly)
		}
		// Turns of three days by looking, from well before.
		var want time.Time
		shown := map[string]bool{}
		for at := set.Add(-60 * time.Hour); want.IsZero(); at = at.Add(time.Minute) {
			clock, day := shows(at)
			before, dayBefore := shows(at.Add(-time.Minute))
			reached := clock == hour*60+minute || day == dayBefore && before < hour*60+minute && clock > hour*60+minute ||
				day != dayBefore && clock > hour*60+minute
			if reached && !shown[day] {
				shown[day] = true
				if at.After(after) {
					want = at
				}
			}
		}
		if got := turns.Next(after); !got.Equal(want) {
			t.Fatalf("%d %d in %s after %s: %s, and by looking %s", minute, hour, name, after.In(zone), got.In(zone), want.In(zone))
		}
	})
}

func TestCronRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "it is empty",
		"30 2 * *":              "4 fields instead of 5",
		"0 30 2 * * *":          "6 fields instead of 5",
		"30 24 * * *":           "above maximum (23)",
		"30 2 * * 7":            "above maximum (6)",
		"30 2 0 * *":            "below minimum (1)",
		"30 2 31 feb *":         "never comes",
		"*/90 * * * *":          "larger than the field",
		"*/0 * * * *":           "positive",
		"30, 2 * * *":           `"" means nothing`,
		"*-5 2 * * *":           `"*-5" means nothing`,
		"TZ=Asia/Tehran":        "a key of its own, zone",
		"TZ=UTC 30 2 * * *":     "a key of its own, zone",
		"CRON_TZ=UTC 0 2 * * *": "a key of its own, zone",
		"@every 2h":             "a key of its own, every",
		"@reboot":               "unrecognized",
		"half past two":         "3 fields instead of 5",
		"a b c d e":             "failed to parse",
	} {
		var c configs.Cron
		err := c.UnmarshalText([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `write it as "30 2 * * *"`) {
			t.Errorf("%q: %v; it should say %q", text, err, want)
		}
	}
}

// Nothing that a person writes may bring the program down or keep it reckoning.
func FuzzCron(f *testing.F) {
	for _, s := range []string{"30 2 * * *", "@daily", "TZ=", "*/5,1-9/2 0 31 12 sun", "0 0 29 2 *"} {
		f.Add(s)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c configs.Cron
		if c.UnmarshalText([]byte(text)) != nil {
			return
		}
		at := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)
		for range 5 {
			next := c.In(berlin).Next(at)
			if !next.After(at) {
				t.Fatalf("%q: %s comes after %s", text, next, at)
			}
			at = next
		}
		var again configs.Cron
		written, _ := c.MarshalText()
		if err := again.UnmarshalText(written); err != nil || again.String() != c.String() {
			t.Fatalf("%q is written as %q: %v", text, written, err)
		}
	})
}

func TestCronAndEveryExcludeEachOther(t *testing.T) {
	cfg, err := configs.Parse("c.yaml", []byte("schedule: {cron: '30 2 * * *'}\nsites:\n  - {domain: a.gov.ir, every: 6h}\n"), env(nil))
	if err != nil || cfg.Schedule.Every != 0 || cfg.Schedule.Cron.String() != "30 2 * * *" {
		t.Errorf("cron alone: %+v, %v", cfg.Schedule, err)
	}
	for _, text := range []string{
		"schedule: {every: 12h, cron: '@daily'}\n", // also where it says the default
		"sites:\n  - {domain: a.gov.ir, every: 6h, cron: '@daily'}\n",
	} {
		if _, err := configs.Parse("c.yaml", []byte(text), env(nil)); err == nil || !strings.Contains(err.Error(), "cron: stands beside every; write one of them") {
			t.Errorf("%s%v", text, err)
		}
	}
}

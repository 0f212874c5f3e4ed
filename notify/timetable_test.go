package notify_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"policywatch/notify"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDigestHours(t *testing.T) {
	tehran, berlin, kathmandu := zone(t, "Asia/Tehran"), zone(t, "Europe/Berlin"), zone(t, "Asia/Kathmandu")
	for _, c := range []struct {
		name     string
		d        notify.Digest
		now, out string
	}{
		{"hourly", notify.Digest{Every: notify.Hourly}, "2026-11-21T09:30:00Z", "2026-11-21T10:00:00Z"},
		{"hourly, on the hour", notify.Digest{Every: notify.Hourly}, "2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"},
		{"hourly, before midnight", notify.Digest{Every: notify.Hourly}, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
		{"hourly, by the wall", notify.Digest{Every: notify.Hourly, Zone: kathmandu}, "2026-11-21T09:30:00Z", "2026-11-21T10:15:00Z"},
		{"daily, today", notify.Digest{Every: notify.Daily, At: 8 * time.Hour, Zone: tehran}, "2026-11-21T04:29:59Z", "2026-11-21T04:30:00Z"},
		{"daily, tomorrow", notify.Digest{Every: notify.Daily, At: 8 * time.Hour, Zone: tehran}, "2026-11-21T04:30:00Z", "2026-11-22T04:30:00Z"},
		// Summer time ends on 25 October: 08:00 is an hour later by the world's clock.
		{"daily, over the change", notify.Digest{Every: notify.Daily, At: 8 * time.Hour, Zone: berlin}, "2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z"},
		{"an hour that is there twice", notify.Digest{Every: notify.Daily, At: 150 * time.Minute, Zone: berlin}, "2026-10-24T12:00:00Z", "2026-10-25T01:30:00Z"},
		{"an hour that is there twice makes one digest", notify.Digest{Every: notify.Daily, At: 150 * time.Minute, Zone: berlin}, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"and none after it", notify.Digest{Every: notify.Daily, At: 150 * time.Minute, Zone: berlin}, "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
		{"an hour that is skipped", notify.Digest{Every: notify.Daily, At: 150 * time.Minute, Zone: berlin}, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"},
		// In Santiago the clocks go from Saturday, midnight, to Sunday, one o'clock.
		{"weekly, an hour that is skipped", notify.Digest{Every: notify.Weekly, At: 30 * time.Minute, Weekday: time.Sunday, Zone: zone(t, "America/Santiago")}, "2026-09-03T12:00:00Z", "2026-09-06T04:30:00Z"},
		{"weekly", notify.Digest{Every: notify.Weekly, At: 8 * time.Hour, Weekday: time.Saturday, Zone: tehran}, "2026-11-21T04:30:00Z", "2026-11-28T04:30:00Z"},
		{"weekly, later today", notify.Digest{Every: notify.Weekly, At: 8 * time.Hour, Weekday: time.Saturday, Zone: tehran}, "2026-11-20T22:00:00Z", "2026-11-21T04:30:00Z"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		want, _ := time.Parse(time.RFC3339, c.out)
		if got := c.d.After(now); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", c.name, got.UTC(), want)
		}
	}
}

func TestQuietHours(t *testing.T) {
	tehran := zone(t, "Asia/Tehran")
	night := notify.Quiet{From: 22 * time.Hour, To: 7 * time.Hour, Zone: tehran}
	friday := notify.Quiet{From: 22 * time.Hour, To: 7 * time.Hour, Days: []time.Weekday{time.Friday}, Zone: tehran}
	lunch := notify.Quiet{From: 12 * time.Hour, To: 13 * time.Hour, Zone: tehran}
	for _, c := range []struct {
		name     string
		q        notify.Quiet
		now, out string
	}{
		{"none", notify.Quiet{}, "2026-11-21T03:00:00+03:30", ""},
		{"evening", night, "2026-11-21T22:00:00+03:30", "2026-11-22T07:00:00+03:30"},
		{"early", night, "2026-11-22T06:59:59+03:30", "2026-11-22T07:00:00+03:30"},
		{"over", night, "2026-11-22T07:00:00+03:30", ""},
		{"noon", lunch, "2026-11-22T12:30:00+03:30", "2026-11-22T13:00:00+03:30"},
		{"not noon elsewhere", lunch, "2026-11-22T12:30:00Z", ""},
		// The next day begins at one o'clock.
		{"a day before the clocks go forward", notify.Quiet{Days: []time.Weekday{time.Saturday}, Zone: zone(t, "America/Santiago")}, "2026-09-05T23:30:00-04:00", "2026-09-06T01:00:00-03:00"},
		// Thursday's night, Friday and Friday's night in a row.
		{"a day of rest", friday, "2026-11-19T23:00:00+03:30", "2026-11-21T07:00:00+03:30"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		want := now
		if c.out != "" {
			want, _ = time.Parse(time.RFC3339, c.out)
		}
		if got := c.q.Until(now, "major"); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// In any zone and at any change of the clocks: a digest lies ahead, within its
// period and an hour, and the end of quiet is not quiet and never lies behind.
func TestTimetablesGoForward(t *testing.T) {
	zones := []string{"UTC", "Asia/Tehran", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/Santiago", "America/Havana", "Africa/Cairo"}
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		now := time.Unix(rapid.Int64Range(1.3e9, 2e9).Draw(t, "now"), 0)
		clock := func(what string) time.Duration {
			return time.Duration(rapid.IntRange(0, 1439).Draw(t, what)) * time.Minute
		}
		for every, most := range map[notify.Period]time.Duration{notify.Hourly: time.Hour, notify.Daily: 24 * time.Hour, notify.Weekly: 7 * 24 * time.Hour} {
			d := notify.Digest{Every: every, At: clock("at"), Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), Zone: z}
			if zone := z.String(); zone == "Pacific/Apia" && every != notify.Hourly {
				most *= 2 // a day was left out of its calendar
			}
			if got := d.After(now); !got.After(now) || got.Sub(now) > most+time.Hour {
				t.Fatalf("%s after %s: %s", every, now.In(z), got)
			}
		}
		q := notify.Quiet{From: clock("from"), To: clock("to"), Days: rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(i int) time.Weekday { return time.Weekday(i) }), 0, 6, rapid.ID).Draw(t, "days"), Zone: z}
		end := q.Until(now, "minor")
		if end.Before(now) {
			t.Fatalf("the quiet at %s ended at %s", now.In(z), end)
		}
		if again := q.Until(end, "minor"); !again.Equal(end) {
			t.Fatalf("the quiet at %s ends at %s, where it is quiet until %s", now.In(z), end, again)
		}
	})
}

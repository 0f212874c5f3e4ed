package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/notify"
	"policywatch/store/record"
)

func channels(alerts []record.Alert) string {
	var names []string
	for _, a := range alerts {
		names = append(names, a.Channel)
	}
	return strings.Join(names, " ")
}

func TestRoutes(t *testing.T) {
	changed := func(s record.Severity, labels ...string) record.Event {
		return record.Event{Type: record.EventChanged, Site: "a.example", At: start, From: 1, To: 2, Severity: s, Labels: labels,
			Change: &record.Change{Severity: s}}
	}
	event := func(t record.EventType) record.Event { return record.Event{Type: t, Site: "a.example", At: start} }
	for _, c := range []struct {
		name   string
		routes []notify.Route
		event  record.Event
		want   string
	}{
		{"no routes", nil, changed("critical"), ""},
		{"everything", []notify.Route{{Channels: []string{"a", "b"}}}, changed("minor"), "a b"},
		{"everything includes failing sites", []notify.Route{{Channels: []string{"a"}}}, event(record.EventFailing), "a"},
		{"a scan only where named", []notify.Route{{Channels: []string{"a"}}}, event(record.EventScanFinished), ""},
		{"a scan, named", []notify.Route{{Channels: []string{"a"}, Events: []record.EventType{record.EventScanFinished}}}, event(record.EventScanFinished), "a"},
		{"a test is told by nobody's route", []notify.Route{{Channels: []string{"a"}}, {Channels: []string{"b"}, Events: []record.EventType{record.EventTest}}}, event(record.EventTest), ""},
		{"below the floor", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}}, changed("minor"), ""},
		{"at the floor", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}}, changed("major"), "a"},
		{"above the floor", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}}, changed("critical"), "a"},
		{"unknown severity", []notify.Route{{Channels: []string{"a"}, MinSeverity: "info"}}, changed("grave"), ""},
		{"a floor keeps failing sites out", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}}, event(record.EventFailing), ""},
		{"unless they are named", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major", Events: []record.EventType{record.EventFailing}}},
			event(record.EventFailing), "a"},
		{"a gone statement is held against the floor", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}},
			record.Event{Type: record.EventGone, Severity: "critical"}, "a"},
		{"other events", []notify.Route{{Channels: []string{"a"}, Events: []record.EventType{record.EventFailing}}}, changed("critical"), ""},
		{"label", []notify.Route{{Channels: []string{"a"}, Labels: []string{"ministry", "city"}}}, changed("minor", "north", "city"), "a"},
		{"other label", []notify.Route{{Channels: []string{"a"}, Labels: []string{"ministry"}}}, changed("minor", "city"), ""},
		{"no label", []notify.Route{{Channels: []string{"a"}, Labels: []string{"ministry"}}}, changed("minor"), ""},
		{"told once by two routes", []notify.Route{{Channels: []string{"a"}}, {Channels: []string{"b", "a"}, MinSeverity: "major"}}, changed("major"), "a b"},
		{"site", []notify.Route{{Channels: []string{"a"}, Sites: []string{"b.example", "*.example"}}}, changed("minor"), "a"},
		{"other site", []notify.Route{{Channels: []string{"a"}, Sites: []string{"*.gov.example"}}}, changed("minor"), ""},
		{"a scan is of no site", []notify.Route{{Channels: []string{"a"}, Sites: []string{"*"}, Events: []record.EventType{record.EventScanFinished}}},
			record.Event{Type: record.EventScanFinished}, ""},
		{"profile", []notify.Route{{Channels: []string{"a"}, Profiles: []string{"ir-gov"}}}, record.Event{Type: record.EventGone, Profile: "ir-gov"}, "a"},
		{"other profile", []notify.Route{{Channels: []string{"a"}, Profiles: []string{"ir-gov"}}}, record.Event{Type: record.EventGone, Profile: "core"}, ""},
		{"all conditions must hold", []notify.Route{{Channels: []string{"a"}, Sites: []string{"a.*"}, Labels: []string{"city"}}}, changed("minor"), ""},
		{"a floor keeps an outage out", []notify.Route{{Channels: []string{"a"}, MinSeverity: "minor"}}, event(record.EventOutage), ""},
		{"an outage, named", []notify.Route{{Channels: []string{"a"}, Events: []record.EventType{record.EventOutage}}}, event(record.EventOutage), "a"},
		{"a digest is told by nobody's route", []notify.Route{{Channels: []string{"a"}}}, event(record.EventDigest), ""},
		{"severity of the change alone", []notify.Route{{Channels: []string{"a"}, MinSeverity: "major"}},
			record.Event{Type: record.EventChanged, Change: &record.Change{Severity: "major"}}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alerts := notify.NewRouter(c.routes).Alerts(c.event)
			if got := channels(alerts); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
			for _, a := range alerts {
				if a.State != record.AlertWaiting || !a.Next.Equal(c.event.At) || a.Reason == "" || a.ID == "" {
					t.Errorf("alert %+v is not ready for the outbox", a)
				}
			}
		})
	}
}

// Every alert says why it came: by which routes, and by what in them.
func TestWhy(t *testing.T) {
	r := notify.NewRouter([]notify.Route{
		{Name: "law", Channels: []string{"office", "office"}, MinSeverity: "major", Labels: []string{"x", "ministry"}},
		{Channels: []string{"office", "hook"}, Events: []record.EventType{record.EventChanged}, Sites: []string{"*.gov.example"}, Profiles: []string{"ir-gov"}},
		{Channels: []string{"hook"}},
	})
	alerts := r.Alerts(record.Event{Type: record.EventChanged, Site: "a.gov.example", At: start, Severity: "critical", Labels: []string{"ministry"}, Profile: "ir-gov"})
	var got []string
	for _, a := range alerts {
		for _, c := range a.Why {
			got = append(got, a.Channel+" "+c.String())
		}
	}
	want := []string{
		"office route law: severity major or more, label ministry",
		"office route 2: names statement.changed, sites *.gov.example, profile ir-gov",
		"hook route 2: names statement.changed, sites *.gov.example, profile ir-gov",
		"hook route 3: tells everything",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Of several routes to one channel the one that tells soonest decides when.
func TestPlan(t *testing.T) {
	night := notify.Quiet{From: 22 * time.Hour, To: 7 * time.Hour}
	daily := notify.Digest{Every: notify.Daily, At: 8 * time.Hour}
	hourly := notify.Digest{Every: notify.Hourly}
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 21, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct {
		name     string
		routes   []notify.Route
		channel  notify.Quiet
		severity record.Severity
		happened time.Time
		now      time.Time
		want     time.Time
		digest   bool
	}{
		{"at once", []notify.Route{{}}, notify.Quiet{}, "minor", at(9, 30), at(9, 30), at(9, 30), false},
		{"no route any more", nil, notify.Quiet{}, "minor", at(9, 30), at(10, 30), at(10, 30), false},
		{"daily", []notify.Route{{Digest: daily}}, notify.Quiet{}, "minor", at(9, 30), at(9, 30), at(8, 0).AddDate(0, 0, 1), true},
		{"daily, its hour is over", []notify.Route{{Digest: daily}}, notify.Quiet{}, "minor", at(7, 30), at(9, 30), at(9, 30), true},
		{"the sooner digest", []notify.Route{{Digest: daily}, {Digest: hourly}}, notify.Quiet{}, "minor", at(9, 30), at(9, 30), at(10, 0), true},
		{"the grave at once, the rest daily", []notify.Route{{Digest: daily}, {MinSeverity: "major"}}, notify.Quiet{}, "critical", at(9, 30), at(9, 30), at(9, 30), false},
		{"both due: by itself", []notify.Route{{Digest: daily}, {}}, notify.Quiet{}, "minor", at(7, 30), at(9, 30), at(9, 30), false},
		{"quiet route", []notify.Route{{Quiet: night}}, notify.Quiet{}, "minor", at(23, 0), at(23, 0), at(7, 0).AddDate(0, 0, 1), false},
		{"quiet channel", []notify.Route{{}}, night, "critical", at(6, 59), at(6, 59), at(7, 0), false},
		{"critical passes", []notify.Route{{}}, notify.Quiet{From: night.From, To: night.To, Pass: "critical"}, "critical", at(6, 59), at(6, 59), at(6, 59), false},
		{"major does not", []notify.Route{{}}, notify.Quiet{From: night.From, To: night.To, Pass: "critical"}, "major", at(6, 59), at(6, 59), at(7, 0), false},
		{"quiet of both", []notify.Route{{Quiet: notify.Quiet{From: 6 * time.Hour, To: 9 * time.Hour}}}, night, "minor", at(5, 0), at(5, 0), at(9, 0), false},
		{"a digest in quiet hours", []notify.Route{{Digest: notify.Digest{Every: notify.Daily, At: 6 * time.Hour}}}, night, "minor", at(5, 0), at(5, 0), at(7, 0), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.routes {
				c.routes[i].Channels = []string{"office"}
			}
			r := notify.NewRouter(c.routes)
			r.Quiet = map[string]notify.Quiet{"office": c.channel}
			ev := record.Event{Type: record.EventChanged, Site: "a.example", At: c.happened, Severity: c.severity}
			p := r.Plan(ev, "office", c.now)
			if !p.At.Equal(c.want) || p.Digest != c.digest || p.Reason == "" || len(p.Told) == 0 {
				t.Errorf("%+v, want %s, digest %t", p, c.want, c.digest)
			}
			if alerts := r.Alerts(ev); c.now.Equal(c.happened) && len(alerts) == 1 && (!alerts[0].Next.Equal(c.want) || alerts[0].Reason != p.Reason) {
				t.Errorf("the alert waits until %s: %s", alerts[0].Next, alerts[0].Reason)
			}
		})
	}
}

// N2, N3, N7: judging the same visit again gives the same rows, so that no run
// tells again what an earlier one told.
func TestIDsFollowFromTheEvent(t *testing.T) {
	base := record.Event{Type: record.EventChanged, Site: "a.example", At: start, From: 1, To: 2,
		Change: &record.Change{Reason: "x", Facts: []record.FactChange{{Before: "1", After: "2"}}}}
	id := func(edit func(*record.Event)) string {
		ev := base
		edit(&ev)
		return notify.AlertID(ev, "office")
	}
	same := id(func(*record.Event) {})
	if later := id(func(e *record.Event) { e.At = start.Add(time.Hour) }); later != same {
		t.Error("the same version told a second time has another ID")
	}
	for name, edit := range map[string]func(*record.Event){
		"site":    func(e *record.Event) { e.Site = "b.example" },
		"version": func(e *record.Event) { e.From, e.To = 2, 3 },
		"type":    func(e *record.Event) { e.Type = record.EventDroppedSection },
		"change":  func(e *record.Event) { e.Change = &record.Change{Reason: "y"} },
	} {
		if id(edit) == same {
			t.Errorf("another %s has the same ID", name)
		}
	}
	if notify.AlertID(base, "hook") == same {
		t.Error("another channel has the same ID")
	}
	gone := func(at time.Time) string {
		return notify.AlertID(record.Event{Type: record.EventGone, Site: "a.example", At: at, To: 2}, "office")
	}
	if gone(start) != gone(start.In(time.FixedZone("Tehran", 12600))) {
		t.Error("the same moment in another zone has another ID")
	}
	if gone(start) == gone(start.Add(24*time.Hour)) {
		t.Error("a statement that goes a second time has the first one's ID: a receiver would drop it")
	}
}

func TestIDsSuitEveryProtocol(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := record.Event{
			Type: record.EventType(rapid.String().Draw(t, "type")), Site: rapid.String().Draw(t, "site"), URL: rapid.String().Draw(t, "url"),
			From: rapid.Int().Draw(t, "from"), To: rapid.Int().Draw(t, "to"),
		}
		id := notify.AlertID(ev, rapid.String().Draw(t, "channel"))
		if len(id) != 35 || strings.Trim(id, "pw_0123456789abcdef") != "" {
			t.Fatalf("ID %q", id)
		}
	})
}

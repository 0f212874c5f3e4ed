package notify_test

import (
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

package tour_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"log/slog"

	"policywatch/cmd/internal/tour"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// The whole route, from websites to messages: each agency's edit is judged as
// its author says a careful reader would judge it.
func TestEveryAgencyIsJudgedAsExpected(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	var said bytes.Buffer
	tr := tour.Tour{Dir: dir, Out: &said, Seed: 7,
		Options: wire.Options{Version: "test", Env: os.LookupEnv, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}}
	out, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(said.String())
	if len(out) < 6 {
		t.Fatalf("only %d agencies", len(out))
	}
	messages := 0
	for _, o := range out {
		t.Run(o.Agency.Slug, func(t *testing.T) {
			want, r := o.Agency.Expect, o.Result
			if string(r.State) != want.State || r.Fault != want.Fault {
				t.Errorf("state %s %s (%s), want %s %s", r.State, r.Fault, r.Reason, want.State, want.Fault)
			}
			var class record.Class = record.ClassNone
			var severity record.Severity = record.SeverityNone
			named := map[record.Topic]bool{}
			if c := r.Change; c != nil {
				class, severity = c.Class, c.Severity
				for _, list := range [][]record.Topic{c.Dropped, c.Added, c.Altered} {
					for _, topic := range list {
						named[topic] = true
					}
				}
			}
			if want.Class != "" && class != want.Class && r.State == record.VisitChanged {
				t.Errorf("class %s (%s), want %s", class, r.Reason, want.Class)
			}
			if want.Severity != "" && !severity.AtLeast(want.Severity) {
				t.Errorf("severity %s, want at least %s", severity, want.Severity)
			}
			for _, topic := range want.Topics {
				if !named[topic] {
					t.Errorf("topic %s is not named: %+v", topic, r.Change)
				}
			}
			var events []string
			for _, a := range o.Told {
				if a.State != record.AlertSent {
					t.Errorf("alert %s to %s is %s: %s", a.Event.Type, a.Channel, a.State, a.Reason)
				}
				events = append(events, string(a.Event.Type))
			}
			if want.Event == "" && len(events) > 0 {
				t.Errorf("told %v, want silence", events)
			}
			if want.Event != "" && fmt.Sprint(events) != fmt.Sprint([]record.EventType{want.Event, want.Event}) {
				t.Errorf("told %v, want %s by mail and by webhook", events, want.Event)
			}
		})
		messages += len(o.Told)
	}
	mails, _ := filepath.Glob(filepath.Join(dir, "mail", "*.eml"))
	hooks, _ := filepath.Glob(filepath.Join(dir, "webhooks", "*.json"))
	if len(mails)+len(hooks) != messages || messages == 0 {
		t.Errorf("%d mails and %d webhooks for %d alerts", len(mails), len(hooks), messages)
	}
}

func TestAFolderOfSomebodyElseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := (&tour.Tour{Dir: dir, Out: &bytes.Buffer{}}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "--dir") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "thesis.txt")); err != nil {
		t.Error(err)
	}
}

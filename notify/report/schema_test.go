package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"policywatch/notify/report"
	"policywatch/store/record"
)

func eventSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := report.EventSchema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("events.json", parsed); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("events.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every body that is sent is as the schema says, and the schema says enough to
// tell a body that is not ours.
func TestBodiesAreAsTheSchemaSays(t *testing.T) {
	s, w := eventSchema(t), writer(t)
	valid := func(b []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	var list []record.Alert
	for name, ev := range events() {
		if ev.Type == "" { // two files compared: never told
			continue
		}
		a := record.Alert{ID: "pw_" + name, Event: ev, Why: []record.Cause{{Route: "1", Floor: "major"}}}
		m, err := w.Write(a, "en")
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(m.JSON); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if ev.Type != record.EventTest {
			list = append(list, a)
		}
	}
	d, err := w.Digest("pw_digest", list, "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(d.JSON); err != nil {
		t.Errorf("digest: %v", err)
	}
	m, err := w.Write(record.Alert{ID: "pw_1", Event: events()["dropped"]}, "en")
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(body, data map[string]any){
		"no type":       func(b, _ map[string]any) { delete(b, "type") },
		"unknown type":  func(b, _ map[string]any) { b["type"] = "statement.vanished" },
		"no site":       func(_, d map[string]any) { delete(d, "site") },
		"no change":     func(_, d map[string]any) { d["change"] = nil },
		"odd severity":  func(_, d map[string]any) { d["severity"] = "grave" },
		"odd topic":     func(_, d map[string]any) { d["change"].(map[string]any)["dropped"] = []any{"weather"} },
		"time as words": func(b, _ map[string]any) { b["timestamp"] = "yesterday" },
	} {
		var body map[string]any
		if err := json.Unmarshal(m.JSON, &body); err != nil {
			t.Fatal(err)
		}
		edit(body, body["data"].(map[string]any))
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if valid(b) == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

func TestSchemaNamesEveryEvent(t *testing.T) {
	raw, err := report.EventSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range append(record.EventTypes(), record.EventTest, record.EventDigest) {
		if !strings.Contains(string(raw), `"`+string(e)+`"`) {
			t.Errorf("the schema does not name %s", e)
		}
	}
}

package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"policywatch/notify/contract"
	"policywatch/store/record"
)

// What is there holds no list that is null, however little is known of it.
func TestListsAreNeverNull(t *testing.T) {
	empty := &record.Document{Sections: []record.Section{{}}}
	for name, v := range map[string]any{
		"site":     contract.NewSite(record.SiteRow{}, ""),
		"document": contract.NewDocument(empty),
		"change":   contract.NewChange(record.Change{}),
		"version":  contract.NewVersion(&record.Version{Document: empty, Change: &record.Change{}}),
		"findings": contract.NewFindings(record.Profile{}, nil),
		"finding":  contract.NewFindings(record.Profile{}, []record.Finding{{}}),
		"alert":    contract.NewAlert(record.Alert{Event: record.Event{Change: &record.Change{}, Findings: []record.Finding{{}}}}),
	} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		said := string(b)
		for _, may := range []string{`"fault":null`, `"pending":null`, `"evidence":null`} { // things, not lists
			said = strings.ReplaceAll(said, may, "")
		}
		if strings.Contains(said, "null") {
			t.Errorf("%s: %s", name, b)
		}
	}
}

// Writing changes nothing of what is written: the same record may be read by
// somebody else at the time.
func TestRecordsAreLeftAlone(t *testing.T) {
	c := record.Change{Edits: []record.Edit{{Op: record.EditReplace, Parts: []record.Part{{Text: "six"}}}}}
	findings := []record.Finding{{ID: "purposes"}}
	written := contract.NewChange(c)
	contract.NewFindings(record.Profile{}, findings)
	contract.NewAlert(record.Alert{Event: record.Event{Change: &c, Findings: findings}})
	if len(c.Edits[0].Parts) != 1 || c.Dropped != nil || findings[0].Topics != nil {
		t.Errorf("%+v %+v", c, findings)
	}
	if len(written.Edits) != 1 || written.Edits[0].Parts != nil {
		t.Errorf("edits are told sentence by sentence: %+v", written.Edits)
	}
}

func TestTimesAreInUTC(t *testing.T) {
	at := time.Date(2026, 1, 31, 2, 0, 0, 0, time.FixedZone("IRST", 3*3600+1800))
	if v := contract.NewVersion(&record.Version{At: at}); v.At != "2026-01-30T22:30:00Z" || v.Change != nil || v.Document != nil {
		t.Errorf("%+v", v)
	}
}

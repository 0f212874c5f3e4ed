package main

import (
	"testing"

	"policywatch/store/record"
)

// What only visits can show is told with what the document shows.
func TestCheckTellsWhatVisitsShowed(t *testing.T) {
	doc := &record.Document{Blocks: []record.Block{{Text: "Privacy"}, {Text: "Last updated: 3 March 2026"}},
		Facts: []record.Fact{{Kind: record.FactUpdated, Value: "2026-03-03", Text: "3 March 2026", Block: 1}}}
	if got := seenByVisits(record.Past{}, doc); len(got) != 0 {
		t.Errorf("without visits: %+v", got)
	}
	got := seenByVisits(record.Past{Absent: []string{"retention", "date.today"}}, doc)
	if len(got) != 1 || got[0].ID != "date.today" || got[0].Evidence.Quote != "Last updated: 3 March 2026" || got[0].Must {
		t.Errorf("%+v", got)
	}
}

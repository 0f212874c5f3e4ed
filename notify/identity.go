package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"policywatch/store/record"
)

// AlertID derives an alert's ID from what happened and whom it is told. A new
// version is known by its numbers and by what changed, not by the time, so that
// a visit judged again tells nothing twice; after a lost archive the numbers
// begin anew, but a different change gives a different ID, which a receiver
// will not take for a repetition. Other events can happen many times to the same
// version and are known by their time.
//
// The ID is of letters, digits and "_" only: it becomes a Message-ID, a
// webhook-id (which must hold no full stop) and a part of file names.
func AlertID(ev record.Event, channel string) string {
	key := []any{ev.Type, ev.Site, channel}
	if aboutStatement(ev.Type) && ev.To > ev.From && ev.Change != nil {
		key = append(key, ev.From, ev.To, ev.Change)
	} else {
		key = append(key, ev.To, ev.URL, ev.OldURL, ev.At.UTC().Format(time.RFC3339Nano))
	}
	b, err := json.Marshal(key)
	if err != nil {
		// Only a value that JSON has no form for could fail, and a change has none:
		// its fields are strings.
		panic(fmt.Sprintf("notify: derive alert ID: %v", err))
	}
	return identity(b)
}

// digestID derives the ID of the message that tells alerts together. It follows
// from the alerts alone, whatever their order.
func digestID(alerts []record.Alert) string {
	ids := make([]string, len(alerts))
	for i, a := range alerts {
		ids[i] = a.ID
	}
	slices.Sort(ids)
	b, err := json.Marshal(ids)
	if err != nil {
		panic(fmt.Sprintf("notify: derive digest ID: %v", err)) // strings have a form in JSON
	}
	return identity(b)
}

func identity(b []byte) string {
	sum := sha256.Sum256(b)
	return "pw_" + hex.EncodeToString(sum[:16])
}

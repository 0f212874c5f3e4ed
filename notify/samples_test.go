package notify_test

import (
	"slices"
	"strings"
	"testing"

	"policywatch/notify"
	"policywatch/store/record"
)

// There is a sample of every event, each can be written in every language, and
// nobody can take it for something that happened. Every sentence is in the reader's
// language, as those of what happens are.
func TestSamples(t *testing.T) {
	var types []record.EventType
	for _, ev := range notify.Samples(start) {
		types = append(types, ev.Type)
		for _, lang := range []string{"en", "fa", "ar"} {
			m, err := writer().Write(record.Alert{ID: "pw_1", Event: ev}, lang)
			if err != nil {
				t.Fatal(err)
			}
			if lang != "en" && strings.Contains(m.HTML, `lang="en"`) {
				t.Errorf("%s in %s holds a sentence in English only:\n%s", ev.Type, lang, m.Text)
			}
			for what, text := range map[string]string{"subject": m.Subject, "text": m.Text, "short": m.Short} {
				if !strings.Contains(text, "TEST") {
					t.Errorf("%s in %s: the %s does not say that it is a test: %s", ev.Type, lang, what, text)
				}
			}
		}
	}
	if want := append([]record.EventType{record.EventTest}, record.EventTypes()...); !slices.Equal(types, want) {
		t.Errorf("samples of %v, want %v", types, want)
	}
}

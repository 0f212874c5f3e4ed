package report

import (
	"strings"
	"time"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// fact writes a fact's value for people; values are stored normalised, dates
// and durations by ISO 8601.
func (v voice) fact(k record.FactKind, value string, limit int) string {
	value = speech.Clean(value)
	switch k {
	case record.FactDate, record.FactUpdated, record.FactEffective:
		if t, err := time.Parse(time.DateOnly, value); err == nil {
			return v.Date(t)
		}
	case record.FactDuration:
		if s, ok := v.Duration(value); ok {
			return s
		}
	case record.FactDataItem:
		return speech.First(v.Phrase("item."+value), clip(strings.ReplaceAll(value, "_", " "), limit))
	}
	return clip(value, limit)
}

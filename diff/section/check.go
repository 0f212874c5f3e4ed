package section

import "policywatch/store/record"

// Check holds a labelled document against a profile: one finding for each
// element, in the profile's order.
func (r *Reader) Check(doc *record.Document, p record.Profile) []record.Finding {
	covers := doc.Covers()
	out := make([]record.Finding, 0, len(p.Elements))
	for _, e := range p.Elements {
		f := record.Finding{ID: e.ID, Title: e.Title["en"], Citation: e.Citation, Must: e.Must, Status: record.StatusAbsent,
			Topics: append(append([]record.Topic{}, e.Any...), e.All...), Reason: "no section covers it"}
		for _, t := range f.Topics {
			if covers[t] {
				f.Status, f.Reason = record.StatusPresent, "a section covers "+string(t)
				break
			}
		}
		if doc.Quality.Verdict != record.VerdictStatement {
			f.Status, f.Reason = record.StatusUnknown, "the page was not read as a statement"
		}
		out = append(out, f)
	}
	return out
}

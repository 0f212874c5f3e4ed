package store

import (
	"time"

	"policywatch/store/record"
)

// 1 type  2 at  3 site  4 name  5 url  6 lang  7 dir  8 from  9 to  10 severity
// 11 change  12 finding...  13 fault  14 old url  15 reason  16 scan  17 label...  18 sentence...
// 19 profile
func encodeEvent(e *encoder, v *record.Event) {
	e.str(1, string(v.Type))
	e.time(2, v.At)
	e.str(3, v.Site)
	e.str(4, v.Name)
	e.str(5, v.URL)
	e.str(6, v.Lang)
	e.str(7, v.Dir)
	e.int(8, int64(v.From))
	e.int(9, int64(v.To))
	e.str(10, string(v.Severity))
	if v.Change != nil {
		e.message(11, func(e *encoder) { encodeChange(e, v.Change) })
	}
	encodeFindings(e, 12, v.Findings)
	if v.Fault != nil {
		e.message(13, func(e *encoder) { encodeFault(e, v.Fault) })
	}
	e.str(14, v.OldURL)
	e.str(15, v.Reason)
	if v.Scan != nil {
		e.message(16, func(e *encoder) { encodeScan(e, v.Scan) })
	}
	encodeStrings(e, 17, v.Labels)
	encodeSentences(e, 18, v.Told)
	e.str(19, v.Profile)
}

func decodeEvent(d *decoder) (v record.Event) {
	for d.next() {
		switch d.num {
		case 1:
			v.Type = record.EventType(d.str())
		case 2:
			v.At = d.time()
		case 3:
			v.Site = d.str()
		case 4:
			v.Name = d.str()
		case 5:
			v.URL = d.str()
		case 6:
			v.Lang = d.str()
		case 7:
			v.Dir = d.str()
		case 8:
			v.From = int(d.int())
		case 9:
			v.To = int(d.int())
		case 10:
			v.Severity = record.Severity(d.str())
		case 11:
			d.message(func(d *decoder) { v.Change = decodeChange(d) })
		case 12:
			d.message(func(d *decoder) { v.Findings = append(v.Findings, decodeFinding(d)) })
		case 13:
			d.message(func(d *decoder) { v.Fault = decodeFault(d) })
		case 14:
			v.OldURL = d.str()
		case 15:
			v.Reason = d.str()
		case 16:
			d.message(func(d *decoder) { v.Scan = decodeScan(d) })
		case 17:
			v.Labels = append(v.Labels, d.str())
		case 18:
			d.message(func(d *decoder) { v.Told = append(v.Told, decodeSentence(d)) })
		case 19:
			v.Profile = d.str()
		}
	}
	return v
}

// 1 sites  2 new  3 changed  4 unchanged  5 faults  6 alerts  7 seconds  8 outage
func encodeScan(e *encoder, s *record.ScanSummary) {
	e.int(1, int64(s.Sites))
	e.int(2, int64(s.New))
	e.int(3, int64(s.Changed))
	e.int(4, int64(s.Unchanged))
	e.int(5, int64(s.Faults))
	e.int(6, int64(s.Alerts))
	e.float(7, s.Seconds)
	e.bool(8, s.Outage)
}

func decodeScan(d *decoder) *record.ScanSummary {
	s := &record.ScanSummary{}
	for d.next() {
		switch d.num {
		case 1:
			s.Sites = int(d.int())
		case 2:
			s.New = int(d.int())
		case 3:
			s.Changed = int(d.int())
		case 4:
			s.Unchanged = int(d.int())
		case 5:
			s.Faults = int(d.int())
		case 6:
			s.Alerts = int(d.int())
		case 7:
			s.Seconds = d.float()
		case 8:
			s.Outage = d.bool()
		}
	}
	return s
}

// 1 kind  2 url  3 status  4 detail  5 retry after, in nanoseconds
func encodeFault(e *encoder, f *record.Fault) {
	e.str(1, string(f.Kind))
	e.str(2, f.URL)
	e.int(3, int64(f.Status))
	e.str(4, f.Detail)
	e.int(5, int64(f.RetryAfter))
}

func decodeFault(d *decoder) *record.Fault {
	f := &record.Fault{}
	for d.next() {
		switch d.num {
		case 1:
			f.Kind = record.FaultKind(d.str())
		case 2:
			f.URL = d.str()
		case 3:
			f.Status = int(d.int())
		case 4:
			f.Detail = d.str()
		case 5:
			f.RetryAfter = time.Duration(d.int())
		}
	}
	return f
}

// 1 at  2 action  3 url  4 outcome  5 the url is that of the step before
func encodeTrail(e *encoder, n int, trail []record.Step) {
	url := ""
	for i := range trail {
		s := &trail[i]
		e.message(n, func(e *encoder) {
			e.time(1, s.At)
			e.str(2, s.Action)
			if same := s.URL != "" && s.URL == url; same {
				e.bool(5, true)
			} else {
				e.str(3, s.URL)
			}
			e.str(4, s.Outcome)
		})
		url = s.URL
	}
}

// decodeStep appends a step to a trail.
func decodeStep(d *decoder, trail []record.Step) []record.Step {
	var s record.Step
	for d.next() {
		switch d.num {
		case 1:
			s.At = d.time()
		case 2:
			s.Action = d.str()
		case 3:
			s.URL = d.str()
		case 4:
			s.Outcome = d.str()
		case 5:
			if len(trail) > 0 {
				s.URL = trail[len(trail)-1].URL
			}
		}
	}
	return append(trail, s)
}

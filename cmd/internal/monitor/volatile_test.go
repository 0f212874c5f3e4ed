package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/store/record"
)

// live is a page whose server fills in `more` anew for every request, behind the
// tongue's first sentence.
func (s *scene) live(w tongue, text string, more func(n int) string) func() record.Observation {
	return func() record.Observation {
		s.requests++
		o := s.sees(strings.Replace(text, w.amid, w.amid+more(s.requests), 1), "text/1")()
		o.Document.Lang = w.lang
		s.Sections.Label(o.Document)
		return o
	}
}

func counts(w tongue) func(int) string {
	return func(n int) string { return fmt.Sprintf(w.counter, fmt.Sprint(4711+n*n)) }
}

func (s *scene) past() record.Past {
	s.t.Helper()
	p, err := s.db.Past(s.t.Context(), "water.example.gov")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// D2: a counter in the statement's own paragraph is never told; what it stands in
// is found at the first change by a second look, and known from then on. A real
// edit is told, without the counter.
func TestACounterAmidTheStatementIsNeverTold(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			s.wantState(s.visit(s.live(w, w.text, counts(w))), record.VisitNew)
			for range 20 {
				r := s.visit(s.live(w, w.text, counts(w)))
				s.wantState(r, record.VisitUnchanged)
				if r.Version != 1 || r.Change != nil {
					t.Fatalf("%+v", r)
				}
			}
			s.wantTold()
			if p := s.past(); s.crawl.looks != 1 || len(p.Volatile) != 1 || len(p.Recent) != 0 {
				t.Errorf("%d second looks; remembered %q, recent %q", s.crawl.looks, p.Volatile, p.Recent)
			}
			edited := strings.Replace(w.text, w.from, w.edit, 1)
			r := s.visit(s.live(w, edited, counts(w)))
			s.wantState(r, record.VisitChanged)
			v, err := s.db.Version(t.Context(), "water.example.gov", 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Change.Edits) != 1 || !strings.Contains(v.Change.Edits[0].After, w.edit) || !v.Change.Severity.AtLeast(record.SeverityMajor) {
				t.Errorf("told as %+v", v.Change)
			}
			for range 3 {
				s.wantState(s.visit(s.live(w, edited, counts(w))), record.VisitUnchanged)
			}
			s.wantTold(record.EventChanged)
		})
	}
}

// Real edits of numbers look as a counter does until they are looked at twice: they
// are told at the visit that sees them first, and each time.
func TestEditedNumbersAreToldAtOnce(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			s.visit(s.live(w, w.text, counts(w)))
			s.visit(s.live(w, w.text, counts(w)))
			text, want := w.text, []record.EventType{}
			for _, e := range [][2]string{{w.from, w.edit}, {w.edit, w.next}, {w.next, w.from + " "}, {"privacy@", "data2@"}} {
				text = strings.Replace(text, e[0], e[1], 1)
				r := s.visit(s.live(w, text, counts(w)))
				if e[1] == w.from+" " {
					s.wantState(r, record.VisitReturned)
					want = append(want, record.EventReturned)
					continue
				}
				s.wantState(r, record.VisitChanged)
				want = append(want, record.EventChanged)
			}
			s.wantTold(want...)
		})
	}
}

func TestEditedPhonesAndDecreesAreToldAtOnce(t *testing.T) {
	base := statement + "\nCall +1 202 555 0101 with questions. Decree No. 1127128 of 16 February 2017 is the basis."
	for _, e := range [][2]string{{"555 0101", "555 0199"}, {"1127128", "1127999"}, {"16 February 2017", "18 February 2017"}} {
		s := newScene(t)
		s.visit(s.sees(base, "text/1"))
		s.wantState(s.visit(s.sees(strings.Replace(base, e[0], e[1], 1), "text/1")), record.VisitChanged)
		s.wantTold(record.EventChanged)
	}
}

// A volatile place whose words change, not its number alone, is told.
func TestAVolatilePlaceWithOtherWordsIsTold(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			for range 3 {
				s.visit(s.live(w, w.text, counts(w)))
			}
			s.wantTold()
			other := w
			other.counter = w.reworded
			s.wantState(s.visit(s.live(w, w.text, counts(other))), record.VisitChanged)
			for range 5 {
				s.wantState(s.visit(s.live(w, w.text, counts(other))), record.VisitUnchanged)
			}
			s.wantTold(record.EventChanged)
		})
	}
}

// A real number that changes in the same visit in which a counter is found to be
// one is told, and alone.
func TestACounterDoesNotHideTheEditBesideIt(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			s.visit(s.live(w, w.text, counts(w)))
			edited := strings.Replace(w.text, w.from, w.edit, 1)
			s.wantState(s.visit(s.live(w, edited, counts(w))), record.VisitChanged)
			v, err := s.db.Version(t.Context(), "water.example.gov", 2)
			if err != nil || len(v.Change.Edits) != 1 || s.crawl.looks != 1 {
				t.Errorf("%+v, %d second looks, %v", v.Change, s.crawl.looks, err)
			}
			s.wantState(s.visit(s.live(w, edited, counts(w))), record.VisitUnchanged)
			s.wantTold(record.EventChanged)
		})
	}
}

// Two servers that for a moment hold two versions are no reason to call the edited
// number volatile.
func TestAnEditThatOneServerLacksYetIsTold(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(english.text, "text/1"))
	s.now = s.now.Add(12 * time.Hour)
	s.crawl.next, s.crawl.again = s.sees(strings.Replace(english.text, "6 months", "18 months", 1), "text/1"), s.sees(english.text, "text/1")
	r, err := s.Check(t.Context(), record.Site{Domain: "water.example.gov"})
	if err != nil {
		t.Fatal(err)
	}
	s.wantState(r, record.VisitChanged)
	if len(s.past().Volatile) > 0 {
		t.Errorf("volatile: %q", s.past().Volatile)
	}
}

// A second look that brings nothing proves nothing: the change waits, and the next
// visit that sees the same text tells it.
func TestASecondLookThatFailsIsNoVerdict(t *testing.T) {
	s := newScene(t)
	s.visit(s.sees(english.text, "text/1"))
	edited := s.sees(strings.Replace(english.text, "6 months", "18 months", 1), "text/1")
	s.now = s.now.Add(12 * time.Hour)
	s.crawl.next, s.crawl.again = edited, fails(record.FaultTimeout)
	r, err := s.Check(t.Context(), record.Site{Domain: "water.example.gov"})
	if err != nil {
		t.Fatal(err)
	}
	s.wantState(r, record.VisitPending)
	s.wantTold()
	s.wantState(s.visit(edited), record.VisitChanged)
	s.wantTold(record.EventChanged)
}

// A date of last update that is the day of every visit is the server's: it is told
// to nobody and noted as an observation. Sites are ahead of UTC or behind it.
func TestADateThatFollowsTheVisitsIsNotTold(t *testing.T) {
	for _, w := range tongues {
		for _, zone := range []time.Duration{0, 11 * time.Hour, -11 * time.Hour} {
			t.Run(fmt.Sprint(w.lang, zone), func(t *testing.T) {
				s := newScene(t)
				server := func(int) string { return w.updated(s.now.Add(zone)) }
				s.visit(s.live(w, w.text, server))
				for range 9 {
					r := s.visitAfter(31*time.Hour, s.live(w, w.text, server))
					s.wantState(r, record.VisitUnchanged)
				}
				s.wantTold()
				if p := s.past(); !slices.Contains(p.Absent, "date.today") || s.crawl.looks > 0 || len(p.Volatile) > 0 {
					t.Errorf("absent %v, %d second looks, volatile %q", p.Absent, s.crawl.looks, p.Volatile)
				}
				edited := strings.Replace(w.text, w.from, w.edit, 1)
				s.wantState(s.visitAfter(31*time.Hour, s.live(w, edited, server)), record.VisitChanged)
				v, err := s.db.Version(t.Context(), "water.example.gov", 2)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(v.Findings, func(f record.Finding) bool { return f.ID == "date.today" && f.Evidence.Quote != "" }) {
					t.Errorf("no observation among the findings")
				}
				// The date is a fact of the version all the same.
				if !slices.ContainsFunc(v.Document.Facts, func(f record.Fact) bool { return f.Kind == record.FactUpdated }) {
					t.Errorf("the date of last update is lost")
				}
			})
		}
	}
}

// A date of last update that an author sets is told when it changes, also behind a
// counter, and though it once was the day of a visit.
func TestAnAuthorsDateIsTold(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			date := s.now
			server := func(n int) string { return w.updated(date) + counts(w)(n) }
			s.visit(s.live(w, w.text, server))
			for range 4 {
				s.wantState(s.visitAfter(30*time.Hour, s.live(w, w.text, server)), record.VisitUnchanged)
			}
			date = s.now.AddDate(0, 0, -4)
			s.wantState(s.visitAfter(30*time.Hour, s.live(w, w.text, server)), record.VisitChanged)
			s.wantState(s.visitAfter(30*time.Hour, s.live(w, w.text, server)), record.VisitUnchanged)
			s.wantTold(record.EventChanged)
			if slices.Contains(s.past().Absent, "date.today") {
				t.Error("an author's date is called the server's")
			}
		})
	}
}

// A clock without seconds stands still between two looks; it is known by the time
// that it shows, whatever the zone, and opening hours are not.
func TestAClockIsKnownByItsTime(t *testing.T) {
	s := newScene(t)
	zone := time.FixedZone("", 3*3600+1800)
	clock := func(int) string {
		return " This page was made on " + s.now.In(zone).Format("Monday, January 2, 2006 at 15:04") + "."
	}
	s.visitAfter(17*time.Minute, s.live(english, english.text, clock))
	for _, wait := range []time.Duration{31 * time.Hour, 50 * time.Hour, 11*time.Hour + 7*time.Minute, 300 * time.Hour} {
		s.wantState(s.visitAfter(wait, s.live(english, english.text, clock)), record.VisitUnchanged)
	}
	s.wantTold()

	s = newScene(t)
	hours := english.text + "\nThe counter is open from 8:00 to 14:00."
	s.visit(s.sees(hours, "text/1"))
	s.wantState(s.visitAfter(25*time.Hour, s.sees(strings.Replace(hours, "8:00", "9:00", 1), "text/1")), record.VisitChanged)
}

// A number of the day stands still between two looks as well. It is told twice and
// then known, because nothing but it changed again and again; an office that corrects
// a number twice is heard each time.
func TestANumberOfTheDayIsToldTwice(t *testing.T) {
	for _, w := range tongues {
		t.Run(w.lang, func(t *testing.T) {
			s := newScene(t)
			daily := func(int) string { return fmt.Sprintf(w.counter, fmt.Sprint(s.now.YearDay()*s.now.YearDay())) }
			for range 20 {
				s.visitAfter(9*time.Hour, s.live(w, w.text, daily))
			}
			s.wantTold(record.EventChanged, record.EventChanged)
		})
	}
}

// C9: a page that blinks between two variants is told once, though each holds a
// counter and no capture equals another.
func TestFlappingWithACounterIsToldOnce(t *testing.T) {
	s := newScene(t)
	b := strings.Replace(english.text, "6 months", "18 months", 1)
	s.visit(s.live(english, english.text, counts(english)))
	s.visit(s.live(english, english.text, counts(english)))
	s.wantState(s.visit(s.live(english, b, counts(english))), record.VisitChanged)
	for range 4 {
		s.wantState(s.visit(s.live(english, english.text, counts(english))), record.VisitReturned)
		s.wantState(s.visit(s.live(english, b, counts(english))), record.VisitReturned)
	}
	s.wantTold(record.EventChanged, record.EventReturned)
	if n := len(s.past().Recent); n != 2 {
		t.Errorf("%d identities for two variants", n)
	}
}

// Tokens have no digits by chance, and are not always one word.
func TestTokensAreVolatile(t *testing.T) {
	s := newScene(t)
	tokens := []string{"3f2a-beef-9c41", "a81c77d2", "QmFzZTrTYw", "00ff-caba-dead", "9c41aa-01", "xqwrtzkl"}
	token := func(n int) string { return " Your session is " + tokens[n%len(tokens)] + " and ends by itself." }
	s.visit(s.live(english, english.text, token))
	for range 12 {
		s.wantState(s.visit(s.live(english, english.text, token)), record.VisitUnchanged)
	}
	s.wantTold()
}

package monitor

import (
	"slices"

	"policywatch/diff/volatile"
	"policywatch/store/record"
)

const (
	// volatileKept is how many volatile places a site remembers.
	volatileKept = 32
	// mostPlaces is in how many places two captures may differ to be suspected of
	// volatile ones. An author who edits changes words as well.
	mostPlaces = 24
	// restless is how many versions in a row must have been told for a number that
	// nothing depends on, and for nothing else, before it is taken for a counter. One
	// would miss what an office corrects twice in a week.
	restless = 2
)

// shifting is what a judgement knows of the places that the server fills in anew.
type shifting struct {
	// stands is the version that stands; was and now are where its text and the
	// visit's differ.
	stands   *record.Version
	was, now *volatile.Text
	// moving are the volatile places of this comparison: those remembered and those
	// that follow the clock.
	moving volatile.Set
	// steady is the identity of the visit's text without the remembered places.
	steady string
	// today is a last-updated date that is the day of the visit, every time.
	today *record.Fact
	// alone means that nothing but such places differs; looked that the second look
	// was taken.
	alone, looked bool
}

// known sets the identity by which the visit's text is looked up among those met
// before.
func (j *judgement) known(doc *record.Document) {
	if j.steady = doc.Identity; len(j.visit.Past.Volatile) > 0 {
		j.steady = j.m.Volatile.Text(doc).Steady(volatile.NewSet(j.visit.Past.Volatile))
	}
}

// hold puts the visit's text beside the version that stands and finds the places
// that are known to be volatile or show the time of the visit. The latter are not
// remembered: the same place may get an author's date one day.
func (j *judgement) hold(old *record.Version, doc *record.Document) {
	j.stands = old
	j.was, j.now = j.m.Volatile.Texts(old.Document, doc)
	j.moving = volatile.NewSet(j.before.Volatile)
	for _, p := range volatile.Common(j.was, j.now) {
		switch {
		case p.OfTheDay(old.At, j.visit.At):
			if p.New.Fact.Kind == record.FactUpdated {
				j.today = p.New.Fact
			}
		case !p.OfTheClock(old.At, j.visit.At):
			continue
		}
		j.moving[p.New.Shape] = true
	}
}

// observe adds to the findings what only visits can show: that a date of last
// update moved by itself, and still is the day of the visit. Where the text changed
// with it the date may be right.
func (j *judgement) observe(v *record.Version) {
	if j.today == nil || !slices.Contains(j.before.Absent, volatile.TodayID) {
		return
	}
	v.Findings = append(slices.Clip(v.Findings), volatile.Today(v.Document, *j.today))
	j.result.Absent = append(j.result.Absent, volatile.TodayID)
}

// only reports whether nothing but volatile places differs.
func (j *judgement) only() bool {
	return len(j.moving) > 0 && j.was.Steady(j.moving) == j.now.Steady(j.moving)
}

// same ends a visit that found only volatile places changed. Nothing of it is kept
// but what is known of them, so that a counter costs the archive nothing.
func (j *judgement) same() {
	j.unchanged(record.Say("told.volatile"))
	p := &j.visit.Past
	p.Prior.Imprint = j.before.Prior.Imprint
	if j.today != nil && !slices.Contains(p.Absent, volatile.TodayID) {
		p.Absent = append(slices.Clone(p.Absent), volatile.TodayID)
		j.result.Absent = p.Absent
	}
}

// counterpart is the document to compare the visit's with: the one that stands,
// without what the volatile places would add to the difference.
func (j *judgement) counterpart() *record.Document {
	doc := volatile.Blend(j.was, j.now, j.moving)
	if doc != j.was.Document {
		j.m.Sections.Label(doc)
	}
	return doc
}

// suspected lists the places that may be volatile: those that differ when they are
// all that does, and beside an edit the numbers that state nothing.
func (j *judgement) suspected() []volatile.Pair {
	if j.looked || j.released {
		return nil
	}
	differ, alone := volatile.Confined(j.was, j.now)
	if !alone {
		differ = volatile.Common(j.was, j.now)
	}
	differ = slices.DeleteFunc(differ, func(p volatile.Pair) bool {
		return j.moving[p.New.Shape] || !alone && (p.Old.Fact != nil || p.New.Fact != nil)
	})
	if len(differ) > mostPlaces {
		return nil
	}
	j.alone = alone
	return differ
}

// lookCloser finds out whether the places are volatile: by the past, where they
// changed before and alone, else by a second look. What differs again is, what
// stays is a change like any other.
func (j *judgement) lookCloser(places []volatile.Pair, v *record.Version, change *record.Change) {
	j.looked = true
	if !j.alone || !j.changedBefore(places) {
		again := j.again(v.Document)
		switch {
		case again != nil:
			places = j.movedOn(places, v.Document, again)
		case j.alone:
			j.suspect("unsteady", v, change)
			return
		default:
			places = nil
		}
	}
	for _, p := range places {
		j.visit.Past.Volatile = keep(j.visit.Past.Volatile, p.New.Shape, volatileKept)
		j.moving[p.New.Shape] = true
	}
	j.known(v.Document)
	switch {
	case len(places) == 0:
		j.accept(v, change, record.VisitChanged)
	case j.only():
		j.same()
	default:
		j.compare(v)
	}
}

// movedOn returns the places that differ once more in a capture taken moments
// later. One that is back at the words of the version that stands is none: the two
// servers of a site may for a moment say different things.
func (j *judgement) movedOn(places []volatile.Pair, first, second *record.Document) []volatile.Pair {
	later := volatile.Common(j.m.Volatile.Texts(first, second))
	return slices.DeleteFunc(places, func(p volatile.Pair) bool {
		return !slices.ContainsFunc(later, func(q volatile.Pair) bool {
			return q.Old.Block == p.New.Block && q.Old.From == p.New.From && q.New.Words != p.Old.Words
		})
	})
}

// changedBefore reports whether the last versions were told for these same places
// and nothing else. So a number of the day is found that no second look sees moving.
// Values that the statement states, such as periods and telephone numbers, are told
// each time.
func (j *judgement) changedBefore(places []volatile.Pair) bool {
	if slices.ContainsFunc(places, func(p volatile.Pair) bool { return p.Old.Fact != nil || p.New.Fact != nil }) {
		return false
	}
	newer := j.stands.Document
	for n := j.stands.Number - 1; n >= j.stands.Number-restless; n-- {
		if n < 1 {
			return false
		}
		v, err := j.m.Store.Version(j.ctx, j.site.Domain, n)
		if err != nil || v.Document.Extractor != newer.Extractor {
			return false
		}
		j.m.Sections.Label(v.Document)
		differ, ok := volatile.Confined(j.m.Volatile.Texts(v.Document, newer))
		for _, p := range places {
			ok = ok && slices.ContainsFunc(differ, func(q volatile.Pair) bool { return q.New.Shape == p.New.Shape })
		}
		if !ok {
			return false
		}
		newer = v.Document
	}
	return true
}

// left is the identity by which the text that stood is known when it returns.
func (j *judgement) left() string {
	if set := volatile.NewSet(j.visit.Past.Volatile); len(set) > 0 && j.stands != nil {
		if was := j.m.Volatile.Text(j.stands.Document); was.Holds(set) {
			return was.Steady(set)
		}
	}
	return j.before.TextDigest
}

package volatile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// OfTheDay reports whether both captures date themselves with the day on which
// they were made. One such date may be chance; two that moved along with the
// visits are the server's clock and not an author's hand.
func (p Pair) OfTheDay(old, new time.Time) bool {
	return p.Old.isDay(old) && p.New.isDay(new)
}

// isDay leaves a day on either side: the site's own day may be ahead of or behind
// UTC's.
func (p *Place) isDay(at time.Time) bool {
	if p.Fact == nil || !dated(p.Fact) {
		return false
	}
	day, err := time.Parse(time.DateOnly, p.Fact.Value)
	if err != nil {
		return false
	}
	grace := 1
	if hijri(p.Words) {
		grace = 2
	}
	away := day.Sub(at.UTC().Truncate(24*time.Hour)) / (24 * time.Hour)
	return int(away.Abs()) <= grace
}

// hijri reports whether a date's year can only be of the Islamic calendar. Its
// months begin when the moon is seen or computed to be, a day from where the table
// that facts are read by puts them. (Jalali years are below 1430 until 2051.)
func hijri(words string) bool {
	for w := range strings.FieldsFuncSeq(words, func(r rune) bool { return r < '0' || r > '9' }) {
		if y, err := strconv.Atoi(w); err == nil && len(w) == 4 && y >= 1430 && y < 1500 {
			return true
		}
	}
	return false
}

// slack is how far a page's clock may be behind, in minutes.
const slack = 3

// OfTheClock reports whether both captures hold the time at which they were made:
// as far from UTC in the one as in the other, in any zone's distance. Hours are
// told apart by twelve, because half the clocks do not say which half.
func (p Pair) OfTheClock(old, new time.Time) bool {
	a, fineA := p.Old.ahead(old)
	b, fineB := p.New.ahead(new)
	// Visits on the hour agree with opening hours by chance: only a time that
	// nobody opens at is a clock's.
	if !fineA && !fineB {
		return false
	}
	const halfDay = 12 * 60
	return a != unknown && b != unknown && near(a-b, halfDay) && near(a, 15)
}

// near reports whether n is a multiple of period, give or take the slack.
func near(n, period int) bool {
	n = (n%period + period) % period
	return n <= slack || n >= period-slack
}

const unknown = 1 << 20

// ahead is how many minutes a clock is ahead of UTC, unknown for a place that is
// no clock, and whether it shows more than round hours and parts of them.
func (p *Place) ahead(at time.Time) (minutes int, fine bool) {
	if p.Fact != nil {
		return unknown, false
	}
	found := 0
	for w := range strings.FieldsSeq(p.Words) {
		h, rest, ok := strings.Cut(w, ":")
		if !ok {
			continue
		}
		m, _, seconds := strings.Cut(rest, ":")
		hour, err1 := strconv.Atoi(h)
		minute, err2 := strconv.Atoi(m)
		if err1 != nil || err2 != nil || len(m) != 2 || hour > 24 || minute > 59 {
			return unknown, false
		}
		found, minutes, fine = found+1, hour*60+minute, seconds || minute%5 != 0
	}
	if found != 1 {
		return unknown, false
	}
	at = at.UTC()
	return minutes - at.Hour()*60 - at.Minute(), fine
}

// TodayID is the observation's id, see Today.
const TodayID = "date.today"

// Today is the observation that a statement's date of last update is the day of
// the visit, every time, so that nobody learns from it when the text was updated.
// f is that date in doc.
func Today(doc *record.Document, f record.Fact) record.Finding {
	section := ""
	for _, s := range doc.Sections {
		if !s.Implicit && s.From <= f.Block && f.Block < s.To {
			section = s.Heading
		}
	}
	return record.Finding{ID: TodayID, Title: "The last update is a day of the statement's, not of the visit's", Status: record.StatusAbsent, Topics: []record.Topic{},
		Reason:   fmt.Sprintf("the date of last update (%s) is the day of the visit, every time", f.Text),
		Evidence: &record.Evidence{Quote: quote(doc.Blocks[f.Block].Text, f.Text), Section: section},
		Told:     []record.Sentence{record.Say("told.find.today", record.Quote(doc.Dir, f.Text))}}
}

// quote is the block where it is short, else the line around the words.
func quote(text, words string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return words
}

package web

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"policywatch/store/speech"
)

var (
	toElements = strings.NewReplacer(speech.LRI, `<bdi dir="ltr">`, speech.RLI, `<bdi dir="rtl">`, speech.FSI, `<bdi>`, speech.PDI, `</bdi>`)
	toNothing  = strings.NewReplacer(speech.LRI, "", speech.RLI, "", speech.FSI, "", speech.PDI, "")
)

// markup escapes a text of our own phrases and turns its isolates into elements.
// They are balanced: whoever makes such a text has taken those of strangers out.
func markup(s string) template.HTML {
	return template.HTML(toElements.Replace(template.HTMLEscapeString(s)))
}

// voice speaks one language to the templates.
type voice struct{ speech.Voice }

// say fills the phrase of key; numbers are written in the language's digits, and
// texts lose what could disturb the line that they stand in.
func (v voice) say(key string, values ...any) string { return v.Voice.Say(key, v.words(values)...) }

// count says a phrase about n things; the first value is n itself.
func (v voice) count(key string, n int, values ...any) string {
	return v.Voice.Count(key, n, append([]string{v.number(n)}, v.words(values)...)...)
}

func (v voice) words(values []any) []string {
	out := make([]string, len(values))
	for i, x := range values {
		switch x := x.(type) {
		case int:
			out[i] = v.number(x)
		case phrase:
			out[i] = string(x)
		default:
			out[i] = speech.Clean(fmt.Sprint(x))
		}
	}
	return out
}

// phrase is a text of our own, whose isolates are to stay.
type phrase string

func (v voice) number(n int) string { return v.Voice.Number(n) }

// day writes a day. Persian readers count by the solar calendar and find it
// first; Arabic readers find the lunar day beside the Gregorian one, which their
// offices date by as well.
func (v voice) day(t time.Time) string {
	t = t.UTC()
	if v.Book.Lang != "ar" {
		return v.Date(t)
	}
	y, m, d := hijri(t)
	lunar := speech.LRI + v.Digits(fmt.Sprintf("%04d/%02d/%02d", y, m, d)) + speech.PDI
	return speech.LRI + t.Format(time.DateOnly) + speech.PDI + " (" + lunar + v.Phrase("web.hijri") + ")"
}

// clock writes the time of day.
func (v voice) clock(t time.Time) string {
	return speech.LRI + v.Digits(t.UTC().Format("15:04")) + " UTC" + speech.PDI
}

// hijri is the tabular Islamic calendar, by which dates in statements are read as
// well. The official calendar of Saudi Arabia goes by computed moons and differs
// from it by a day or two in some months; the Gregorian day always stands beside it.
func hijri(t time.Time) (y, m, d int) {
	const epoch = -492148 // 1 Muharram 1, 19 July 622 Gregorian, in days from 1970
	n := int(t.Unix()/86400) - epoch
	// The first day of a year and of a month, counted from that day and that year.
	year := func(y int) int { return (y-1)*354 + (3+11*y)/30 }
	month := func(m int) int { return (59*(m-1) + 1) / 2 }
	for y = n/355 + 1; year(y+1) <= n; y++ {
	}
	n -= year(y)
	for m = 1; m < 12 && month(m+1) <= n; m++ {
	}
	return y, m, n - month(m) + 1
}

// ago is how long before now t was, in its greatest unit.
func (v voice) ago(t, now time.Time) string {
	const day = 24 * time.Hour
	switch d := now.Sub(t); {
	case d < time.Minute:
		return v.say("web.ago.now")
	case d < time.Hour:
		return v.count("web.ago.minute", int(d/time.Minute))
	case d < 2*day:
		return v.count("web.ago.hour", int(d/time.Hour))
	case d < 60*day:
		return v.count("web.ago.day", int(d/day))
	case d < 2*365*day:
		return v.count("web.ago.month", int(d/(30*day)))
	default:
		return v.count("web.ago.year", int(d/(365*day)))
	}
}

// voice is the one that speaks to a reader.
func (d *dashboard) voice(r *http.Request) voice {
	lang, _ := d.language(r)
	return voice{d.voices.In(lang)}
}

// langCookie remembers the language that a reader chose.
const langCookie = "policywatch_lang"

// language picks the interface's language: the one just asked for, the one asked
// for before, what the browser prefers, what the dashboard was set to.
func (d *dashboard) language(r *http.Request) (lang string, chosen bool) {
	known := func(l string) bool { return slices.Contains(d.langs, l) }
	if l := r.URL.Query().Get("lang"); known(l) {
		return l, true
	}
	if c, err := r.Cookie(langCookie); err == nil && known(c.Value) {
		return c.Value, false
	}
	best, quality := d.Lang, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(s, 64) // what is no number is no wish
		}
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if known(base) && q > quality {
			best, quality = base, q
		}
	}
	return best, false
}

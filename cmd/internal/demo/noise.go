package demo

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jalaali/go-jalaali"
)

// noise is what differs between two answers of a site that nobody edited. All
// of it follows from the world's seed, the site and the number of the request,
// so that a run can be repeated; the clock is fictional unless one is set.
type noise struct {
	rng *rand.Rand
	now time.Time
	// Serial is the number of the request at this site, from 1.
	Serial int
}

// opening is when the fictional clock starts, an ordinary working morning.
var opening = time.Date(2026, time.November, 21, 5, 12, 9, 0, time.UTC)

func newNoise(seed int64, slug string, serial int, now time.Time) *noise {
	h := fnv.New64a()
	h.Write([]byte(slug))
	return &noise{
		rng:    rand.New(rand.NewPCG(uint64(seed)^h.Sum64(), uint64(serial))),
		now:    now,
		Serial: serial,
	}
}

// Token returns n random bytes in hexadecimal, as nonces and form digests are
// written.
func (n *noise) Token(size int) string { return hex.EncodeToString(n.bytes(size)) }

// Base64 returns n random bytes as an ASP.NET ViewState writes them.
func (n *noise) Base64(size int) string { return base64.StdEncoding.EncodeToString(n.bytes(size)) }

func (n *noise) bytes(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(n.rng.Uint32())
	}
	return b
}

// Between returns a number from low to high.
func (n *noise) Between(low, high int) int { return low + n.rng.IntN(high-low+1) }

// Count is a counter of visits that stood at base when the site opened.
func (n *noise) Count(base int) int { return base + 3*n.Serial + n.rng.IntN(3) }

// Seconds is how long the server claims to have worked on the page.
func (n *noise) Seconds() string { return fmt.Sprintf("0.%03d", n.Between(18, 940)) }

// Clock is the time of day, with seconds.
func (n *noise) Clock() string { return n.now.Format("15:04:05") }

// Minutes is the time of day as old pages show it.
func (n *noise) Minutes() string { return n.now.Format("15:04") }

// ISO is the moment as machines write it.
func (n *noise) ISO() string { return n.now.Format(time.RFC3339) }

// English is the day in English.
func (n *noise) English() string { return n.now.Format("Monday, January 2, 2006") }

var (
	jalaliMonths  = []string{"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"}
	jalaliDays    = []string{"یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه"}
	hijriMonths   = []string{"محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة"}
	arabicDays    = []string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"}
	arabicMonths  = []string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"}
	persianDigits = strings.NewReplacer("0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵", "6", "۶", "7", "۷", "8", "۸", "9", "۹")
	arabicDigits  = strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
)

// Jalali is the day in the Iranian calendar, in words and Latin digits.
func (n *noise) Jalali() string {
	y, m, d := jalali(n.now)
	return fmt.Sprintf("%s %d %s %d", jalaliDays[n.now.Weekday()], d, jalaliMonths[m-1], y)
}

// JalaliNumbers is the day as 1405/08/30.
func (n *noise) JalaliNumbers() string {
	y, m, d := jalali(n.now)
	return fmt.Sprintf("%d/%02d/%02d", y, m, d)
}

// jalali converts the day. The library refuses only years that no clock shows.
func jalali(t time.Time) (year, month, day int) {
	y, m, d, err := jalaali.ToJalaali(t.Year(), t.Month(), t.Day())
	if err != nil {
		return 1405, 1, 1
	}
	return y, int(m), d
}

// Hijri is the day in the tabular Islamic calendar, which may differ by a day
// from the official one; as on many a government's page.
func (n *noise) Hijri() string {
	y, m, d := hijri(n.now)
	return fmt.Sprintf("%s %d %s %dهـ", arabicDays[n.now.Weekday()], d, hijriMonths[m-1], y)
}

// Arabic is the Gregorian day in Arabic.
func (n *noise) Arabic() string {
	return fmt.Sprintf("%d %s %dم", n.now.Day(), arabicMonths[n.now.Month()-1], n.now.Year())
}

// hijri counts days in the tabular calendar: 30-year cycles of 10,631 days with
// leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29.
func hijri(t time.Time) (year, month, day int) {
	const unixEpoch = 492148 // days from 1 Muharram 1 to 1 January 1970
	days := int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix()/86400) + unixEpoch
	year = (30*days + 10646) / 10631
	rest := days - yearStart(year)
	month = 1
	for month < 12 && rest >= monthStart(month+1) {
		month++
	}
	return year, month, rest - monthStart(month) + 1
}

func yearStart(year int) int { return (year-1)*354 + (3+11*year)/30 }

func monthStart(month int) int { return (59*(month-1) + 1) / 2 }

// withDigits writes a number or a text in the digits of a language.
func withDigits(lang string, v any) string {
	var s string
	switch x := v.(type) {
	case int:
		s = strconv.Itoa(x)
	default:
		s = fmt.Sprint(x)
	}
	switch lang {
	case "fa":
		return persianDigits.Replace(s)
	case "ar":
		return arabicDigits.Replace(s)
	}
	return s
}

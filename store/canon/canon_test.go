package canon

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// The same words, differently written: X2, X3, D4.
var equal = [][]string{
	{"جمع‌آوری اطلاعات", "جمع آوری اطلاعات", "جمعآوری اطلاعات", "جمع‌آوري اطلاعات", "جمع\u200c\u200cآوری  اطلاعات"},
	{"می‌شود", "می شود", "میشود", "مي‌شود", "مـیـشود"},
	{"نمی‌کنیم", "نمی کنیم", "نمیکنیم"},
	{"کتاب‌های بزرگ‌تر", "کتاب های بزرگ تر", "کتابهای بزرگتر", "كتابهاى بزرگتر"},
	{"ماده ۷ مصوب ۱۳۹۵/۱۱/۲۸", "ماده 7 مصوب 1395/11/28", "ماده ٧ مصوب ١٣٩٥/١١/٢٨"},
	{"خانهٔ ما", "خانۀ ما", "خانه ما"},
	{"مسئول آیین‌نامه", "مسئول آئین نامه"},
	{"سیاسة الخصوصیة", "سياسة الخصوصية", "سيـاسـة الخصوصيه", "سِيَاسَةُ الخُصُوصِيَّةِ", "ﺳﻴﺎﺳﺔ ﺍﻟﺨﺼﻮﺻﻴﺔ"},
	{"لا نشارك", "ﻻ نشارك", "لا\u200fنشارك", "لا\u00a0نشارك"},
	{"الإفصاح", "الافصاح", "اﻹفصاح"},
	{"data: “personal” – yes…", "data: \"personal\" - yes...", "Data \u201epersonal\u201f — YES"},
	{"Datenschutz­erklärung", "Datenschutzerklärung", norm.NFD.String("Datenschutzerklärung")},
	{"Straße", "STRASSE", "straẞe"},
	{"KİŞİSEL verilerin ALINMASI", "kişisel verilerin alınması", "Kişisel Verilerin Alinmasi"},
	{"10,000 users", "10000 users", "10٬000 users"},
	{"• One\n• Two", "One Two", "- one; two"},
	{"100 %", "100%", "۱۰۰٪"},
	{"a\ufeffb c", "ab\u200b c", "ＡＢ c"},
}

// Words that a statement must never confuse.
var distinct = [][2]string{
	{"آن", "ان"},
	{"کرد", "گرد"},
	{"می‌فروشیم", "نمی‌فروشیم"},
	{"شود", "نشود"},
	{"نشارك", "لا نشارك"},
	{"نبيع بياناتكم", "لن نبيع بياناتكم"},
	{"we share", "we do not share"},
	{"will", "may"},
	{"36 months", "3 6 months"},
	{"۳۶ ماه", "۳ ماه"},
	{"12.5", "125"},
	{"1395/11/28", "1395/12/28"},
	{"10 %", "10"},
	{"5 €", "5 $"},
	{"cookies ✓", "cookies ✗"},
	{"résumé", "resume"},
	{"IP", "ID"},
	{"پست", "بست"},
	{"now here", "nowhere"},
}

func TestEqual(t *testing.T) {
	for _, group := range equal {
		for _, s := range group[1:] {
			if Identity([]string{s}) != Identity(group[:1]) {
				t.Errorf("%q (%q) and %q (%q) say the same", group[0], Key(group[0]), s, Key(s))
			}
		}
	}
}

func TestDistinct(t *testing.T) {
	for _, p := range distinct {
		if Identity(p[:1]) == Identity(p[1:]) {
			t.Errorf("%q and %q both read %q", p[0], p[1], Key(p[0]))
		}
		if Text(p[0]) == Text(p[1]) {
			t.Errorf("%q and %q both become %q", p[0], p[1], Text(p[0]))
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"  می شود ،  کتاب ها ؟ ": "میشود , کتابها ?",
		"جمع‌آوری":               "جمع آوری",
		"info@X.gov.ir":          "info@x.gov.ir",
		"end.Next":               "end. next",
		"ماده7":                  "ماده 7",
		"لم تر":                  "لم تر", // not a Persian comparative
		"می":                     "می",
		"":                       "",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"می شود، کتاب ها":                            "میشود|کتابها",
		"see https://x.gov/a?b=1, or a.b@x.gov.ir.":  "see|https://x.gov/a?b=1|or|a.b@x.gov.ir",
		"در ۱۳۹۵/۱۱/۲۸ و 12.5 درصد":                  "در|1395/11/28|و|12.5|درصد",
		"M-03-22 says don't; third-party (10,000 %)": "m-03-22|says|don't|third|party|10000|%",
		"10:30 end.Next":                             "10:30|end|next",
		"COVID۱۹":                                    "covid19",
	} {
		var got []string
		for _, x := range Tokens(in) {
			got = append(got, x.Text)
		}
		if g := strings.Join(got, "|"); g != want {
			t.Errorf("Tokens(%q) = %s, want %s", in, g, want)
		}
	}
}

func TestTokensLeadBack(t *testing.T) {
	const s = "این «کتاب\u200cها» را نمی شود فروخت، ﻻ!"
	want := map[string]string{"کتابها": "کتاب\u200cها", "نمیشود": "نمی شود", "لا": "ﻻ"}
	for _, x := range Tokens(s) {
		if w, ok := want[x.Text]; ok && s[x.From:x.To] != w {
			t.Errorf("%s stands for %q, want %q", x.Text, s[x.From:x.To], w)
		}
	}
}

// Every line of the table holds for every character that it lists.
func TestFoldsAreWhatIsDone(t *testing.T) {
	for _, f := range Folds() {
		if f.Why == "" {
			t.Errorf("%q has no reason", f.From)
		}
		for _, r := range f.From {
			got := Text("x" + string(r) + "x")
			if want := Text("x" + f.To + "x"); got != want {
				t.Errorf("%U becomes %q, want %q", r, got, want)
			}
		}
	}
}

func TestExact(t *testing.T) {
	if Exact([]string{"a", "b"}) == Exact([]string{"ab"}) || Exact([]string{"می‌شود"}) == Exact([]string{"می شود"}) {
		t.Error("Exact must tell blocks and spellings apart")
	}
	if Identity([]string{"a b", "c"}) != Identity([]string{"a", "b c"}) {
		t.Error("Identity must not tell where blocks end")
	}
}

// statement draws Persian, Arabic and Latin text as statements write it.
func statement() *rapid.Generator[[]string] {
	word := rapid.SampledFrom(strings.Fields("این سازمان اطلاعات شخصی را جمع‌آوری می‌کند نمی‌فروشد و به هیچ‌کس واگذار نخواهد کرد کاربران‌شان " +
		"بهره‌برداری‌های بزرگ‌ترین خانه‌ای آیین‌نامه ۱۳۹۵/۱۱/۲۸ ماده ۷ ، . : privacy@x.gov.ir IP سياسة الخصوصية لا نشارك بياناتكم مع أي جهة " +
		"we do not share 12 months (90 %)"))
	line := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 12).Draw(t, "words"), " ") })
	return rapid.SliceOfN(line, 1, 5)
}

// What other editors and servers do to a text without saying anything else.
var rewritings = map[string]func(*rapid.T, string) string{
	"Arabic letters": func(_ *rapid.T, s string) string { return strings.NewReplacer("ی", "ي", "ک", "ك").Replace(s) },
	"Persian letters": func(_ *rapid.T, s string) string {
		return strings.NewReplacer("ي", "ی", "ك", "ک", "ى", "ی").Replace(s)
	},
	"joiner to space": func(_ *rapid.T, s string) string { return strings.ReplaceAll(s, "\u200c", " ") },
	"joiner dropped":  func(_ *rapid.T, s string) string { return strings.ReplaceAll(s, "\u200c", "") },
	"affixes joined": func(_ *rapid.T, s string) string {
		return strings.NewReplacer("می‌", "می", "‌ها", "ها").Replace(s)
	},
	"decomposed":     func(_ *rapid.T, s string) string { return norm.NFD.String(s) },
	"Persian digits": func(_ *rapid.T, s string) string { return digits(s, '۰') },
	"Arabic digits":  func(_ *rapid.T, s string) string { return digits(s, '٠') },
	"Latin digits":   func(_ *rapid.T, s string) string { return digits(s, '0') },
	"upper case":     func(_ *rapid.T, s string) string { return strings.ToUpper(s) },
	"Persian marks": func(_ *rapid.T, s string) string {
		return strings.NewReplacer(",", "،", ";", "؛", "?", "؟").Replace(s)
	},
	"spaces":  func(t *rapid.T, s string) string { return replaceSome(t, s, " ", "\u00a0", "  ", "\n", "\u2009", " ") },
	"tatweel": func(t *rapid.T, s string) string { return replaceSome(t, s, "س", "سـ", "س") },
	"bidi and unseen": func(t *rapid.T, s string) string {
		return replaceSome(t, s, "ا", "ا\u200f", "\u2067ا", "ا\u200b", "ا")
	},
	"harakat":          func(t *rapid.T, s string) string { return replaceSome(t, s, "ن", "نَ", "نُّ", "ن") },
	"byte order mark":  func(_ *rapid.T, s string) string { return "\ufeff" + s },
	"list and heading": func(_ *rapid.T, s string) string { return "• " + s + ":" },
}

func digits(s string, zero rune) string {
	return strings.Map(func(r rune) rune {
		for _, z := range "0۰٠" {
			if r >= z && r <= z+9 {
				return zero + r - z
			}
		}
		return r
	}, s)
}

// replaceSome replaces each old by one of the others, drawn.
func replaceSome(t *rapid.T, s, old string, with ...string) string {
	parts := strings.Split(s, old)
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(rapid.SampledFrom(with).Draw(t, "with"))
		}
		b.WriteString(p)
	}
	return b.String()
}

func TestIdentityIgnoresRewritings(t *testing.T) {
	for name, rewrite := range rewritings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				texts := statement().Draw(t, "texts")
				var other []string
				for _, s := range texts {
					other = append(other, rewrite(t, s))
				}
				if rapid.Bool().Draw(t, "one block") {
					other = []string{strings.Join(other, " ")}
				}
				if Identity(texts) != Identity(other) {
					t.Fatalf("%q\n%q", Key(strings.Join(texts, " ")), Key(strings.Join(other, " ")))
				}
			})
		})
	}
}

// A word more or less is never lost, wherever it stands.
func TestIdentitySeesEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := statement().Draw(t, "texts")
		word := rapid.SampledFrom([]string{"نه", "لا", "not", "3", "آن"}).Draw(t, "word")
		i := rapid.IntRange(0, len(texts)-1).Draw(t, "line")
		ws := strings.Split(texts[i], " ")
		k := rapid.IntRange(0, len(ws)).Draw(t, "place")
		more := append([]string(nil), texts...)
		more[i] = strings.Join(append(append(append([]string(nil), ws[:k]...), word), ws[k:]...), " ")
		if Identity(texts) == Identity(more) {
			t.Fatalf("%q more in %q makes no difference", word, texts[i])
		}
	})
}

func TestFormsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		agree(t, rapid.OneOf(rapid.String(), rapid.Map(statement(), func(s []string) string { return strings.Join(s, "\n") })).Draw(t, "s"))
	})
}

// agree checks what holds for any bytes: Text is idempotent and loses nothing
// that Key or Tokens see; tokens lie in order inside the original.
func agree(t interface{ Fatalf(string, ...any) }, s string) {
	once := Text(s)
	if twice := Text(once); twice != once {
		t.Fatalf("Text(%q) = %q, again %q", s, once, twice)
	}
	if Key(once) != Key(s) {
		t.Fatalf("Key(%q) = %q, of its Text %q", s, Key(s), Key(once))
	}
	a, b := Tokens(s), Tokens(once)
	if len(a) != len(b) {
		t.Fatalf("Tokens(%q) = %v, of its Text %v", s, a, b)
	}
	end := 0
	for i := range a {
		if a[i].Text != b[i].Text {
			t.Fatalf("Tokens(%q) = %v, of its Text %v", s, a, b)
		}
		if a[i].From >= a[i].To || a[i].To > len(s) || a[i].To < end {
			t.Fatalf("Tokens(%q): %v after %d", s, a[i], end)
		}
		end = a[i].To
	}
}

func FuzzForms(f *testing.F) {
	for _, s := range []string{"می‌شود کتاب ها", "a\u200b\u0301", "10,000 €", "ﻻ ﷲ ½", "\xff\xfe", "ẞİI", "end.Next", "م00\u200c.00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { agree(t, s) })
}
